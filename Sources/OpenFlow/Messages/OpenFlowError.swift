import NetworkTypes

/// What the switch refuses (OpenFlow 1.3.5 section 7.4.1, ofp_error_msg), as text with the names that Open vSwitch's logs
/// use.
public struct OpenFlowError: Error, Hashable, Sendable {
  /// The transaction id of the request that is refused.
  public let xid: UInt32
  /// The type; 0xffff for an extension's error.
  public let type: UInt16
  /// The code within the type, or the extension's own number.
  public let code: UInt16
  /// Whose extension it is when the type is 0xffff.
  public let experimenter: UInt32?
  /// The first bytes of the request.
  public let data: [UInt8]

  /// An error with these numbers.
  public init(xid: UInt32, type: UInt16, code: UInt16, experimenter: UInt32? = nil, data: [UInt8] = []) {
    self.xid = xid
    self.type = type
    self.code = code
    self.experimenter = experimenter
    self.data = data
  }

  static let experimenterType: UInt16 = 0xffff
  /// The type of errors from before OpenFlow 1.2 had experimenter errors: vendor, type and code follow.
  static let oldNiciraType: UInt16 = 0xb0c2

  /// The type's name, such as `OFPET_BAD_ACTION`.
  public var typeName: String { OpenFlowErrorNames.type(self) }
  /// The code's name, such as `OFPBAC_BAD_OUT_PORT`.
  public var codeName: String { OpenFlowErrorNames.code(self) }
}

extension OpenFlowError {
  /// Reads an error from after its header.
  init(_ reader: inout WireReader, xid: UInt32) throws(MalformedMessage) {
    let type = try reader.integer(UInt16.self)
    let code = try reader.integer(UInt16.self)
    switch type {
    case OpenFlowError.experimenterType:
      let experimenter = try reader.integer(UInt32.self)
      self.init(xid: xid, type: type, code: code, experimenter: experimenter, data: reader.takeRest())
    case OpenFlowError.oldNiciraType:
      let vendor = try reader.integer(UInt32.self)
      let innerType = try reader.integer(UInt16.self)
      let innerCode = try reader.integer(UInt16.self)
      self.init(xid: xid, type: innerType, code: innerCode, experimenter: vendor, data: reader.takeRest())
    default:
      self.init(xid: xid, type: type, code: code, data: reader.takeRest())
    }
  }

  /// The text that comes with the refusal of a hello; other errors come with the beginning of the request.
  public var text: String? {
    guard experimenter == nil, type == 0 else { return nil }
    return String(decoding: data.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The refusal of a hello that offers no common version; the text is for the other side's log.
  static func encodeHelloFailed(xid: UInt32, text: String) -> [UInt8] {
    let text = Array(text.utf8.prefix(256))
    var bytes: [UInt8] = []
    bytes.appendHeader(type: .error, length: MessageHeader.size + 4 + text.count, xid: xid)
    bytes.appendInteger(UInt16(0))  // OFPET_HELLO_FAILED
    bytes.appendInteger(UInt16(0))  // OFPHFC_INCOMPATIBLE
    return bytes + text
  }
}

extension OpenFlowError: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    try self.init(&reader, xid: 0)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    switch experimenter {
    case nil:
      bytes.appendInteger(type)
      bytes.appendInteger(code)
    case .some(let experimenter) where type == OpenFlowError.experimenterType:
      bytes.appendInteger(type)
      bytes.appendInteger(code)
      bytes.appendInteger(experimenter)
    case .some(let vendor):
      bytes.appendInteger(OpenFlowError.oldNiciraType)
      bytes.appendZeros(2)
      bytes.appendInteger(vendor)
      bytes.appendInteger(type)
      bytes.appendInteger(code)
    }
    bytes += data
  }
}

extension OpenFlowError: CustomStringConvertible {
  /// `OFPBAC_BAD_OUT_PORT (OFPET_BAD_ACTION, type 2 code 4)`.
  public var description: String { "\(codeName) (\(typeName), type \(type) code \(code))" }
}
