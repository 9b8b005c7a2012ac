import NetworkTypes

/// The numbers of the messages of OpenFlow 1.3 (ofp_type).
public enum MessageType: UInt8, Sendable, CaseIterable {
  case hello = 0
  case error = 1
  case echoRequest = 2
  case echoReply = 3
  case experimenter = 4
  case featuresRequest = 5
  case featuresReply = 6
  case getConfigRequest = 7
  case getConfigReply = 8
  case setConfig = 9
  case packetIn = 10
  case flowRemoved = 11
  case portStatus = 12
  case packetOut = 13
  case flowMod = 14
  case groupMod = 15
  case portMod = 16
  case tableMod = 17
  case multipartRequest = 18
  case multipartReply = 19
  case barrierRequest = 20
  case barrierReply = 21
  case queueGetConfigRequest = 22
  case queueGetConfigReply = 23
  case roleRequest = 24
  case roleReply = 25
  case getAsyncRequest = 26
  case getAsyncReply = 27
  case setAsync = 28
  case meterMod = 29
}

/// The number of something that an organisation has added to the protocol.
public struct ExtensionNumber: Hashable, Sendable {
  /// Who has added it: 0x00002320 is Nicira, 0x4f4e4600 the ONF.
  public let experimenter: UInt32
  /// Their number for it.
  public let subtype: UInt32

  /// The extension with these numbers.
  public init(experimenter: UInt32, subtype: UInt32) {
    self.experimenter = experimenter
    self.subtype = subtype
  }

  static func nicira(_ subtype: UInt32) -> ExtensionNumber {
    ExtensionNumber(experimenter: Experimenter.nicira, subtype: subtype)
  }

  static func onf(_ subtype: UInt32) -> ExtensionNumber {
    ExtensionNumber(experimenter: Experimenter.onf, subtype: subtype)
  }
}

extension ExtensionNumber: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    experimenter = try reader.integer()
    subtype = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(experimenter)
    bytes.appendInteger(subtype)
  }
}

extension ExtensionNumber: CustomStringConvertible {
  /// `Nicira 30`, `ONF 2300`.
  public var description: String {
    switch experimenter {
    case Experimenter.nicira: "Nicira \(subtype)"
    case Experimenter.onf: "ONF \(subtype)"
    default: "0x\(hexString(UInt64(experimenter), digits: 8)) \(subtype)"
    }
  }
}

/// Which message it is.
public struct MessageKind: Hashable, Sendable {
  /// The number of the type.
  public let type: UInt8
  /// Which extension, for a message of one.
  public let `extension`: ExtensionNumber?

  /// A message of the specification, or one that is not in it.
  public init(type: UInt8) {
    self.type = type
    self.extension = nil
  }

  /// A message of the specification.
  public init(_ type: MessageType) {
    self.init(type: type.rawValue)
  }

  /// A message of an extension.
  public init(_ number: ExtensionNumber) {
    type = MessageType.experimenter.rawValue
    self.extension = number
  }
}

extension MessageKind: CustomStringConvertible {
  /// The name that the source has for it, such as `flowMod`, or `experimenter (Nicira 30)`.
  public var description: String {
    let name = MessageType(rawValue: type).map { "\($0)" } ?? "type \(type)"
    return self.extension.map { "\(name) (\($0))" } ?? name
  }
}
