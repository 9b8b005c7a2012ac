// Text of a fixed size, and times of seconds and nanoseconds.

extension WireReader {
  /// Reads a text of `count` bytes up to its first zero; the last byte is a zero, whatever it holds.
  ///
  /// Where the text is not UTF-8, bytes above 0x7f become question marks: the text does not grow, so it fits again.
  mutating func text(_ count: Int) throws(MalformedMessage) -> String {
    let bytes = Array(try take(count).prefix { $0 != 0 }.prefix(Swift.max(0, count - 1)))
    return String(validating: bytes, as: UTF8.self)
      ?? String(decoding: bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  /// Reads seconds and nanoseconds of 32 bits each.
  mutating func duration() throws(MalformedMessage) -> Duration {
    let seconds = try integer(UInt32.self)
    let nanoseconds = try integer(UInt32.self)
    return .seconds(Int64(seconds)) + .nanoseconds(Int64(nanoseconds))
  }
}

extension [UInt8] {
  /// Appends a text in `count` bytes, with at least one zero at the end; what does not fit is left out.
  mutating func appendText(_ text: String, count: Int) {
    let start = self.count
    for character in text.unicodeScalars {
      let bytes = UTF8.encode(character).map(Array.init) ?? []
      guard self.count - start + bytes.count < count, character != "\0" else { break }
      self += bytes
    }
    appendZeros(count - (self.count - start))
  }

  /// Appends seconds and nanoseconds of 32 bits each; what is out of range becomes the nearest that is in it.
  mutating func appendDuration(_ duration: Duration) {
    let (whole, attoseconds) = duration.components
    let seconds = UInt32(clamping: whole)
    let (rest, overflow) = (whole - Int64(seconds)).multipliedReportingOverflow(by: 1_000_000_000)
    let nanoseconds = overflow ? Int64.max : rest.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    appendInteger(seconds)
    appendInteger(UInt32(clamping: nanoseconds))
  }
}
