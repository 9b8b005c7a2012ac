/// A message from the switch, decoded.
enum SwitchMessage: Hashable, Sendable {
  case hello(Hello)
  case error(OpenFlowError)
  case echoRequest([UInt8])
  case echoReply([UInt8])
  case features(SwitchFeatures)
  case configuration(SwitchConfiguration)
  case packetIn(PacketIn)
  case flowRemoved(FlowRemoved)
  case portStatus(PortStatus)
  case multipartReply(MultipartReply)
  case barrierReply
  case bundleControl(BundleControl)
  /// A message that this side has no use for.
  case other(type: UInt8)

  private typealias Decoder = @Sendable (inout WireReader, MessageHeader) throws(MalformedMessage) -> SwitchMessage

  /// What is decoded, by type.
  private static let decoders: [MessageType: Decoder] = [
    .hello: { (reader, header) throws(MalformedMessage) in .hello(try Hello(&reader, version: header.version)) },
    .error: { (reader, header) throws(MalformedMessage) in .error(try OpenFlowError(&reader, xid: header.xid)) },
    .echoRequest: { (reader, _) throws(MalformedMessage) in .echoRequest(reader.takeRest()) },
    .echoReply: { (reader, _) throws(MalformedMessage) in .echoReply(reader.takeRest()) },
    .featuresReply: { (reader, _) throws(MalformedMessage) in .features(try SwitchFeatures(&reader)) },
    .getConfigReply: { (reader, _) throws(MalformedMessage) in .configuration(try SwitchConfiguration(&reader)) },
    .packetIn: { (reader, _) throws(MalformedMessage) in .packetIn(try PacketIn(&reader)) },
    .flowRemoved: { (reader, _) throws(MalformedMessage) in .flowRemoved(try FlowRemoved(&reader)) },
    .portStatus: { (reader, _) throws(MalformedMessage) in .portStatus(try PortStatus(&reader)) },
    .multipartReply: { (reader, _) throws(MalformedMessage) in .multipartReply(try MultipartReply(&reader)) },
    .barrierReply: { (_, _) throws(MalformedMessage) in .barrierReply },
    .experimenter: { (reader, header) throws(MalformedMessage) in
      let experimenter = try reader.integer(UInt32.self)
      let subtype = try reader.integer(UInt32.self)
      guard experimenter == Experimenter.onf, subtype == BundleControl.controlSubtype else {
        return .other(type: header.type)
      }
      return .bundleControl(try BundleControl(&reader))
    },
  ]

  /// Decodes a whole message.
  static func decode(_ bytes: [UInt8]) throws(MalformedMessage) -> (header: MessageHeader, message: SwitchMessage) {
    var reader = WireReader(bytes, structure: "ofp_header")
    let header = try MessageHeader(&reader)
    guard Int(header.length) == bytes.count else {
      throw reader.malformed("the header says \(header.length) bytes, the message has \(bytes.count)")
    }
    guard let type = MessageType(rawValue: header.type), let decoder = decoders[type] else {
      return (header, .other(type: header.type))
    }
    var body = try reader.sub(reader.remaining, structure: "\(type)")
    return (header, try decoder(&body, header))
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
