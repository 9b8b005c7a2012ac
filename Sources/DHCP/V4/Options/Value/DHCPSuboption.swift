import NetworkTypes
import PacketFormats

/// An option inside an option: a code, a length of one byte, and the value.
public struct DHCPSuboption: Hashable, Sendable {
  /// Which sub-option; what it means is the enclosing option's.
  public let code: UInt8
  /// Its value, at most 255 bytes.
  public let value: [UInt8]

  /// A sub-option of the given value.
  ///
  /// - Returns: nil when the value is longer than 255 bytes.
  public init?(_ code: UInt8, _ value: [UInt8]) {
    guard value.count <= 255 else { return nil }
    self.code = code
    self.value = value
  }

  init(_ code: UInt8, reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    self.code = code
    value = try reader.lengthPrefixed()
  }

  func write(to buffer: inout [UInt8]) {
    buffer.append(code)
    buffer.append(UInt8(truncatingIfNeeded: value.count))
    buffer += value
  }
}

/// The sub-options of a vendor (RFC 2132 section 8.4). As among options, 0 is padding and 255 the end.
public struct DHCPVendorSuboptions: Hashable, Sendable {
  /// The sub-options in their order; none has the code 0 or 255.
  public let suboptions: [DHCPSuboption]
  /// Whether the code 255 ends them. Some boot loaders insist on it.
  public let hasEnd: Bool

  /// Sub-options in the given order.
  ///
  /// - Returns: nil when a sub-option has the code 0 or 255, or when there is nothing at all.
  public init?(_ suboptions: [DHCPSuboption], hasEnd: Bool = true) {
    guard suboptions.allSatisfy({ $0.code != 0 && $0.code != 255 }), hasEnd || !suboptions.isEmpty else { return nil }
    self.suboptions = suboptions
    self.hasEnd = hasEnd
  }

  /// Reads sub-options. Nothing but padding is allowed after their end: else they are likely something else that only
  /// looks like sub-options.
  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    var suboptions: [DHCPSuboption] = []
    var hasEnd = false
    while !reader.isAtEnd {
      let offset = reader.offset
      let code = try reader.uint8()
      if code == 0 { continue }
      guard !hasEnd else { throw reader.invalid(code, at: offset, expected: "padding after the end") }
      if code == 255 {
        hasEnd = true
      } else {
        suboptions.append(try DHCPSuboption(code, reading: &reader))
      }
    }
    guard hasEnd || !suboptions.isEmpty else { throw reader.wrongLength(expected: "sub-options") }
    self.suboptions = suboptions
    self.hasEnd = hasEnd
  }

  func write(to buffer: inout [UInt8]) {
    for suboption in suboptions { suboption.write(to: &buffer) }
    if hasEnd { buffer.append(255) }
  }
}
