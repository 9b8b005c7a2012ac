extension OpenFlowMessage {
  /// The numbers of the message and what comes after its header.
  var content: (kind: MessageKind, body: any WireValue) {
    switch self {
    case .hello(let hello): (MessageKind(.hello), hello)
    case .error(let error): (MessageKind(.error), error)
    case .echoRequest(let bytes): (MessageKind(.echoRequest), BytesBody(bytes))
    case .echoReply(let bytes): (MessageKind(.echoReply), BytesBody(bytes))
    case .featuresRequest: (MessageKind(.featuresRequest), EmptyBody())
    case .featuresReply(let features): (MessageKind(.featuresReply), features)
    case .getConfigRequest: (MessageKind(.getConfigRequest), EmptyBody())
    case .getConfigReply(let configuration): (MessageKind(.getConfigReply), configuration)
    case .setConfig(let configuration): (MessageKind(.setConfig), configuration)
    case .packetIn(let packet): (MessageKind(.packetIn), packet)
    case .flowRemoved(let removed): (MessageKind(.flowRemoved), removed)
    case .portStatus(let status): (MessageKind(.portStatus), status)
    case .packetOut(let packet): (MessageKind(.packetOut), packet)
    case .flowMod(let mod): (MessageKind(.flowMod), mod)
    case .groupMod(let mod): (MessageKind(.groupMod), mod)
    case .portMod(let mod): (MessageKind(.portMod), mod)
    case .tableMod(let mod): (MessageKind(.tableMod), mod)
    case .multipartRequest(let request): (MessageKind(.multipartRequest), request)
    case .multipartReply(let reply): (MessageKind(.multipartReply), reply)
    case .barrierRequest: (MessageKind(.barrierRequest), EmptyBody())
    case .barrierReply: (MessageKind(.barrierReply), EmptyBody())
    case .queueGetConfigRequest(let port): (MessageKind(.queueGetConfigRequest), PaddedNumber(port.rawValue))
    case .queueGetConfigReply(let queues): (MessageKind(.queueGetConfigReply), queues)
    case .roleRequest(let role): (MessageKind(.roleRequest), role)
    case .roleReply(let role): (MessageKind(.roleReply), role)
    case .getAsyncRequest: (MessageKind(.getAsyncRequest), EmptyBody())
    case .getAsyncReply(let configuration): (MessageKind(.getAsyncReply), configuration)
    case .setAsync(let configuration): (MessageKind(.setAsync), configuration)
    case .meterMod(let mod): (MessageKind(.meterMod), mod)
    case .unknown(let type, let body): (MessageKind(type: type), BytesBody(body))
    default: extensionContent
    }
  }

  private var extensionContent: (kind: MessageKind, body: any WireValue) {
    switch self {
    case .bundleControl(let control): (MessageKind(.bundleControl), control)
    case .bundleAdd(let add): (MessageKind(.bundleAdd), add)
    case .flowMonitorCancel(let id): (MessageKind(.flowMonitorCancel), PlainNumber(id))
    case .flowMonitorPaused: (MessageKind(.flowMonitorPaused), EmptyBody())
    case .flowMonitorResumed: (MessageKind(.flowMonitorResumed), EmptyBody())
    case .roleStatus(let status): (MessageKind(.roleStatus), status)
    case .requestForward(let bytes): (MessageKind(.requestForward), BytesBody(bytes))
    case .setPacketInFormat(let format): (MessageKind(.setPacketInFormat), format)
    case .setControllerID(let id): (MessageKind(.setControllerID), PaddedNumber(id))
    case .tunnelOptionMod(let mod): (MessageKind(.tunnelOptionMod), mod)
    case .tunnelOptionRequest: (MessageKind(.tunnelOptionRequest), EmptyBody())
    case .tunnelOptionReply(let table): (MessageKind(.tunnelOptionReply), table)
    case .setAsync2(let properties): (MessageKind(.setAsync2), ListBody(properties))
    case .resume(let packet): (MessageKind(.resume), packet)
    case .conntrackFlushZone(let zone): (MessageKind(.conntrackFlushZone), PaddedNumber(zone))
    case .packetIn2(let packet): (MessageKind(.packetIn2), packet)
    case .conntrackFlush(let flush): (MessageKind(.conntrackFlush), flush)
    case .experimenter(let number, let body): (MessageKind(number), BytesBody(body))
    default: (MessageKind(.experimenter), EmptyBody())
    }
  }
}

/// Messages that consist of a header, and of bytes at most.
enum PlainMessage {
  static func encode(_ type: MessageType, xid: UInt32, body: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendHeader(type: type, length: MessageHeader.size + body.count, xid: xid)
    return bytes + body
  }
}
