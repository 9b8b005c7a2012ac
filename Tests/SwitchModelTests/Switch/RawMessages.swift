/// Messages and parts of them as bytes, right or wrong: what no encoder would write.
enum Raw {
  /// The low bytes of a number, highest first.
  static func number(_ value: some FixedWidthInteger, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map {
      $0 >= 8 ? 0 : UInt8(truncatingIfNeeded: UInt64(truncatingIfNeeded: value) >> (8 * UInt64($0)))
    }
  }

  static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
  }

  /// A message; its header says `length`, or the truth.
  static func message(_ type: UInt8, xid: UInt32, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
    [4, type] + number(length ?? 8 + body.count, 2) + number(xid, 4) + body
  }

  static func experimenter(_ id: UInt32, _ subtype: UInt32, xid: UInt32, _ body: [UInt8]) -> [UInt8] {
    message(4, xid: xid, number(id, 4) + number(subtype, 4) + body)
  }

  static func onf(_ subtype: UInt32, xid: UInt32, _ body: [UInt8]) -> [UInt8] {
    experimenter(0x4f4e_4600, subtype, xid: xid, body)
  }

  static func nicira(_ subtype: UInt32, xid: UInt32, _ body: [UInt8]) -> [UInt8] {
    experimenter(0x2320, subtype, xid: xid, body)
  }

  static func multipart(_ kind: UInt16, xid: UInt32, _ body: [UInt8] = []) -> [UInt8] {
    message(18, xid: xid, number(kind, 2) + number(0, 6) + body)
  }

  static func bundleControl(_ bundle: UInt32, _ kind: UInt16, xid: UInt32, flags: UInt16 = 3) -> [UInt8] {
    onf(2300, xid: xid, number(bundle, 4) + number(kind, 2) + number(flags, 2))
  }

  static func bundleAdd(_ bundle: UInt32, _ message: [UInt8], xid: UInt32, flags: UInt16 = 3) -> [UInt8] {
    onf(2301, xid: xid, number(bundle, 4) + number(0, 2) + number(flags, 2) + message)
  }

  /// An instruction or an action of a type, padded.
  static func element(_ type: UInt16, _ body: [UInt8]) -> [UInt8] {
    let padded = padded(number(0, 4) + body)
    return number(type, 2) + number(padded.count, 2) + padded.dropFirst(4)
  }

  /// One of Nicira's actions; the body begins after the subtype.
  static func niciraAction(_ subtype: UInt16, _ body: [UInt8]) -> [UInt8] {
    element(0xffff, number(0x2320, 4) + number(subtype, 2) + body)
  }

  static func match(_ fields: [[UInt8]], length: Int? = nil) -> [UInt8] {
    let fields = fields.flatMap(\.self)
    return padded(number(1, 2) + number(length ?? 4 + fields.count, 2) + fields)
  }
}

extension MessageGenerator {
  /// What makes both switches empty, whatever they were sent.
  static func cleaning(xid: UInt32) -> [[UInt8]] {
    let everything =
      Raw.number(0, 16) + [255, 3] + Raw.number(0, 6) + Raw.number(UInt32.max, 4) + Raw.number(UInt32.max, 4)
      + Raw.number(UInt32.max, 4) + Raw.number(0, 4) + Raw.match([])
    return [
      Raw.message(14, xid: xid, everything),
      Raw.message(15, xid: xid, [0, 2, 0, 0] + Raw.number(0xffff_fffc as UInt32, 4)),
      Raw.message(29, xid: xid, [0, 2, 0, 0] + Raw.number(UInt32.max, 4)),
      Raw.nicira(24, xid: xid, Raw.number(2, 2) + Raw.number(0, 6)),
      Raw.message(9, xid: xid, [0, 0, 0, 0]),
    ]
  }
}
