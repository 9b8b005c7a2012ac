/// The bytes of an input, read as decisions of what happens. There is always a next one: zeros follow the end.
struct FuzzInput {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset >= bytes.count }

  mutating func byte() -> UInt8 {
    guard offset < bytes.count else { return 0 }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// At most `count` bytes.
  mutating func take(_ count: Int) -> [UInt8] {
    let end = min(bytes.count, offset + max(0, count))
    defer { offset = end }
    return Array(bytes[min(offset, end)..<end])
  }

  /// As many bytes as the next two say, at most.
  mutating func block() -> [UInt8] {
    let high = Int(byte())
    return take(high << 8 | Int(byte()))
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element? {
    let index = Int(byte())
    return elements.isEmpty ? nil : elements[index % elements.count]
  }
}
