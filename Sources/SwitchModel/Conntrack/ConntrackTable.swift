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
  /// A connection, with its place in the order in which connections began.
  private struct Entry: Sendable {
    var connection: Connection
    let order: UInt64
  }

  /// Where the answers to a connection are found.
  private struct Answers: Sendable {
    var connection: ConnectionKey
    /// The answers of a translated connection have an entry of their own in Open vSwitch, and that stays until it is
    /// swept, even if the connection is gone: nobody else can have this key so long.
    var isTranslated: Bool
    var order: UInt64
  }

  /// What a key belongs to.
  enum Finding {
    case connection(Connection, isReply: Bool)
    /// A translated connection that is gone and was not swept yet.
    case remains
  }

  private var byKey: [ConnectionKey: Entry] = [:]
  private var byReply: [ConnectionKey: Answers] = [:]
  private var count: UInt64 = 0

  /// No connections.
  public init() {}

  /// The connections that a packet at `time` would find.
  public func connections(at time: ModelTime) -> [Connection] {
    byKey.values.map(\.connection).filter { time < $0.expiry }
  }

  /// Forgets the connections of a zone, or all of them.
  public mutating func flush(zone: UInt16? = nil) {
    removeAll { zone == nil || $0.key.zone == zone }
  }

  /// Forgets the connections for which this holds.
  public mutating func removeAll(where condition: (Connection) -> Bool) {
    for entry in byKey.values where condition(entry.connection) { remove(entry.connection.key) }
    sweepRemains()
  }

  /// Sweeps what has expired, which Open vSwitch does every few seconds. No packet finds it any more in any case, but the
  /// answers' keys of translated connections are free again only then.
  public mutating func sweep(at time: ModelTime) {
    removeAll { $0.expiry <= time }
  }

  private mutating func sweepRemains() {
    byReply = byReply.filter { byKey[$0.value.connection]?.connection.replyKey == $0.key }
  }

  /// What a key belongs to. A connection's packets can have the key of another one's answers: the younger one counts, as
  /// in Open vSwitch, where it comes first in their hash bucket.
  func find(_ key: ConnectionKey, at time: ModelTime) -> Finding? {
    let own = byKey[key].flatMap { time < $0.connection.expiry ? $0 : nil }
    if let answers = byReply[key], own.map({ $0.order < answers.order }) ?? true {
      if let connection = byKey[answers.connection]?.connection, time < connection.expiry, connection.replyKey == key {
        return .connection(connection, isReply: true)
      }
      if answers.isTranslated { return .remains }
    }
    return own.map { .connection($0.connection, isReply: false) }
  }

  /// The connection that a key belongs to, in whichever direction.
  func connection(_ key: ConnectionKey, at time: ModelTime) -> Connection? {
    if case .connection(let connection, _) = find(key, at: time) { connection } else { nil }
  }

  mutating func insert(_ connection: Connection) {
    remove(connection.key)
    count += 1
    byKey[connection.key] = Entry(connection: connection, order: count)
    byReply[connection.replyKey] = Answers(
      connection: connection.key, isTranslated: connection.translation != nil, order: count)
  }

  mutating func update(_ connection: Connection) {
    byKey[connection.key]?.connection = connection
  }

  mutating func remove(_ key: ConnectionKey) {
    guard let connection = byKey.removeValue(forKey: key)?.connection, connection.translation == nil,
      byReply[connection.replyKey]?.connection == key
    else { return }
    byReply[connection.replyKey] = nil
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
