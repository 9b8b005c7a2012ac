/// How long a connection is kept without a packet (Open vSwitch's default timeouts of the userspace datapath).
enum ConnectionTimeout: Hashable, Sendable {
  case tcpFirst, tcpOpening, tcpEstablished, tcpClosing, tcpFinWait, tcpClosed
  case otherFirst, otherMultiple, otherBidirectional
  case icmpFirst, icmpReply

  var milliseconds: UInt64 {
    switch self {
    case .tcpFirst, .tcpOpening, .tcpClosed, .otherBidirectional, .icmpReply: 30_000
    case .tcpEstablished: 86_400_000
    case .tcpClosing: 900_000
    case .tcpFinWait: 45_000
    case .otherFirst, .otherMultiple, .icmpFirst: 60_000
    }
  }
}

/// A tracked connection.
public struct Connection: Hashable, Sendable {
  /// Its first packet's direction.
  public let key: ConnectionKey
  /// The direction of the answers, as they come in: with the translated addresses.
  public internal(set) var replyKey: ConnectionKey
  /// The mark that flows gave it.
  public internal(set) var mark: UInt32 = 0
  /// The label that flows gave it.
  public internal(set) var label: UInt128 = 0
  /// When it is forgotten, unless a packet comes.
  public internal(set) var expiry: ModelTime
  var translation: AddressTranslation.Kind?
  var progress: Progress

  /// How far it has come, by protocol.
  enum Progress: Hashable, Sendable {
    case tcp(TCPTracker)
    case icmp(answered: Bool)
    /// Any other protocol: one packet, more of one direction, both directions.
    case other(ConnectionTimeout)
  }
}

/// The connections of a switch: a value, so that a caller keeps as many histories as it likes.
public struct ConntrackTable: Sendable {
  private var byKey: [ConnectionKey: Connection] = [:]
  private var byReply: [ConnectionKey: ConnectionKey] = [:]

  /// No connections.
  public init() {}

  /// The connections that a packet at `time` would find.
  public func connections(at time: ModelTime) -> [Connection] {
    byKey.values.filter { time < $0.expiry }
  }

  /// Forgets the connections of a zone, or all of them.
  public mutating func flush(zone: UInt16? = nil) {
    removeAll { zone == nil || $0.key.zone == zone }
  }

  /// Forgets the connections for which this holds.
  public mutating func removeAll(where condition: (Connection) -> Bool) {
    for connection in byKey.values where condition(connection) { remove(connection.key) }
  }

  /// Forgets what has expired; nothing finds it any more in any case.
  public mutating func expire(at time: ModelTime) {
    removeAll { $0.expiry <= time }
  }

  func find(_ key: ConnectionKey, at time: ModelTime) -> (connection: Connection, isReply: Bool)? {
    if let connection = byKey[key], time < connection.expiry { return (connection, false) }
    if let original = byReply[key], let connection = byKey[original], time < connection.expiry {
      return (connection, true)
    }
    return nil
  }

  mutating func insert(_ connection: Connection) {
    remove(connection.key)
    byKey[connection.key] = connection
    byReply[connection.replyKey] = connection.key
  }

  mutating func update(_ connection: Connection) {
    byKey[connection.key] = connection
  }

  mutating func remove(_ key: ConnectionKey) {
    guard let connection = byKey.removeValue(forKey: key) else { return }
    if byReply[connection.replyKey] == key { byReply[connection.replyKey] = nil }
  }
}

/// What a packet did to a connection.
public enum ConntrackChange: Hashable, Sendable {
  /// It began.
  case created(Connection)
  /// It went on, or got a mark or a label.
  case updated(Connection)
  /// It was forgotten, for a new one in its place.
  case removed(ConnectionKey)
}
