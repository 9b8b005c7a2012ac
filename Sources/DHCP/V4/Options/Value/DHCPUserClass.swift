import NetworkTypes
import PacketFormats

/// What a client's user says it is.
public enum DHCPUserClass: Hashable, Sendable {
  /// One class or more of 1 to 255 bytes each (RFC 3004 section 4).
  case classes([[UInt8]])
  /// A class without its length, as iPXE and Windows send it.
  case raw([UInt8])

  /// Reads classes, or a raw one when lengths and bytes do not come out even.
  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    guard !reader.isAtEnd else { throw reader.wrongLength(expected: "1 or more") }
    var attempt = reader
    var classes: [[UInt8]] = []
    while !attempt.isAtEnd {
      guard let name = try? attempt.lengthPrefixed(), !name.isEmpty else {
        self = .raw(reader.rest())
        return
      }
      classes.append(name)
    }
    reader = attempt
    self = .classes(classes)
  }

  func write(to buffer: inout [UInt8]) {
    switch self {
    case .raw(let bytes): buffer += bytes
    case .classes(let classes):
      for name in classes where !name.isEmpty {
        // A longer class has no form on the wire; its start is a class of its own.
        buffer.append(UInt8(clamping: name.count))
        buffer += name.prefix(255)
      }
    }
  }

  /// The classes, whichever form they came in.
  public var names: [[UInt8]] {
    switch self {
    case .classes(let names): names
    case .raw(let name): [name]
    }
  }
}

extension DHCPUserClass: CustomStringConvertible {
  /// The classes, such as `'iPXE'`; eight at most.
  public var description: String {
    names.prefix(8).map(readable).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }
}
