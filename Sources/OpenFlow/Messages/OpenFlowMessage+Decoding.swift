// The bodies of messages, by their numbers.

extension OpenFlowMessage {
  private typealias Decoder = @Sendable (inout WireReader, MessageHeader) throws(MalformedMessage) -> OpenFlowMessage

  /// Decodes the body of a message of the specification or of an extension.
  static func decodeBody(
    _ type: MessageType, _ body: inout WireReader, _ header: MessageHeader
  ) throws(MalformedMessage) -> OpenFlowMessage {
    guard type == .experimenter else {
      guard let decoder = standard[type] else { return .unknown(type: type.rawValue, body: body.takeRest()) }
      return try decoder(&body, header)
    }
    let number = try ExtensionNumber(&body)
    guard let decoder = extensions[number] else { return .experimenter(number, body: body.takeRest()) }
    return try decoder(&body, header)
  }

  /// A message that holds a value.
  private static func value<Value: WireValue>(_ make: @escaping @Sendable (Value) -> OpenFlowMessage) -> Decoder {
    { (reader, _) throws(MalformedMessage) in make(try Value(&reader)) }
  }

  /// A message that is its header.
  private static func empty(_ message: OpenFlowMessage) -> Decoder {
    { (_, _) throws(MalformedMessage) in message }
  }

  private static let standard: [MessageType: Decoder] = [
    .hello: { (reader, header) throws(MalformedMessage) in .hello(try Hello(&reader, version: header.version)) },
    .error: { (reader, header) throws(MalformedMessage) in .error(try OpenFlowError(&reader, xid: header.xid)) },
    .echoRequest: value { (body: BytesBody) in .echoRequest(body.bytes) },
    .echoReply: value { (body: BytesBody) in .echoReply(body.bytes) },
    .featuresRequest: empty(.featuresRequest),
    .featuresReply: value(OpenFlowMessage.featuresReply),
    .getConfigRequest: empty(.getConfigRequest),
    .getConfigReply: value(OpenFlowMessage.getConfigReply),
    .setConfig: value(OpenFlowMessage.setConfig),
    .packetIn: value(OpenFlowMessage.packetIn),
    .flowRemoved: value(OpenFlowMessage.flowRemoved),
    .portStatus: value(OpenFlowMessage.portStatus),
    .packetOut: value(OpenFlowMessage.packetOut),
    .flowMod: value(OpenFlowMessage.flowMod),
    .groupMod: value(OpenFlowMessage.groupMod),
    .portMod: value(OpenFlowMessage.portMod),
    .tableMod: value(OpenFlowMessage.tableMod),
    .multipartRequest: value(OpenFlowMessage.multipartRequest),
    .multipartReply: value(OpenFlowMessage.multipartReply),
    .barrierRequest: empty(.barrierRequest),
    .barrierReply: empty(.barrierReply),
    .queueGetConfigRequest: value { (body: PaddedNumber<UInt32>) in
      .queueGetConfigRequest(OFPort(rawValue: body.number))
    },
    .queueGetConfigReply: value(OpenFlowMessage.queueGetConfigReply),
    .roleRequest: value(OpenFlowMessage.roleRequest),
    .roleReply: value(OpenFlowMessage.roleReply),
    .getAsyncRequest: empty(.getAsyncRequest),
    .getAsyncReply: value(OpenFlowMessage.getAsyncReply),
    .setAsync: value(OpenFlowMessage.setAsync),
    .meterMod: value(OpenFlowMessage.meterMod),
  ]

  private static let extensions: [ExtensionNumber: Decoder] = [
    .bundleControl: value(OpenFlowMessage.bundleControl),
    .bundleAdd: value(OpenFlowMessage.bundleAdd),
    .flowMonitorCancel: value { (body: PlainNumber) in .flowMonitorCancel(body.number) },
    .flowMonitorPaused: empty(.flowMonitorPaused),
    .flowMonitorResumed: empty(.flowMonitorResumed),
    .roleStatus: value(OpenFlowMessage.roleStatus),
    .requestForward: value { (body: BytesBody) in .requestForward(body.bytes) },
    .setPacketInFormat: value(OpenFlowMessage.setPacketInFormat),
    .setControllerID: value { (body: PaddedNumber<UInt16>) in .setControllerID(body.number) },
    .tunnelOptionMod: value(OpenFlowMessage.tunnelOptionMod),
    .tunnelOptionRequest: empty(.tunnelOptionRequest),
    .tunnelOptionReply: value(OpenFlowMessage.tunnelOptionReply),
    .setAsync2: { (reader, _) throws(MalformedMessage) in .setAsync2(try reader.list()) },
    .resume: value(OpenFlowMessage.resume),
    .conntrackFlushZone: value { (body: PaddedNumber<UInt16>) in .conntrackFlushZone(body.number) },
    .packetIn2: value(OpenFlowMessage.packetIn2),
    .conntrackFlush: value(OpenFlowMessage.conntrackFlush),
  ]
}
