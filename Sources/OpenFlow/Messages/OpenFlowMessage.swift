/// A message of OpenFlow 1.3, from a controller or from a switch (OpenFlow 1.3.5 section 7, and Nicira's and the ONF's
/// extensions as Open vSwitch has them over 1.3).
public enum OpenFlowMessage: Hashable, Sendable {
  /// The versions that a side speaks.
  case hello(Hello)
  /// What a side refuses. Its transaction id is that of the request.
  case error(OpenFlowError)
  /// Asks for the same bytes back.
  case echoRequest([UInt8])
  /// The bytes of the request.
  case echoReply([UInt8])
  /// Asks what the switch is.
  case featuresRequest
  /// What the switch is.
  case featuresReply(SwitchFeatures)
  /// Asks how the switch is configured.
  case getConfigRequest
  /// How the switch is configured.
  case getConfigReply(SwitchConfiguration)
  /// Configures the switch.
  case setConfig(SwitchConfiguration)
  /// A packet for the controller.
  case packetIn(PacketIn)
  /// A flow was removed.
  case flowRemoved(FlowRemoved)
  /// A port came, went or changed.
  case portStatus(PortStatus)
  /// A packet for the switch to send.
  case packetOut(PacketOut)
  /// Changes flows.
  case flowMod(FlowMod)
  /// Changes groups.
  case groupMod(GroupMod)
  /// Configures a port.
  case portMod(PortMod)
  /// Configures a table.
  case tableMod(TableMod)
  /// Asks for something that is answered in parts.
  case multipartRequest(MultipartRequest)
  /// A part of an answer.
  case multipartReply(MultipartReply)
  /// Asks for everything before to be finished.
  case barrierRequest
  /// Everything before is finished.
  case barrierReply
  /// Asks for the queues of a port; `.any` for all ports.
  case queueGetConfigRequest(OFPort)
  /// The queues of a port.
  case queueGetConfigReply(QueueConfiguration)
  /// Asks for a role.
  case roleRequest(RoleMessage)
  /// The role that this connection has.
  case roleReply(RoleMessage)
  /// Asks what the switch tells unasked.
  case getAsyncRequest
  /// What the switch tells unasked.
  case getAsyncReply(AsyncConfiguration)
  /// Says what the switch tells unasked.
  case setAsync(AsyncConfiguration)
  /// Changes meters.
  case meterMod(MeterMod)

  /// ONF 2300: opens, closes, commits or discards a bundle, or answers to it.
  case bundleControl(BundleControl)
  /// ONF 2301: adds a message to a bundle.
  case bundleAdd(BundleAdd)
  /// ONF 1870: ends the flow monitor of this number.
  case flowMonitorCancel(UInt32)
  /// ONF 1871: changes are not told until `flowMonitorResumed`; the controller is too slow.
  case flowMonitorPaused
  /// ONF 1872: what has changed in the meantime has been told.
  case flowMonitorResumed
  /// ONF 1911: the role of this connection has changed.
  case roleStatus(RoleStatus)
  /// ONF 2350: another controller's change of groups or meters, with its header.
  case requestForward([UInt8])

  /// Nicira 16: how packets are sent to the controller.
  case setPacketInFormat(PacketInFormat)
  /// Nicira 20: the number that `controller` actions address this connection with.
  case setControllerID(UInt16)
  /// Nicira 24: maps tunnel options to fields.
  case tunnelOptionMod(TunnelOptionMod)
  /// Nicira 25: asks for the tunnel options' map.
  case tunnelOptionRequest
  /// Nicira 26: the tunnel options' map.
  case tunnelOptionReply(TunnelOptionTable)
  /// Nicira 27: says what the switch tells unasked, one kind at a time.
  case setAsync2([AsyncProperty])
  /// Nicira 28: lets a paused packet go on.
  case resume(PacketIn2)
  /// Nicira 29: forgets the connections of a zone.
  case conntrackFlushZone(UInt16)
  /// Nicira 30: a packet for the controller, with properties.
  case packetIn2(PacketIn2)
  /// Nicira 32: forgets the connections of a tuple.
  case conntrackFlush(ConntrackFlush)

  /// A message of an extension that is not known here.
  case experimenter(ExtensionNumber, body: [UInt8])
  /// A message of a type that is not known here.
  case unknown(type: UInt8, body: [UInt8])
}

/// A message has more bytes than its header can say.
public struct MessageTooLong: Error, Hashable, Sendable {
  /// Which message.
  public let kind: MessageKind
  /// How many bytes it would have.
  public let length: Int
}

extension MessageTooLong: CustomStringConvertible {
  /// `a flowMod of 70000 bytes is longer than the 65535 of an OpenFlow message`.
  public var description: String {
    "a \(kind) of \(length) bytes is longer than the \(MessageHeader.longest) of an OpenFlow message"
  }
}

extension OpenFlowMessage {
  /// Decodes a whole message of OpenFlow 1.3, or a hello or an error of any version.
  ///
  /// The parts of a multipart reply are decoded separately: `MultipartReply.answer()`, `MultipartAssembly`.
  public static func decode(
    _ bytes: [UInt8]
  ) throws(MalformedMessage) -> (header: MessageHeader, message: OpenFlowMessage) {
    var reader = WireReader(bytes, structure: "ofp_header")
    let header = try MessageHeader(&reader)
    guard Int(header.length) == bytes.count else {
      throw reader.malformed("the header says \(header.length) bytes, the message has \(bytes.count)")
    }
    guard let type = MessageType(rawValue: header.type) else {
      return (header, .unknown(type: header.type, body: reader.takeRest()))
    }
    var body = try reader.sub(reader.remaining, structure: "\(type)")
    let message = try decodeBody(type, &body, header)
    try body.requireEnd()
    return (header, message)
  }

  /// The encoded message.
  public func encode(xid: UInt32) throws(MessageTooLong) -> [UInt8] {
    let (kind, body) = content
    var bytes: [UInt8] = []
    if case .hello(let hello) = self { bytes.append(hello.highest) } else { bytes.append(MessageHeader.version13) }
    bytes.append(kind.type)
    bytes.appendZeros(2)
    bytes.appendInteger(xid)
    kind.extension?.encodeBody(to: &bytes)
    body.encodeBody(to: &bytes)
    guard bytes.count <= MessageHeader.longest else { throw MessageTooLong(kind: kind, length: bytes.count) }
    bytes.setLength(bytes.count, at: 2)
    return bytes
  }

  /// Which message it is.
  public var kind: MessageKind { content.kind }
}
