import NetworkTypes
import PacketFormats

/// A full domain name of letters, digits, hyphens and underscores, as hosts and services have it (RFC 1123 section 2.1,
/// RFC 2782): at least one label, at most 255 bytes on the wire (RFC 1035 section 2.3.4). Letters keep their case.
public struct DHCPDomainName: Hashable, Sendable {
  /// The labels from left to right, without the root's.
  public let labels: [String]

  /// Reads `example.test`, with or without a dot at the end.
  ///
  /// - Returns: nil when it is no such name.
  public init?(_ text: some StringProtocol) {
    var labels = text.split(separator: "." as Character, omittingEmptySubsequences: false).map { String($0) }
    if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
    guard labels.allSatisfy({ DHCPDomainName.isLabel($0.utf8) }) else { return nil }
    guard labels.reduce(1, { $0 + $1.utf8.count + 1 }) <= DHCPDomainName.longest else { return nil }
    self.labels = labels
  }

  private init(labels: [String]) {
    self.labels = labels
  }

  /// The longest name on the wire, its end included.
  private static let longest = 255
  /// More names than any client looks through; a list of two-byte pointers could stand for a thousand times its length.
  static let mostInList = 128

  static func isLabel(_ bytes: some Collection<UInt8>) -> Bool {
    (1...63).contains(bytes.count)
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

extension DHCPDomainName: CustomStringConvertible {
  /// The labels with dots between.
  public var description: String { labels.joined(separator: ".") }
}

// The form on the wire (RFC 1035 sections 3.1 and 4.1.4).
extension DHCPDomainName {
  /// Reads one name. A pointer counts from the start of the option's value (RFC 3397 section 2), and must lead to
  /// before the labels that it ends: so no chain of pointers is endless.
  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    var labels: [String] = []
    var length = 1
    var segmentStart = reader.offset
    var end: Int?
    while true {
      let offset = reader.offset
      let byte = try reader.uint8()
      switch byte {
      case 0:
        guard !labels.isEmpty else { throw reader.invalid(0, at: offset, expected: "a name of at least one label") }
        self.init(labels: labels)
        if let end { reader.move(to: end) }
        return
      case 0xc0...0xff:
        let target = Int(byte & 0x3f) << 8 | Int(try reader.uint8())
        guard target < segmentStart else {
          throw reader.invalid(target, at: offset, expected: "a pointer to before byte \(segmentStart)")
        }
        end = end ?? reader.offset
        segmentStart = target
        reader.move(to: target)
      case 1...63:
        let label = try reader.take(Int(byte))
        guard DHCPDomainName.isLabel(label) else {
          throw reader.invalid(byte, at: offset, expected: "a label of letters, digits, hyphens and underscores")
        }
        length += label.count + 1
        guard length <= DHCPDomainName.longest else {
          throw reader.invalid(length, at: offset, expected: "a name of at most \(DHCPDomainName.longest) bytes")
        }
        labels.append(String(decoding: label, as: UTF8.self))
      default:
        throw reader.invalid(byte, at: offset, expected: "a label's length up to 63 or a pointer")
      }
    }
  }

  /// Reads one name or more up to the end.
  static func list(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) -> [DHCPDomainName] {
    guard !reader.isAtEnd else { throw reader.wrongLength(expected: "one domain name or more") }
    var names: [DHCPDomainName] = []
    while !reader.isAtEnd {
      guard names.count < mostInList else {
        throw reader.invalid(names.count + 1, at: reader.offset, expected: "at most \(mostInList) domain names")
      }
      names.append(try DHCPDomainName(reading: &reader))
    }
    return names
  }

  /// Appends the name, uncompressed.
  func write(to buffer: inout [UInt8]) {
    for label in labels { DHCPDomainName.append(label, to: &buffer) }
    buffer.append(0)
  }

  /// The names one after the other, each ending in a pointer to the longest end that was there before.
  static func compressed(_ names: [DHCPDomainName]) -> [UInt8] {
    var buffer: [UInt8] = []
    var places: [ArraySlice<String>: Int] = [:]
    for name in names {
      var suffix = name.labels[...]
      while let label = suffix.first, places[suffix] == nil {
        // A pointer has fourteen bits.
        if buffer.count < 0x4000 { places[suffix] = buffer.count }
        append(label, to: &buffer)
        suffix = suffix.dropFirst()
      }
      if let place = suffix.isEmpty ? nil : places[suffix] {
        buffer.appendUInt16(0xc000 | UInt16(truncatingIfNeeded: place))
      } else {
        buffer.append(0)
      }
    }
    return buffer
  }

  private static func append(_ label: String, to buffer: inout [UInt8]) {
    buffer.append(UInt8(truncatingIfNeeded: label.utf8.count))
    buffer += label.utf8
  }
}
