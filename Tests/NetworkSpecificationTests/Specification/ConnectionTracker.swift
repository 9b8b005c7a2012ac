import NetworkTypes

/// Who talks to whom, by the first packet of a connection.
struct Conversation: Hashable, Sendable {
  var protocolNumber: UInt8
  var source: IPAddress
  var destination: IPAddress
  /// The ports; of ICMP queries the identifier, twice.
  var sourcePort: UInt16
  var destinationPort: UInt16
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
  /// Its protocol knows no connections.
  case untracked
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
      guard case .tuple(let tuple, _) = ConnectionTracker.reading(quoted), let found = known(tuple) else {
        return .invalid
      }
      return .member(found.conversation, begunByPort: found.begunByPort, isNew: false)
    }
    switch ConnectionTracker.reading(packet) {
    case .none: return .untracked
    case .nothing: return .invalid
    case .tuple(let tuple, let mayBegin):
      if let found = known(tuple) {
        return .member(found.conversation, begunByPort: found.begunByPort, isNew: false)
      }
      return mayBegin ? .member(tuple, begunByPort: leaving, isNew: true) : .invalid
    }
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

  /// What a packet's headers say of its connection.
  private enum Reading {
    case none
    case nothing
    case tuple(Conversation, mayBegin: Bool)
  }

  private static func reading(_ packet: IPPacket) -> Reading {
    let number = packet.content.protocolNumber(packet.version)
    func tuple(_ source: UInt16, _ destination: UInt16, _ query: UInt8? = nil, reply: Bool = false) -> Conversation {
      let tuple = Conversation(
        protocolNumber: number, source: packet.source, destination: packet.destination, sourcePort: source,
        destinationPort: destination, query: query)
      return reply ? tuple.reversed : tuple
    }
    switch packet.content {
    case .tcp(let segment):
      // Half of a handshake begins nothing; data does, for connections that are older than what is remembered.
      let isAnswer = segment.flags & 0x12 == 0x12
      return .tuple(tuple(segment.source, segment.destination), mayBegin: !isAnswer)
    case .udp(let source, let destination, _), .sctp(let source, let destination):
      return .tuple(tuple(source, destination), mayBegin: true)
    case .echo(let isReply, let identifier, _):
      let query: UInt8 = packet.version == .v4 ? 8 : 128
      return .tuple(tuple(identifier, identifier, query, reply: isReply), mayBegin: !isReply)
    case .error, .solicitation, .advertisement, .icmp: return .nothing
    case .other: return .none
    }
  }
}
