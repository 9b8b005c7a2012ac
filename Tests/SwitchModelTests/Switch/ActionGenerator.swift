/// Random actions and instructions as bytes, right and wrong.
struct ActionGenerator {
  var random: SeededGenerator

  init(random: SeededGenerator) {
    self.random = random
  }

  /// Instructions; most of them in order.
  mutating func instructions() -> [UInt8] {
    var list: [[UInt8]] = []
    if random.chance(6) { list.append(Raw.element(6, Raw.number(random.pick([1, 2, 0, 0xffff_ffff as UInt32]), 4))) }
    if random.chance(75) { list.append(Raw.element(4, Raw.number(0, 4) + actions())) }
    if random.chance(6) { list.append(Raw.element(5, Raw.number(0, 4))) }
    if random.chance(12) { list.append(Raw.element(3, Raw.number(0, 4) + actions())) }
    if random.chance(8) { list.append(Raw.element(2, Raw.number(0, 4) + Raw.number(5, 8) + Raw.number(7, 8))) }
    if random.chance(25) {
      list.append(Raw.element(1, [random.pick([1, 2, 3, 10, 0, 253, 254, 255])]))
    }
    if random.chance(5) { list.shuffle(using: &random) }
    if random.chance(2), let first = list.first { list.append(first) }
    if random.chance(2) {
      list.append(random.pick([Raw.element(9, []), Raw.element(0xffff, Raw.number(1, 4)), [0, 4, 0, 4]]))
    }
    if random.chance(2), !list.isEmpty { list[0][3] = random.pick([0, 4, 12, 16, 24, 200]) }
    return list.flatMap(\.self)
  }

  mutating func actions(_ limit: Int = 4) -> [UInt8] {
    if random.chance(5) {
      let clauses = (0..<Int.random(in: 1...2, using: &random)).flatMap { _ in conjunction() }
      return clauses + (random.chance(20) ? one() : [])
        + (random.chance(20) ? Raw.niciraAction(8, Raw.number(5, 6)) : [])
    }
    var bytes = (0..<Int.random(in: 0...limit, using: &random)).flatMap { _ in one() }
    if random.chance(3), bytes.count >= 8 { bytes[3] = random.pick([0, 4, 7, 12, 24, 255]) }
    if random.chance(2), bytes.count >= 8 { bytes.removeLast(random.pick([1, 4, 8])) }
    return bytes
  }

  private mutating func conjunction() -> [UInt8] {
    Raw.niciraAction(34, [random.pick([0, 1, 2, 3]), random.pick([2, 3, 1, 65])] + Raw.number(9, 4))
  }

  private mutating func one() -> [UInt8] {
    switch Int.random(in: 0..<30, using: &random) {
    case 0...6: return output()
    case 7: return Raw.element(22, Raw.number(random.pick([1, 2, 3, 4, 99] as [UInt32]), 4))
    case 8: return Raw.element(17, Raw.number(random.pick([0x8100, 0x8100, 0x88a8, 0x0800] as [UInt16]), 2))
    case 9: return Raw.element(18, [])
    case 10:
      return random.chance(50) ? Raw.element(random.pick([23, 15]), [64]) : Raw.element(random.pick([24, 16, 21]), [])
    case 11: return Raw.element(random.pick([19, 20]), Raw.number(random.pick([0x8847, 0x0800] as [UInt16]), 2))
    case 12...15: return setField()
    case 16: return move()
    case 17, 18: return load()
    case 19:
      return Raw.niciraAction(
        14,
        Raw.number(random.pick([0xfff8, 1] as [UInt16]), 2) + [
          random.pick([1, 5, 255]), 0, 0, random.pick([0, 0, 0, 1]),
        ])
    case 20: return outputField()
    case 21: return controller()
    case 22, 23: return track()
    case 24: return Raw.niciraAction(36, translation())
    case 25: return Raw.niciraAction(42, Raw.number(0, 6) + actions(2))
    case 26: return Raw.niciraAction(random.pick([43, 17, 18]), Raw.number(0, 6))
    case 27: return Raw.niciraAction(random.pick([27, 28]), stack())
    case 28: return conjunctionOrStrange()
    default: return Raw.niciraAction(39, Raw.number(random.pick([1, 2, 0xff05] as [UInt16]), 2) + Raw.number(100, 4))
    }
  }

  private mutating func output() -> [UInt8] {
    let port: UInt32 = random.pick([
      1, 2, 3, 1, 2, 3, 1, 2, 77, 0xffff_fff8, 0xffff_fffa, 0xffff_fffb, 0xffff_fffc, 0xffff_fffd, 0xffff_fffe,
      0xffff_ffff,
      0xff05, 0x10001, 0xfeff, 0xffff_ff05, 0,
    ])
    let length: UInt16 = port == 0xffff_fffd ? 128 : 0
    return Raw.element(0, Raw.number(port, 4) + Raw.number(length, 2))
  }

  private mutating func field() -> FieldGenerator.Entry {
    random.chance(6) ? random.pick(FieldGenerator.strange) : random.pick(FieldGenerator.all)
  }

  private mutating func setField() -> [UInt8] {
    var field = self.field()
    if random.chance(70) { field.mask = nil }
    var bytes = random.chance(60) ? Raw.element(25, field.bytes) : Raw.niciraAction(33, field.bytes)
    if random.chance(2) { bytes[bytes.count - 1] = 1 }
    return bytes
  }

