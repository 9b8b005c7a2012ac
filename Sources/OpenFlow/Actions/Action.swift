import NetworkTypes

/// What is done with a packet (OpenFlow 1.3.5 section 7.2.5, and Nicira's and the ONF's extensions).
///
/// Each is encoded in the one form that Open vSwitch reports it in, so a flow that is read back equals the one that was
/// sent. An action that is not known here is kept as its bytes.
public enum Action: Hashable, Sendable {
  /// Sends the packet out of a port; for a controller at most `maxLength` bytes of it.
  case output(OFPort, maxLength: UInt16 = 0)
  /// Sends the packet out of the port whose number is in a field.
  case outputField(FieldSlice, maxLength: UInt16 = .max)
  /// Sends no more than the first `length` bytes of the packet out of a port.
  case outputTruncated(OFPort, length: UInt32)
  /// Hands the packet to a group.
  case group(UInt32)
  /// Chooses the queue for later outputs.
  case setQueue(UInt32)
  /// Goes back to the queue that there was before `setQueue`.
  case popQueue

  /// Adds a VLAN tag of this Ethernet type.
  case pushVLAN(UInt16)
  /// Takes the outer VLAN tag off.
  case popVLAN
  /// Adds a label, and makes this the Ethernet type.
  case pushMPLS(UInt16)
  /// Takes the outer label off; the Ethernet type is this then.
  case popMPLS(UInt16)
  /// Adds a provider backbone tag of this Ethernet type. Open vSwitch does not know it.
  case pushPBB(UInt16)
  /// Takes the provider backbone tag off. Open vSwitch does not know it.
  case popPBB
  /// Adds a header in front of the packet.
  case encapsulate(Encapsulation)
  /// Takes the outer header off; what comes then is of this type.
  case decapsulate(PacketType)

  /// Sets the TTL or hop limit.
  case setTTL(UInt8)
  /// Decrements the TTL or hop limit; a packet whose TTL is used up goes no further.
  case decrementTTL
  /// Decrements the TTL, and tells the controllers of these ids when it is used up.
  case decrementTTLTelling(controllers: [UInt16])
  /// Sets the TTL of the outer label.
  case setMPLSTTL(UInt8)
  /// Decrements the TTL of the outer label.
  case decrementMPLSTTL
  /// Decrements the TTL of the network service header.
  case decrementNSHTTL
  /// Copies the TTL to the header outside. Open vSwitch does not know it.
  case copyTTLOut
  /// Copies the TTL to the header inside. Open vSwitch does not know it.
  case copyTTLIn

  /// Sets a field; the mask says which bits.
  case setField(MatchField)
  /// Sets a whole field as `setField` does, in Nicira's form: so Open vSwitch loads into experimenters' fields.
  case loadField(MatchField)
  /// Puts a number into bits of a field.
  case load(UInt64, FieldSlice)
  /// Copies bits of one field to as many of another.
  case move(from: FieldSlice, to: FieldSlice)
  /// Copies bits as `move` does, in the ONF's form.
  case copyField(from: FieldSlice, to: FieldSlice)
  /// Sets the tunnel's key, in Nicira's form of 32 bits.
  case setTunnel(UInt32)
  /// Sets the tunnel's key, in Nicira's form of 64 bits.
  case setTunnel64(UInt64)
  /// Takes a tunnel option off.
  case deleteField(Field)
  /// Puts bits of a field on the stack.
  case push(FieldSlice)
  /// Takes bits of a field from the stack.
  case pop(FieldSlice)
  /// Sets a bit when the packet is longer than this.
  case checkLength(UInt16, into: FieldSlice)

  /// Looks the packet up again in a table, as though it came from a port; `.inPort` leaves the port as it is.
  case resubmit(port: OFPort, table: TableID)
  /// Looks the packet up as `resubmit` does, with the addresses of its connection's first packet.
  case resubmitTuple(port: OFPort, table: TableID)
  /// Looks the packet up again in the same table, in the form without one.
  case resubmitPort(OFPort)
  /// Has the packet's connection tracked.
  indirect case track(TrackAction)
  /// Forgets what connection tracking has found.
  case ctClear
  /// Installs a flow that is made from the packet.
  indirect case learn(LearnAction)
  /// Shortens the timeouts of the flow once its connection ends.
  case finTimeout(idle: UInt16, hard: UInt16)
  /// One of the clauses of a conjunction, counted from 0.
  case conjunction(id: UInt32, clause: UInt8, of: UInt8)
  /// Chooses a number by a hash of the packet.
  indirect case multipath(MultipathAction)
  /// Chooses one of several ports.
  indirect case bundle(BundleAction)

  /// Sends the packet to a controller.
  case controller(ControllerAction)
  /// Reports a part of the packets.
  indirect case sample(SampleAction)
  /// Bytes without an effect, kept by the switch.
  case note([UInt8])
  /// Actions on a copy of the packet.
  case clone([Action])
  /// Ends the lookup.
  case exit
  /// Any other action, with its header.
  case raw([UInt8])
}
