extension FieldSlice {
  /// Reads `NXM_NX_REG0[0..15]`, `reg0[3]`, `reg0[]` or `reg0`.
  init(_ piece: TextPiece) throws(TextError) {
    let (name, bits) = piece.split("[") ?? (piece, nil)
    guard let field = FieldNames.sliceField(name.text) else { throw name.failure("a field, with its bits in brackets") }
    guard let bits else {
      self.init(field)
      return
    }
    guard bits[bits.end - 1] == UInt8(ascii: "]") else { throw bits.rest.failure("a closing bracket") }
    let range = bits.part(bits.start..<(bits.end - 1))
    guard !range.isEmpty else {
      self.init(field)
      return
    }
    let (first, last) = range.split("..") ?? (range, range)
    let limit = UInt128(max(field.sliceBits, 1) - 1)
    let what = "a bit of \(name.text), 0 to \(limit)"
    let low = Int(try first.number(what, upTo: limit))
    let high = Int(try last.number(what, upTo: limit))
    guard low <= high else { throw last.failure("a bit that is not below \(low)") }
    self.init(field, offset: low, count: high - low + 1)
  }

  /// Reads a slice as ovs-ofctl writes and reads it: `NXM_NX_REG0[0..15]`, `reg0[0..15]`.
  public init(parsing text: String) throws(TextError) {
    try self.init(TextPiece(text))
  }
}
