// Addresses are coded as their text, so that JSON shows what people write. Malformed text is a decoding error that
// quotes it.

/// A value whose coded form is its text.
public protocol TextCodable: Codable, CustomStringConvertible {
  /// What the text is called in an error, such as "MAC address".
  static var textName: String { get }
  /// Reads the text; nil when it is malformed.
  init?(_ text: String)
}

extension TextCodable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not a valid \(Self.textName)")
    }
    self = value
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension MACAddress: TextCodable {
  /// What an error calls it.
  public static let textName = "MAC address"
}

extension IPv4Address: TextCodable {
  /// What an error calls it.
  public static let textName = "IPv4 address"
}

extension IPv6Address: TextCodable {
  /// What an error calls it.
  public static let textName = "IPv6 address"
}

extension IPAddress: TextCodable {
  /// What an error calls it.
  public static let textName = "IP address"
}

extension IPv4Prefix: TextCodable {
  /// What an error calls it.
  public static let textName = "IPv4 network"
}

extension IPv6Prefix: TextCodable {
  /// What an error calls it.
  public static let textName = "IPv6 network"
}

extension IPPrefix: TextCodable {
  /// What an error calls it.
  public static let textName = "IP network"
}

extension VNI: Codable {
  /// Reads the number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let number = try container.decode(UInt32.self)
    guard let value = VNI(number) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(number) is not a VNI: 1 to 16777215")
    }
    self = value
  }

  /// Writes the number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
