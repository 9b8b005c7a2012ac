import NetworkTypes
import PacketFormats

/// The DHCPv6 server of one host's guests (RFC 8415), as a pure function of a frame and the binding of the port that the
/// frame came from. It keeps no leases: the goal state says which addresses a port has, for as long as it has them.
///
/// Identity is the port. The client's DUID is given back and never looked at (cloned images share it, and it is not made
/// from the port's MAC address), and neither are IAIDs. A frame from another MAC address than the port's gets nothing.
///
/// The UDP checksum is not checked. A guest's kernel leaves it to its network interface, and a virtual one has not
/// completed it when the frame is captured. Nor is the hop limit: RFC 8415 says nothing of it, and clients send 1 to 255.
public enum DHCPv6Responder {
  /// Answers a frame.
  ///
  /// - Parameters:
  ///   - frame: a whole Ethernet frame from a guest, untagged or with a priority tag.
  ///   - binding: what the port that the frame came from is to be told, or nil when it has no IPv6.
  ///   - serverMAC: the source of the reply's frame.
  ///   - holdsOffers: whether a SOLICIT is to get nothing now, because the guest declined its address lately.
  ///   - buffer: is emptied, and holds a whole untagged Ethernet frame when the outcome is a reply. In a buffer that has
  ///     grown to a reply's size nothing is allocated.
  ///   - notes: where the client's own words are in the frame.
  public static func respond(
    to frame: RawSpan, binding: DHCPv6Binding?, serverMAC: MACAddress, holdsOffers: Bool = false,
    into buffer: inout [UInt8], notes: inout DHCPClientNotes
  ) -> DHCPv6Outcome {
    buffer.removeAll(keepingCapacity: true)
    do throws(DHCPv6DropReason) {
      let request = try DHCPv6Request(parsing: frame)
      notes = DHCPClientNotes(request)
      guard let binding else { throw .noBinding }
      guard binding.configuration.mode != .off else { throw .disabled }
      guard request.senderMAC == binding.configuration.mac else { throw .foreignHardwareAddress }
      let type = request.message.type
      guard binding.configuration.mode == .stateful || type == .informationRequest else { throw .statelessOnly }
      let payload = frame.extracting(request.payload)
      guard isForServer(request, payload, binding) else { throw .otherServer }
      if type == .solicit, holdsOffers { throw .heldAfterDecline }
      let (reply, event) = try decide(request, payload, binding)
      DHCPv6ReplyWriter(reply: reply, request: request, binding: binding)
        .write(to: &buffer, payload: payload, serverMAC: serverMAC)
      guard buffer.count <= DHCPv6ReplyWriter.frameLimit(binding) else {
        buffer.removeAll(keepingCapacity: true)
        throw .replyTooLong
      }
      return .reply(reply, event: event)
    } catch {
      return .drop(error)
    }
  }

  /// Answers a frame, without a look at the client's own words.
  public static func respond(
    to frame: RawSpan, binding: DHCPv6Binding?, serverMAC: MACAddress, holdsOffers: Bool = false,
    into buffer: inout [UInt8]
  ) -> DHCPv6Outcome {
    var notes = DHCPClientNotes()
    return respond(
      to: frame, binding: binding, serverMAC: serverMAC, holdsOffers: holdsOffers, into: &buffer, notes: &notes)
  }

  /// Whether the message names this server, or none.
  private static func isForServer(_ request: DHCPv6Request, _ payload: RawSpan, _ binding: DHCPv6Binding) -> Bool {
    guard let id = request.serverID else { return true }
    // The server's own is a DUID-LL of ten bytes; its header is compared as one number.
    return id.count == 10 && payload.uint32(at: id.lowerBound) == 0x0003_0001
      && payload.macAddress(at: id.lowerBound + 4) == binding.configuration.serverMAC
  }

  private static func decide(
    _ request: DHCPv6Request, _ payload: RawSpan, _ binding: DHCPv6Binding
  ) throws(DHCPv6DropReason) -> (DHCPv6Reply, DHCPv6Event?) {
    let type = request.message.type
    let leases = DHCPv6Leases(request: request, binding: binding)
    switch type {
    case .solicit:
      // A lease at once only when there is one: a refusal ends a client's search only as an ADVERTISE.
      let grants = leases.grants(in: payload)
      let commits = request.wantsRapidCommit && binding.configuration.rapidCommit && grants
      return (DHCPv6Reply(kind: commits ? .reply : .advertise, request: type, grantsLease: grants), nil)
    case .request, .renew, .rebind:
      return (DHCPv6Reply(kind: .reply, request: type, grantsLease: leases.grants(in: payload)), nil)
    case .confirm:
      guard let isRight = leases.confirms(in: payload) else { throw .nothingToConfirm }
      return (DHCPv6Reply(kind: .reply, request: type, status: isRight ? .success : .notOnLink), nil)
    case .release:
      let named = leases.countNamed(in: payload)
      let isEmpty = named.addresses == 0 && named.prefixes == 0
      return (
        DHCPv6Reply(kind: .reply, request: type),
        isEmpty ? nil : .released(addresses: named.addresses, prefixes: named.prefixes)
      )
    case .decline:
      let named = leases.countNamed(in: payload)
      return (
        DHCPv6Reply(kind: .reply, request: type), named.first.map { .declined($0, count: named.addresses) }
      )
    case .informationRequest:
      return (DHCPv6Reply(kind: .reply, request: type), nil)
    case .advertise, .reply, .reconfigure, .relayForward, .relayReply:
      throw .unexpectedMessageType
    }
  }
}
