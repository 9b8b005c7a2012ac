import NetworkTypes
import PacketFormats

/// What an enterprise defines (RFC 3925): classes in option 124, sub-options in option 125.
public struct DHCPVendorData: Hashable, Sendable {
  /// The enterprise's number, as IANA registers it.
  public let enterprise: UInt32
  /// Its data, at most 255 bytes.
  public let data: [UInt8]

  /// Data of the given enterprise.
  ///
  /// - Returns: nil when the data is longer than 255 bytes.
  public init?(enterprise: UInt32, data: [UInt8]) {
    guard data.count <= 255 else { return nil }
    self.enterprise = enterprise
    self.data = data
  }

  private init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    enterprise = try reader.uint32()
    data = try reader.lengthPrefixed()
  }

  /// Reads the data of one enterprise or more up to the end.
  static func list(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) -> [DHCPVendorData] {
    guard !reader.isAtEnd else { throw reader.wrongLength(expected: "5 or more") }
    var data: [DHCPVendorData] = []
    while !reader.isAtEnd { data.append(try DHCPVendorData(reading: &reader)) }
    return data
  }

  func write(to buffer: inout [UInt8]) {
    buffer.appendUInt32(enterprise)
    buffer.append(UInt8(truncatingIfNeeded: data.count))
    buffer += data
  }

  /// The vendor classes of option 124 (RFC 3925 section 3); nil when the data is none.
  public var classes: [[UInt8]]? {
    var reader = DHCPOptionReader(.vendorIdentifyingClass, data)
    var classes: [[UInt8]] = []
    while !reader.isAtEnd {
      guard let name = try? reader.lengthPrefixed() else { return nil }
      classes.append(name)
    }
    return classes
  }

  /// The sub-options of option 125 (RFC 3925 section 4); nil when the data is none. No code is special among them.
  public var suboptions: [DHCPSuboption]? {
    var reader = DHCPOptionReader(.vendorIdentifyingInformation, data)
    var suboptions: [DHCPSuboption] = []
    while !reader.isAtEnd {
      guard let code = try? reader.uint8(), let suboption = try? DHCPSuboption(code, reading: &reader) else {
        return nil
      }
      suboptions.append(suboption)
    }
    return suboptions
  }
}

extension DHCPVendorData: CustomStringConvertible {
  /// The enterprise and its bytes, such as `enterprise 311 0x0102`.
  public var description: String { "enterprise \(enterprise) \(readable(data))" }
}