  private mutating func move() -> [UInt8] {
    let count: UInt16 = random.pick([1, 8, 16, 16, 32, 0, 48, 200])
    let offsets: [UInt16] = [random.pick([0, 0, 0, 8, 31]), random.pick([0, 0, 0, 16, 40])]
    return Raw.niciraAction(
      6, Raw.number(count, 2) + offsets.flatMap { Raw.number($0, 2) } + field().header + field().header)
  }

  private mutating func load() -> [UInt8] {
    let packed: UInt16 = random.pick([31, 15, 7, 0, 63, 8 << 6 | 7, 31 << 6 | 3, 40 << 6])
    let value: UInt64 = random.pick([0, 1, 5, 200, 0x1_0000])
    return Raw.niciraAction(7, Raw.number(packed, 2) + field().header.prefix(4) + Raw.number(value, 8))
  }

  private mutating func outputField() -> [UInt8] {
    let packed: UInt16 = random.pick([31, 15, 63, 4 << 6 | 15])
    return Raw.niciraAction(
      15,
      Raw.number(packed, 2) + field().header.prefix(4) + Raw.number(random.pick([0xffff, 128] as [UInt16]), 2)
        + [0, 0, 0, 0, 0, random.pick([0, 0, 0, 0, 1])])
  }

  private mutating func controller() -> [UInt8] {
    if random.chance(30) { return Raw.niciraAction(20, Raw.number(128, 2) + Raw.number(0, 2) + [1, 0]) }
    let properties: [[UInt8]] = [
      [0, 0, 0, 8, 0, 128, 0, 0], [0, 1, 0, 8, 0, 7, 0, 0], [0, 2, 0, 5, 0, 0, 0, 0], [0, 3, 0, 6, 1, 2, 0, 0],
      [0, 4, 0, 4, 0, 0, 0, 0], [0, 9, 0, 4, 0, 0, 0, 0], [0, 0, 0, 3, 0, 0, 0, 0], [0, 5, 0, 8, 0, 0, 0, 1],
    ]
    let chosen = (0..<Int.random(in: 0...2, using: &random)).flatMap { _ in
      random.pick(Array(properties.prefix(random.chance(90) ? 5 : 8)))
    }
    return Raw.niciraAction(37, Raw.number(0, 5) + [random.chance(97) ? 0 : 1] + chosen)
  }

  private mutating func track() -> [UInt8] {
    var nested: [UInt8] = []
    if random.chance(40) { nested += Raw.niciraAction(36, translation()) }
    if random.chance(20) {
      nested += Raw.element(25, random.pick([FieldGenerator.nxm(107, 4, 1), FieldGenerator.nxm(108, 16, 2)]).bytes)
    }
    if random.chance(4) { nested += one() }
    let flags: UInt16 = random.pick([0, 1, 1, 3, 2])
    let zone: [UInt8] =
      random.chance(80)
      ? Raw.number(0, 4) + Raw.number(5, 2)
      : random.pick([FieldGenerator.nxm(6, 4, 0), FieldGenerator.oxm(13, 2, 0)]).header
        + Raw.number(random.pick([15, 31, 7] as [UInt16]), 2)
    return Raw.niciraAction(
      35,
      Raw.number(flags, 2) + zone + [random.pick([255, 4, 1]), 0, 0, 0]
        + Raw.number(random.pick([0, 0, 0, 0, 21, 69] as [UInt16]), 2) + nested)
  }

  private mutating func translation() -> [UInt8] {
    let flags: UInt16 = random.pick([0, 1, 2, 1, 2, 3, 5, 0x19, 0x20])
    var present: UInt16 = 0
    var values: [UInt8] = []
    if random.chance(50) {
      present |= 1
      values += Raw.number(random.pick([0x0a00_0001, 0x0a00_0001, 0] as [UInt32]), 4)
      if random.chance(50) {
        present |= 2
        values += Raw.number(random.pick([0x0a00_0009, 0x0a00_0009, 1] as [UInt32]), 4)
      }
    } else if random.chance(15) {
      present |= 4
      values += Raw.number(1, 16)
    }
    if random.chance(30) {
      present |= 0x10
      values += Raw.number(random.pick([1000, 1000, 0] as [UInt16]), 2)
      if random.chance(50) {
        present |= 0x20
        values += Raw.number(random.pick([2000, 2000, 1] as [UInt16]), 2)
      }
    }
    if random.chance(4) { present = random.pick([2, 8, 0x20, 5, 0x11]) }
    return [0, 0] + Raw.number(flags, 2) + Raw.number(present, 2) + values
  }

  private mutating func stack() -> [UInt8] {
    let body =
      Raw.number(random.pick([0, 0, 8] as [UInt16]), 2) + field().header.prefix(4)
      + Raw.number(random.pick([32, 16, 8, 0, 64] as [UInt16]), 2)
    return body + [UInt8](repeating: 0, count: 14 - body.count)
  }

  private mutating func conjunctionOrStrange() -> [UInt8] {
    random.pick([
      Raw.element(11, []), Raw.element(26, Raw.number(0x88e7, 2)), Raw.element(0xffff, Raw.number(0x1234, 4)),
      Raw.niciraAction(200, Raw.number(0, 6)), Raw.niciraAction(8, Raw.number(3, 6)),
      Raw.niciraAction(14, Raw.number(0, 14)), Raw.niciraAction(44, Raw.number(0xfff8, 2) + [3, 0, 0, 0]),
    ])
  }
}
