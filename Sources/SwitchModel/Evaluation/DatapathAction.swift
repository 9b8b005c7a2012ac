import OpenFlow

/// What the pipeline decided to do with a packet, in order: changes are put off until something depends on them, so that
/// only what differs in the end is written, as Open vSwitch's datapath actions have it.
///
/// A program of these is flat. What belongs to a clone stands between `beginClone` and `endClone`, the two sides of a
/// length check between `ifLarger`, `otherwise` and `endIf`.
enum DatapathAction: Sendable {
  case output(OFPort, tunnel: TunnelMetadata?)
  /// Cuts the copy that the next output sends.
  case truncate(Int)
  case set(HeaderEdit)
  case pushVLAN(VLANStack.Tag)
  case popVLAN
  case pushLabel(type: UInt16, entry: UInt32)
  case popLabel(type: UInt16)
  case setLabel(UInt32)
  case setQueue(UInt32)
  case setMark(UInt32)
  case track(TrackingRequest)
  case clearTracking
  case recirculate(FrozenPipeline)
  case meter(UInt32)
  case controller(PacketInRequest)
  case beginClone
  case endClone
  case ifLarger(UInt16)
  case otherwise
  case endIf

  /// About the number of bytes that Open vSwitch needs for it; it limits a packet to 64 kB of them.
  var size: Int {
    switch self {
    case .output, .meter, .recirculate, .truncate, .setLabel: 8
    case .set: 28
    case .track: 24
    case .controller: 40
    default: 8
    }
  }
}

/// One header field's new value.
enum HeaderEdit: Hashable, Sendable {
  case ethernetSource(UInt64)
  case ethernetDestination(UInt64)
  case ipv4Source(UInt32)
  case ipv4Destination(UInt32)
  case ipv4TOS(UInt8)
  case ipv4TTL(UInt8)
  case ipv6Source(UInt128)
  case ipv6Destination(UInt128)
  case ipv6Label(UInt32)
  case ipv6Class(UInt8)
  case ipv6HopLimit(UInt8)
  case sourcePort(UInt16, protocol: UInt8)
  case destinationPort(UInt16, protocol: UInt8)
  case icmp(type: UInt8, code: UInt8, protocol: UInt8)
  case arpOperation(UInt16)
  case arpSenderIP(UInt32)
  case arpTargetIP(UInt32)
  case arpSender(UInt64)
  case arpTarget(UInt64)
  case ndExtensions(reserved: UInt32, optionsType: UInt8)
  case ndTarget(UInt128)
  case ndSource(UInt64)
  case ndTargetLink(UInt64)
}

/// What a ct action asks of connection tracking.
struct TrackingRequest: Hashable, Sendable {
  var zone: UInt16
  var commit: Bool
  var force: Bool
  /// Bits of the connection's mark to set.
  var mark: UInt32 = 0
  var markMask: UInt32 = 0
  /// Bits of the connection's label to set.
  var label: UInt128 = 0
  var labelMask: UInt128 = 0
  /// The translation to use, or to choose for a new connection.
  var translation: AddressTranslation?
}

/// How a ct action translates addresses.
struct AddressTranslation: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// Only what an existing connection says.
    case existing
    case source
    case destination
  }

  var kind: Kind
  /// The first and the last address; nil keeps the address.
  var addresses: ClosedRange<UInt128>?
  /// The first and the last port.
  var ports: ClosedRange<UInt16>?
}

/// A packet for a controller, as the pipeline asks for it.
struct PacketInRequest: Sendable {
  var reason: UInt8
  var table: TableID
  var cookie: UInt64
  var controllerID: UInt16
  var maxLength: UInt16
  var userdata: [UInt8]
  var meter: UInt32?
  /// The pipeline's fields at that moment.
  var key: PacketKey
  /// Where to go on when the controller says so.
  var continuation: FrozenPipeline?
}

/// The pipeline's state while a packet is away in the datapath: to be tracked, or to be parsed again.
struct FrozenPipeline: Sendable {
  var table: TableID
  var cookie: UInt64
  var isTracked: Bool
  var tunnel: TunnelMetadata
  var metadata: UInt64
  var registers: [UInt32]
  var inPort: UInt32
  var stack: [StackValue]
  var actionSet: [Action]
  /// What is left to do; a lookup in `table` when there is nothing.
  var steps: [Step]
}

/// A value that was pushed, with the length that it was pushed with.
struct StackValue: Hashable, Sendable {
  var value: UInt128
  var bytes: Int
}
