import PacketFormats

/// Walks over options in place. Ranges are of the payload that every call names again, at any depth, so walking
/// allocates nothing; and each turn moves on by four bytes at least, so it ends.
struct DHCPv6OptionCursor {
  private var offset: Int
  private let end: Int

  /// The options in `range` of a payload.
  init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next option's code and where its value is; nil at the end (RFC 8415 section 21.1).
  mutating func next(
    in payload: RawSpan
  ) throws(DHCPv6ParseError) -> (code: DHCPv6OptionCode, value: Range<Int>)? {
    guard offset < end else { return nil }
    guard end - offset >= 4, let number = payload.uint16(at: offset), let length = payload.uint16(at: offset + 2) else {
      throw .truncatedOption(offset: offset, available: end - offset)
    }
    let code = DHCPv6OptionCode(rawValue: number)
    let start = offset + 4
    guard Int(length) <= end - start else {
      throw .optionOverrun(code: code, offset: offset, length: Int(length), available: end - start)
    }
    offset = start + Int(length)
    return (code, start..<offset)
  }

  /// The same for options that have been walked over before without an error.
  mutating func nextValid(in payload: RawSpan) -> (code: DHCPv6OptionCode, value: Range<Int>)? {
    try? next(in: payload)
  }
}
