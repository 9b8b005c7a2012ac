/// Writes numbers (little-endian), texts and lists one after the other.
struct ByteOutput {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// With its length before it.
  mutating func write(_ data: some Collection<UInt8>) {
    write(UInt32(clamping: data.count))
    bytes.append(contentsOf: data)
  }

  mutating func write(_ text: String) { write(Array(text.utf8)) }

  mutating func write<Element>(list: [Element], _ each: (inout ByteOutput, Element) -> Void) {
    write(UInt32(clamping: list.count))
    for element in list { each(&self, element) }
  }

  /// Without a length.
  mutating func append(_ data: some Sequence<UInt8>) { bytes.append(contentsOf: data) }
}

/// What was read is not what this program writes.
struct MalformedRecord: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Reads what ``ByteOutput`` writes; nothing in the bytes is trusted.
struct ByteInput {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(bytes) }

  init(_ slice: ArraySlice<UInt8>) { rest = slice }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ type: Number.Type = Number.self
  ) throws(MalformedRecord) -> Number {
    let size = Number.bitWidth / 8
    guard rest.count >= size else { throw MalformedRecord("it ends within a number") }
    let value = rest.withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
    rest = rest.dropFirst(size)
    return Number(littleEndian: value)
  }

  mutating func data() throws(MalformedRecord) -> ArraySlice<UInt8> {
    let length = Int(try number(UInt32.self))
    guard rest.count >= length else { throw MalformedRecord("it ends within a field of \(length) bytes") }
    defer { rest = rest.dropFirst(length) }
    return rest.prefix(length)
  }

  mutating func text() throws(MalformedRecord) -> String {
    guard let text = String(validating: try data(), as: UTF8.self) else {
      throw MalformedRecord("a text is not UTF-8")
    }
    return text
  }

  mutating func list<Element>(
    _ each: (inout ByteInput) throws(MalformedRecord) -> Element
  ) throws(MalformedRecord) -> [Element] {
    let count = try number(UInt32.self)
    var elements: [Element] = []
    // Not reserved at once: the count is not to be trusted.
    for _ in 0..<count { elements.append(try each(&self)) }
    return elements
  }
}
