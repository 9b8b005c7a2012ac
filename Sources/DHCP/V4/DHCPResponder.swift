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
  ///   - buffer: is emptied, and holds a whole untagged Ethernet frame when the outcome is a reply.
  public static func respond(
    to frame: RawSpan, binding: DHCPBinding?, serverMAC: MACAddress, holdsOffers: Bool = false,
    into buffer: inout [UInt8]
  ) -> DHCPOutcome {
    buffer.removeAll(keepingCapacity: true)
    do throws(DHCPDropReason) {
      let request = try DHCPRequest(parsing: frame)
      guard let binding else { throw .noBinding }
      guard binding.enabled else { throw .disabled }
      guard request.message.header.mac == binding.mac else { throw .foreignHardwareAddress }
      guard isForServer(request.destination, binding) else { throw .notForServer }
      let payload = frame.extracting(request.payload)
      if request.type == .discover, holdsOffers { throw .heldAfterDecline }
      let decision = try decide(request, payload, binding)
      if case .reply(let reply) = decision {
        DHCPReplyFrame(reply: reply, request: request.message, binding: binding, serverMAC: serverMAC)
          .write(to: &buffer, requestPayload: payload)
      }
      return decision
    } catch {
      return .drop(error)
    }
  }

  private static func isForServer(_ destination: IPv4Address, _ binding: DHCPBinding) -> Bool {
    destination == .broadcast || destination == binding.serverIdentifier || destination == binding.prefix.last
  }

  private static func decide(
    _ request: DHCPRequest, _ payload: RawSpan, _ binding: DHCPBinding
  ) throws(DHCPDropReason) -> DHCPOutcome {
    let header = request.message.header
    let wishes = try DHCPWishes(request.message, payload)
    if let server = wishes.serverIdentifier, server != binding.serverIdentifier { throw .otherServer }
    switch request.type {
    case .discover:
      // Wishes for an address or a lease time are ignored: there is one address (RFC 2131 section 4.3.1).
      return .reply(DHCPReply(kind: .offer, state: .initializing, address: binding.address))
    case .request:
      return .reply(try answer(request, wishes, binding))
    case .decline:
      guard let address = wishes.requestedAddress else { throw .noAddress }
      guard address == binding.address else { throw .foreignAddress }
      return .event(.declined(address))
    case .release:
      guard header.clientAddress == binding.address else { throw .foreignAddress }
      return .event(.released(binding.address))
    case .inform:
      // Never a NAK here: clients take it as the loss of their address. The address is the client's own affair, but it
      // must be of this network (RFC 2131 section 4.3.5).
      guard header.clientAddress != .any else { throw .noAddress }
      guard binding.prefix.contains(header.clientAddress) else { throw .foreignAddress }
      return .reply(DHCPReply(kind: .ack, state: .informing, address: header.clientAddress))
    case .offer, .ack, .nak:
      throw .unexpectedMessageType
    }
  }

  /// Answers a REQUEST (RFC 2131 section 4.3.2, table 4).
  ///
  /// A client that names an address other than its reservation, in whatever state and in whichever field, is told so:
  /// the NAK is what makes a guest whose reservation moved start afresh at once.
  private static func answer(
    _ request: DHCPRequest, _ wishes: DHCPWishes, _ binding: DHCPBinding
  ) throws(DHCPDropReason) -> DHCPReply {
    let clientAddress = request.message.header.clientAddress
    let state: DHCPClientState
    if clientAddress != .any {
      // Some clients add option 54 or 50 to a renewal, against table 4; their address shows what they mean.
      state = request.destination == binding.serverIdentifier ? .renewing : .rebinding
    } else if wishes.requestedAddress != nil {
      state = wishes.serverIdentifier != nil ? .selecting : .initReboot
    } else {
      throw .noAddress
    }
    let named = [clientAddress == .any ? nil : clientAddress, wishes.requestedAddress]
    for case .some(let address) in named where address != binding.address {
      return DHCPReply(kind: .nak, state: state, address: address)
    }
    return DHCPReply(kind: .ack, state: state, address: binding.address)
  }
}

/// The options that decide about a reply.
struct DHCPWishes {
  let requestedAddress: IPv4Address?
  let serverIdentifier: IPv4Address?

  init(_ message: DHCPMessage, _ payload: RawSpan) throws(DHCPDropReason) {
    do throws(DHCPParseError) {
      requestedAddress = try message.address(.requestedAddress, in: payload)
      serverIdentifier = try message.address(.serverIdentifier, in: payload)
    } catch {
      throw DHCPDropReason(error)
    }
  }
}
