/// A type, a length that counts type and length, a value, and zeros up to a multiple of eight that the length does not
/// count: how OpenFlow writes what may be there or not.
struct WireProperty: Hashable, Sendable, WireValue {
  let type: UInt16
  let value: [UInt8]

  init(type: UInt16, value: [UInt8]) {
    self.type = type
    self.value = value
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    type = try reader.integer()
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 4 else { throw start.malformed("a property of \(length) bytes has no room for its header") }
    value = try reader.take(length - 4)
    // The last one may come without its zeros.
    try reader.skip(min(reader.remaining, roundedUpToEight(length) - length))
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendInteger(type)
    bytes.appendZeros(2)
    bytes += value
    bytes.setLength(bytes.count - start, at: start + 2)
    bytes.padToEight(from: start)
  }

  /// A reader of the value.
  func reader(_ structure: String) -> WireReader { WireReader(value, structure: structure) }
}
