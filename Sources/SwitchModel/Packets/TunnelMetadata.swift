/// What is known of a packet's tunnel: given with a packet that came out of one, or set for one that goes in.
public struct TunnelMetadata: Hashable, Sendable {
  /// The key, such as the VNI.
  public var id: UInt64
  /// The outer IPv4 source.
  public var source: UInt32
  /// The outer IPv4 destination.
  public var destination: UInt32
  /// The outer IPv6 source.
  public var ipv6Source: UInt128
  /// The outer IPv6 destination.
  public var ipv6Destination: UInt128
  /// The flags that can be matched: bit 0 is OAM.
  public var flags: UInt16
  /// VXLAN's group policy id.
  public var groupPolicy: UInt16
  /// VXLAN's group policy flags.
  public var groupPolicyFlags: UInt8
  /// Options by the number of their field, tun_metadata0 to 63.
  public var options: [UInt8: [UInt8]]

  /// Nothing is known.
  public init() {
    id = 0
    source = 0
    destination = 0
    ipv6Source = 0
    ipv6Destination = 0
    flags = 0
    groupPolicy = 0
    groupPolicyFlags = 0
    options = [:]
  }

  /// A packet from or for an IPv4 tunnel.
  public init(id: UInt64, source: UInt32 = 0, destination: UInt32 = 0) {
    self.init()
    self.id = id
    self.source = source
    self.destination = destination
  }
}

/// What connection tracking has found out about a packet.
struct ConnectionMetadata: Hashable, Sendable {
  var state: ConnectionState = []
  var zone: UInt16 = 0
  var mark: UInt32 = 0
  var label: UInt128 = 0
  var tuple = ConnectionTuple()
}

/// The addresses of the first packet of a packet's connection.
struct ConnectionTuple: Hashable, Sendable {
  var isIPv6 = false
  var ipProtocol: UInt8 = 0
  var source: UInt128 = 0
  var destination: UInt128 = 0
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
}

/// The bits of ct_state.
public struct ConnectionState: OptionSet, Hashable, Sendable {
  /// The bits as a match has them.
  public let rawValue: UInt32

  /// The state of these bits.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Would begin a connection.
  public static let new = ConnectionState(rawValue: 0x01)
  /// Belongs to a connection that was seen in both directions.
  public static let established = ConnectionState(rawValue: 0x02)
  /// Belongs to a connection by what it carries, as an ICMP error does.
  public static let related = ConnectionState(rawValue: 0x04)
  /// Goes against the direction of the first packet.
  public static let reply = ConnectionState(rawValue: 0x08)
  /// Cannot be told to belong to a connection.
  public static let invalid = ConnectionState(rawValue: 0x10)
  /// Was tracked.
  public static let tracked = ConnectionState(rawValue: 0x20)
  /// Had its source translated.
  public static let sourceTranslated = ConnectionState(rawValue: 0x40)
  /// Had its destination translated.
  public static let destinationTranslated = ConnectionState(rawValue: 0x80)
}
