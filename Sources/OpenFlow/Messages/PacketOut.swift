/// A packet for the switch to act on (OpenFlow 1.3.5 section 7.3.7, ofp_packet_out).
public struct PacketOut: Hashable, Sendable, WireValue {
  /// The buffer that holds the packet, or `FlowMod.noBuffer`.
  public var bufferID: UInt32
  /// The port that it is to have come in on; `.controller` for none.
  public var inPort: OFPort
  /// What is done with it.
  public var actions: [Action]
  /// The packet, when it is in no buffer.
  public var data: [UInt8]

  /// A packet to act on.
  public init(bufferID: UInt32 = FlowMod.noBuffer, inPort: OFPort = .controller, actions: [Action], data: [UInt8]) {
    self.bufferID = bufferID
    self.inPort = inPort
    self.actions = actions
    self.data = data
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    bufferID = try reader.integer()
    inPort = OFPort(rawValue: try reader.integer())
    let length = Int(try reader.integer(UInt16.self))
    try reader.skip(6)
    var list = try reader.sub(length)
    actions = try Action.decodeList(&list)
    data = reader.takeRest()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(bufferID)
    bytes.appendInteger(inPort.rawValue)
    let length = bytes.count
    bytes.appendZeros(8)
    let start = bytes.count
    for action in actions { action.encode(to: &bytes) }
    bytes.setLength(bytes.count - start, at: length)
    bytes += data
  }
}
