import NetworkTypes
import PacketFormats

/// A client's full name, and who tells DNS of it (RFC 4702 section 2).
public struct DHCPClientFQDN: Hashable, Sendable {
  /// The flags (RFC 4702 section 2.1).
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt8

    /// The flags of the given bits.
    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// The server updates the name's addresses in DNS.
    public static let serverUpdates = Flags(rawValue: 1)
    /// The server did otherwise than the client asked for.
    public static let overridden = Flags(rawValue: 2)
    /// The name is in DNS's form, not in ASCII.
    public static let wireFormat = Flags(rawValue: 4)
    /// The server updates nothing.
    public static let noUpdate = Flags(rawValue: 8)
  }

  /// The flags; those without a meaning are kept.
  public let flags: Flags
  /// The result of the server's update of the name; 0 or 255, and to be ignored (RFC 4702 section 2.2).
  public let result1: UInt8
  /// The result of the server's update of the address; as `result1`.
  public let result2: UInt8
  /// The name with dots between the labels: with one at the end when it is complete, empty when the client has none.
  public let name: String

  /// A name of the given parts.
  ///
  /// - Returns: nil when `name` is neither empty nor a name of letters, digits, hyphens and underscores, with or
  ///   without a dot at its end.
  public init?(flags: Flags, result1: UInt8 = 0, result2: UInt8 = 0, name: String) {
    guard name.isEmpty || name == "." || DHCPDomainName(name) != nil else { return nil }
    self.flags = flags
    self.result1 = result1
    self.result2 = result2
    self.name = name
  }

  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    flags = Flags(rawValue: try reader.uint8())
    result1 = try reader.uint8()
    result2 = try reader.uint8()
    let start = reader.offset
    let text = flags.contains(.wireFormat) ? try DHCPClientFQDN.wireName(&reader) : reader.rest()
    name = String(decoding: text, as: UTF8.self)
    guard name.isEmpty || name == "." || DHCPDomainName(name) != nil else {
      throw reader.invalid(text.first ?? 0, at: start, expected: "a name of letters, digits, hyphens and underscores")
    }
  }

  /// The labels up to the end, as text. A partial name has no empty label at its end, and pointers are not allowed
  /// (RFC 4702 sections 2.3 and 2.1).
  private static func wireName(_ reader: inout DHCPOptionReader) throws(DHCPOptionError) -> [UInt8] {
    var text: [UInt8] = []
    let dot = UInt8(ascii: ".")
    while !reader.isAtEnd {
      let offset = reader.offset
      let length = try reader.uint8()
      if length == 0 { return text + [dot] }
      guard length <= 63 else { throw reader.invalid(length, at: offset, expected: "a label's length up to 63") }
      let label = try reader.take(Int(length))
      guard DHCPDomainName.isLabel(label) else {
        throw reader.invalid(length, at: offset, expected: "a label of letters, digits, hyphens and underscores")
      }
      text += (text.isEmpty ? [] : [dot]) + label
    }
    return text
  }

  func write(to buffer: inout [UInt8]) {
    buffer += [flags.rawValue, result1, result2]
    guard flags.contains(.wireFormat) else {
      buffer += name.utf8
      return
    }
    for label in name.split(separator: ".") {
      buffer.append(UInt8(truncatingIfNeeded: label.utf8.count))
      buffer += label.utf8
    }
    if name.hasSuffix(".") { buffer.append(0) }
  }
}

extension DHCPClientFQDN: CustomStringConvertible {
  /// The name and the letters of its flags, such as `guest1.example.test. (SE)`.
  public var description: String {
    let letters: [(Flags, String)] = [(.serverUpdates, "S"), (.overridden, "O"), (.wireFormat, "E"), (.noUpdate, "N")]
    let shown = letters.filter { flags.contains($0.0) }.map(\.1).joined()
    return (name.isEmpty ? "no name" : name) + (shown.isEmpty ? "" : " (\(shown))")
  }
}
