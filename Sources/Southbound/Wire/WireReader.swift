/// Reads the fields of an encoded protobuf message one after the other, in place.
///
/// Only what is plain: whoever gets nil from it, or finds a field that it does not expect, leaves the message to the generated code, which
/// knows all of the format and says what is wrong.
package struct WireReader {
  /// The kinds of values in use; the others are old (groups) or fixed in size.
  package enum WireType: UInt64 {
    case varint = 0
    case lengthDelimited = 2
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  package var isAtEnd: Bool { position >= bytes.count }
  /// How many bytes have been read.
  package var offset: Int { position }

  /// The next field's number and type.
  package mutating func tag() -> (field: UInt64, type: WireType)? {
    guard let tag = varint(), let type = WireType(rawValue: tag & 7), tag >> 3 > 0 else { return nil }
    return (tag >> 3, type)
  }

  /// A number; nil when it is cut off or has more than 64 bits.
  package mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return shift < 63 || byte < 2 ? value : nil }
      shift += 7
      guard shift < 64 else { return nil }
    }
    return nil
  }

  /// The bytes of a text or a message; nil when they are cut off.
  package mutating func lengthDelimited() -> UnsafeRawBufferPointer? {
    guard let length = varint(), length <= UInt64(bytes.count - position) else { return nil }
    let start = position
    position += Int(length)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
  }
}
