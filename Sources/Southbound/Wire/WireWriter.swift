/// Writes the fields of an encoded protobuf message one after the other, into room that is just as long as they are.
struct WireWriter {
  private let bytes: UnsafeMutableRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

  /// What there is no room for is left out: whoever counts wrongly writes a wrong message, and nothing else.
  mutating func append(_ part: [UInt8]) {
    let count = min(part.count, bytes.count - position)
    guard count > 0 else { return }
    part.withUnsafeBytes { part in
      UnsafeMutableRawBufferPointer(rebasing: bytes[position..<(position + count)])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: part[..<count]))
    }
    position += count
  }

  mutating func append(_ byte: UInt8) {
    guard position < bytes.count else { return }
    bytes[position] = byte
    position += 1
  }

  /// A field's number and the type of its value, for numbers up to 15.
  static func tag(_ field: UInt8, _ type: WireReader.WireType) -> UInt8 { field << 3 | UInt8(type.rawValue) }

  /// A number.
  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    appendVarint(value, to: &bytes)
    return bytes
  }

  /// The same, behind what is there.
  static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
