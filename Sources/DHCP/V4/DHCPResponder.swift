import NetworkTypes
import PacketFormats

/// The DHCP server of one host's guests (RFC 2131), as a pure function of a frame and the reservation of the port that
/// the frame came from. It keeps no leases: the goal state says which address a port has, for as long as it has it.
///
/// Identity is the port. The client identifier is never looked at (cloned images share it, and it changes between an
/// initramfs and its system), and a `chaddr` other than the port's own gets nothing: a guest cannot obtain another
/// port's lease, and machines nested in a guest have none here.
///
/// The UDP checksum is not checked. A guest's kernel leaves it to its network interface, and a virtual one has not
/// completed it when the frame is captured.
public enum DHCPResponder {
  /// Answers a frame.
  ///
  /// - Parameters:
  ///   - frame: a whole Ethernet frame from a guest, untagged or with a priority tag.
  ///   - binding: the reservation of the port that the frame came from, or nil when it has none.
  ///   - serverMAC: the source of the reply's frame.
  ///   - holdsOffers: whether a DISCOVER is to get nothing now, because the guest declined its address lately.
  ///   - buffer: is emptied, and holds a whole untagged Ethernet frame when the outcome is a reply. Nothing is allocated
  ///     once it has the room.
  public static func respond(
    to frame: RawSpan, binding: DHCPCompiledBinding?, serverMAC: MACAddress, holdsOffers: Bool = false,
    into buffer: inout [UInt8]
  ) -> DHCPOutcome {
    var notes = DHCPClientNotes()
    return respond(
      to: frame, binding: binding, serverMAC: serverMAC, holdsOffers: holdsOffers, into: &buffer, notes: &notes)
  }

  /// Answers a frame, and tells what the client says of itself.
  ///
  /// - Parameter notes: is set when the message is one of the binding's client.
  public static func respond(
    to frame: RawSpan, binding: DHCPCompiledBinding?, serverMAC: MACAddress, holdsOffers: Bool = false,
    into buffer: inout [UInt8], notes: inout DHCPClientNotes
  ) -> DHCPOutcome {
    buffer.removeAll(keepingCapacity: true)
    do throws(DHCPDropReason) {
      let request = try DHCPRequest(parsing: frame)
      guard let binding else { throw .noBinding }
      guard binding.isEnabled else { throw .disabled }
      guard request.mac == binding.mac else { throw .foreignHardwareAddress }
      let payload = frame.extracting(request.payload)
      var relay = DHCPRelayWishes()
      if binding.trustsRelayAgents {
        let place = request.wishes.relayAgentInformation
        relay = request.wishes.withValue(place, in: payload, DHCPRelayWishes.init) ?? relay
      }
      let server = relay.serverIdentifier ?? binding.serverIdentifier
      guard isForServer(request.destination, binding, server) else { throw .notForServer }
      notes = DHCPClientNotes(request)
      if request.type == .discover, holdsOffers { throw .heldAfterDecline }
      let decision = try decide(request, binding, server)
      if case .reply(let reply) = decision {
        DHCPReplyWriter(reply: reply, binding: binding, server: server)
          .write(request, payload, relay, serverMAC: serverMAC, to: &buffer)
      }
      return decision
    } catch {
      return .drop(error)
    }
  }

  private static func isForServer(
    _ destination: IPv4Address, _ binding: DHCPCompiledBinding, _ server: IPv4Address
  ) -> Bool {
    destination == .broadcast || destination == binding.serverIdentifier || destination == server
      || destination == binding.prefix.last
  }

  private static func decide(
    _ request: DHCPRequest, _ binding: DHCPCompiledBinding, _ server: IPv4Address
  ) throws(DHCPDropReason) -> DHCPOutcome {
    if let named = request.wishes.serverIdentifier, named != server { throw .otherServer }
    switch request.type {
    case .discover:
      if binding.allowsRapidCommit, request.wishes.hasRapidCommit {
        return .reply(DHCPReply(kind: .ack, state: .initializing, address: binding.address))
      }
      // Wishes for an address or a lease time are ignored: there is one address (RFC 2131 section 4.3.1).
      return .reply(DHCPReply(kind: .offer, state: .initializing, address: binding.address))
    case .request:
      return .reply(try answer(request, binding))
    case .decline:
      guard let address = request.wishes.requestedAddress else { throw .noAddress }
      guard address == binding.address else { throw .foreignAddress }
      return .event(.declined(address))
    case .release:
      guard request.clientAddress == binding.address else { throw .foreignAddress }
      return .event(.released(binding.address))
    case .inform:
      // Never a NAK here: clients take it as the loss of their address. The address is the client's own affair, but it
      // should be of this network (RFC 2131 section 3.4).
      guard request.clientAddress != .any else { throw .noAddress }
      guard binding.prefix.contains(request.clientAddress) else { throw .foreignAddress }
      return .reply(DHCPReply(kind: .ack, state: .informing, address: request.clientAddress))
    case .offer, .ack, .nak:
      throw .unexpectedMessageType
    }
  }

  /// Answers a REQUEST (RFC 2131 sections 4.3.2 and 4.3.6, table 4).
  ///
  /// A client that names an address other than its reservation, in whatever state and in whichever field, is told so:
  /// the NAK is what makes a guest whose reservation moved start afresh at once.
  private static func answer(
    _ request: DHCPRequest, _ binding: DHCPCompiledBinding
  ) throws(DHCPDropReason) -> DHCPReply {
    let clientAddress = request.clientAddress
    let requestedAddress = request.wishes.requestedAddress
    let state: DHCPClientState
    if clientAddress != .any {
      // Some clients add option 54 or 50 to a renewal, against table 4; their address shows what they mean.
      state = request.destination == binding.serverIdentifier ? .renewing : .rebinding
    } else if requestedAddress != nil {
      state = request.wishes.serverIdentifier != nil ? .selecting : .initReboot
    } else {
      throw .noAddress
    }
    if clientAddress != .any, clientAddress != binding.address {
      return DHCPReply(kind: .nak, state: state, address: clientAddress)
    }
    if let address = requestedAddress, address != binding.address {
      return DHCPReply(kind: .nak, state: state, address: address)
    }
    return DHCPReply(kind: .ack, state: state, address: binding.address)
  }
}
