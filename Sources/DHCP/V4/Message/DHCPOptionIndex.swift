import PacketFormats

/// Where each option of a message stands. The values stay in the message; an option in several parts is joined when it
/// is asked for (RFC 3396 section 7), in the order of the aggregate buffer: options, file, sname (section 5).
struct DHCPOptionIndex: Sendable {
  /// For each code: bits 0 to 15 the value's offset, 16 to 23 its length, then `present` and `split`.
  private var entries = InlineArray<256, UInt32>(repeating: 0)
  private let optionsField: Range<Int>
  private var overload: UInt8 = 0

  private static let present: UInt32 = 1 << 24
  private static let split: UInt32 = 1 << 25

  /// Indexes the options of a message whose fixed fields and cookie are there.
  init(parsing payload: RawSpan) throws(DHCPParseError) {
    // A UDP payload is shorter than 64 KiB; of anything longer the rest is out of the index's reach.
    optionsField = DHCPHeader.optionsOffset..<max(DHCPHeader.optionsOffset, min(payload.byteCount, 0xffff))
    try index(payload, optionsField)
    if let place = single(.overload) {
      guard place.count == 1, let value = payload.uint8(at: place.lowerBound), (1...3).contains(value) else {
        throw .invalidOverload(offset: place.lowerBound)
      }
      // An option 52 in the fields that it opens means nothing, so that no chain of fields can come about.
      overload = value
      if value & 1 != 0 { try index(payload, DHCPHeader.fileField) }
      if value & 2 != 0 { try index(payload, DHCPHeader.serverNameField) }
    } else if has(.overload) {
      throw .invalidOverload(offset: optionsField.lowerBound)
    }
  }

  private mutating func index(_ payload: RawSpan, _ field: Range<Int>) throws(DHCPParseError) {
    var cursor = field.lowerBound
    while let option = try nextOption(payload, field, &cursor) {
      if field != optionsField, option.code == .overload { continue }
      let slot = Int(option.code.rawValue)
      if entries[slot] & DHCPOptionIndex.present != 0 {
        entries[slot] |= DHCPOptionIndex.split
      } else {
        let place = UInt32(truncatingIfNeeded: option.value.lowerBound) | UInt32(option.value.count) << 16
        entries[slot] = DHCPOptionIndex.present | place
      }
    }
  }

  /// Whether the option is there.
  func has(_ code: DHCPOptionCode) -> Bool {
    entries[Int(code.rawValue)] & DHCPOptionIndex.present != 0
  }

  /// Where the value is when it came in one part.
  private func single(_ code: DHCPOptionCode) -> Range<Int>? {
    let entry = entries[Int(code.rawValue)]
    guard entry & (DHCPOptionIndex.present | DHCPOptionIndex.split) == DHCPOptionIndex.present else { return nil }
    let offset = Int(entry & 0xffff)
    return offset..<offset + Int(entry >> 16 & 0xff)
  }

  /// Hands the option's whole value to `body`; nil when the option is not there.
  ///
  /// - Parameter payload: the message that was indexed.
  func withValue<Result>(
    _ code: DHCPOptionCode, in payload: RawSpan, _ body: (RawSpan) -> Result
  ) -> Result? {
    guard has(code) else { return nil }
    if let place = single(code) {
      guard payload.holds(place.count, at: place.lowerBound) else { return nil }
      return body(payload.extracting(place))
    }
    let joined = joinedValue(code, in: payload)
    return body(joined.span.bytes)
  }

  private func joinedValue(_ code: DHCPOptionCode, in payload: RawSpan) -> [UInt8] {
    var value: [UInt8] = []
    forEachPart(in: payload) { part, range in
      if part == code { value.append(payload, range) }
    }
    return value
  }

  /// Every part of every option in the order of the aggregate buffer.
  func forEachPart(in payload: RawSpan, _ body: (DHCPOptionCode, Range<Int>) -> Void) {
    let fields = [
      optionsField, overload & 1 != 0 ? DHCPHeader.fileField : nil,
      overload & 2 != 0 ? DHCPHeader.serverNameField : nil,
    ]
    for field in fields {
      guard let field else { continue }
      var cursor = field.lowerBound
      while let option = try? nextOption(payload, field, &cursor) {
        if field != optionsField, option.code == .overload { continue }
        body(option.code, option.value)
      }
    }
  }
}

/// Steps over padding to the next option of `field`; nil at its end. A field that ends without option 255 is taken as
/// it is: RFC 2131 section 4.1 wants the option, but nothing is ambiguous without it.
private func nextOption(
  _ payload: RawSpan, _ field: Range<Int>, _ cursor: inout Int
) throws(DHCPParseError) -> (code: DHCPOptionCode, value: Range<Int>)? {
  while cursor < field.upperBound {
    guard let byte = payload.uint8(at: cursor) else { return nil }
    let code = DHCPOptionCode(rawValue: byte)
    if code == .pad {
      cursor += 1
      continue
    }
    if code == .end { return nil }
    let start = cursor + 2
    guard start <= field.upperBound, let length = payload.uint8(at: cursor + 1) else {
      throw .optionOverrun(code: code, offset: cursor, length: 1, available: 0)
    }
    guard Int(length) <= field.upperBound - start else {
      throw .optionOverrun(
        code: code, offset: cursor, length: Int(length), available: field.upperBound - start)
    }
    cursor = start + Int(length)
    return (code, start..<cursor)
  }
  return nil
}
