import NetworkTypes

/// What is done with a packet (OpenFlow 1.3.5 section 7.2.5, and Nicira's extensions).
///
/// Each is encoded in the one form that Open vSwitch reports it in, so a flow that is read back equals the one that was
/// sent. An action that is not known here is kept as its bytes.
public enum Action: Hashable, Sendable {
  /// Sends the packet out of a port.
  case output(OFPort)
  /// Sends the packet out of the port whose number is in a field.
  case outputField(FieldSlice)
  /// Hands the packet to a group.
  case group(UInt32)
  /// Chooses the queue for later outputs.
  case setQueue(UInt32)
  /// Adds a VLAN tag of this Ethernet type.
  case pushVLAN(UInt16)
  /// Takes the outer VLAN tag off.
  case popVLAN
  /// Sets the TTL or hop limit.
  case setTTL(UInt8)
  /// Decrements the TTL or hop limit; a packet whose TTL is used up goes no further.
  case decrementTTL
  /// Sets a field; the mask says which bits.
  case setField(MatchField)
  /// Copies bits of one field to as many of another.
  case move(from: FieldSlice, to: FieldSlice)
  /// Puts a number into bits of a field.
  case load(UInt64, FieldSlice)
  /// Looks the packet up again in a table, as though it came from a port; `.inPort` leaves the port as it is.
  case resubmit(port: OFPort, table: TableID)
  /// Sends the packet to a controller.
  case controller(ControllerAction)
  /// One of the clauses of a conjunction, counted from 0.
  case conjunction(id: UInt32, clause: UInt8, of: UInt8)
  /// Bytes without an effect, kept by the switch.
  case note([UInt8])
  /// Actions on a copy of the packet.
  case clone([Action])
  /// Forgets what connection tracking has found.
  case ctClear
  /// Ends the lookup.
  case exit
  /// Any other action, with its header.
  case raw([UInt8])
}

/// Sends a packet to a controller (Nicira's controller2 action).
public struct ControllerAction: Hashable, Sendable {
  /// The most bytes of the packet to send; 0xffff for all of it.
  public var maxLength: UInt16
  /// The controllers to send it to: those with this id.
  public var controllerID: UInt16
  /// The reason that the packet-in gives; 1 is "action".
  public var reason: UInt8
  /// Bytes that come with the packet-in, to tell flows apart.
  public var userdata: [UInt8]
  /// Whether the packet waits for the controller to resume it.
  public var pause: Bool
  /// The meter that limits it.
  public var meter: UInt32?

  /// What is not said is as an action that says nothing has it: the whole packet, to controllers with id 0.
  public init(
    maxLength: UInt16 = .max, controllerID: UInt16 = 0, reason: UInt8 = 1, userdata: [UInt8] = [], pause: Bool = false,
    meter: UInt32? = nil
  ) {
    self.maxLength = maxLength
    self.controllerID = controllerID
    self.reason = reason
    self.userdata = userdata
    self.pause = pause
    self.meter = meter
  }
}
