import NetworkTypes

/// Who talks to whom, by the first packet of a connection.
struct Conversation: Hashable, Sendable {
  var protocolNumber: UInt8
  var source: IPAddress
  var destination: IPAddress
  /// The ports of TCP and UDP; of ICMP queries the identifier, twice. All else is told apart by addresses alone.
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  /// Of ICMP queries, the type of the query.
  var query: UInt8?

  var reversed: Conversation {
    Conversation(
      protocolNumber: protocolNumber, source: destination, destination: source, sourcePort: destinationPort,
      destinationPort: sourcePort, query: query)
  }
}

/// What a packet is to a port that remembers the connections that were allowed.
enum ConnectionView: Hashable, Sendable {
  /// It would have to belong to a connection, and belongs to none.
  case invalid
  /// It belongs to this connection, or begins it.
  case member(Conversation, begunByPort: Bool, isNew: Bool)
}

/// The connections of one port that were allowed once, with who began them.
struct ConnectionTracker: Hashable, Sendable {
  private var begunByPort: [Conversation: Bool] = [:]

  /// What a packet is that leaves the port's guest, or comes to it.
  func view(of packet: IPPacket, leaving: Bool) -> ConnectionView {
    if case .error(_, _, let quoted) = packet.content {
      guard let tuple = ConnectionTracker.reading(quoted)?.tuple, let found = known(tuple) else { return .invalid }
      return .member(found.conversation, begunByPort: found.begunByPort, isNew: false)
    }
    guard let (tuple, mayBegin) = ConnectionTracker.reading(packet) else { return .invalid }
    if let found = known(tuple) { return .member(found.conversation, begunByPort: found.begunByPort, isNew: false) }
    return mayBegin ? .member(tuple, begunByPort: leaving, isNew: true) : .invalid
  }

  /// Keeps a connection whose packet was allowed.
  mutating func remember(_ conversation: Conversation, begunByPort: Bool) {
    self.begunByPort[conversation] = begunByPort
  }

  private func known(_ tuple: Conversation) -> (conversation: Conversation, begunByPort: Bool)? {
    if let begun = begunByPort[tuple] { return (tuple, begun) }
    if let begun = begunByPort[tuple.reversed] { return (tuple.reversed, begun) }
    return nil
  }

  /// What a packet's headers say of its connection; nil when they name none.
  private static func reading(_ packet: IPPacket) -> (tuple: Conversation, mayBegin: Bool)? {
    var tuple = Conversation(
      protocolNumber: packet.content.protocolNumber(packet.version), source: packet.source,
      destination: packet.destination)
    switch packet.content {
    case .tcp(let segment):
      (tuple.sourcePort, tuple.destinationPort) = (segment.source, segment.destination)
      // Half of a handshake begins nothing; data does, for connections that are older than what is remembered.
      return (tuple, mayBegin: segment.flags & 0x12 != 0x12)
    case .udp(let source, let destination, _):
      (tuple.sourcePort, tuple.destinationPort) = (source, destination)
      return (tuple, mayBegin: true)
    case .echo(let isReply, let identifier, _):
      (tuple.sourcePort, tuple.destinationPort) = (identifier, identifier)
      tuple.query = packet.version == .v4 ? 8 : 128
      return (isReply ? tuple.reversed : tuple, mayBegin: !isReply)
    case .error, .solicitation, .advertisement, .icmp: return nil
    case .sctp, .other: return (tuple, mayBegin: true)
    }
  }
}
