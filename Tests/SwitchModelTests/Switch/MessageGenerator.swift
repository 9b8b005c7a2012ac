/// Random messages to a switch, as bytes: sequences in which flows, groups, meters and bundles meet each other, and in
/// which some messages are wrong.
struct MessageGenerator {
  private var actions: ActionGenerator
  private var xid: UInt32 = 0
  /// The hardware addresses of the ports.
  let addresses: [UInt64]

  private var random: SeededGenerator {
    get { actions.random }
    set { actions.random = newValue }
  }

  init(seed: UInt64, addresses: [UInt64] = [1, 2, 3, 4]) {
    actions = ActionGenerator(random: SeededGenerator(seed: seed))
    self.addresses = addresses
  }

  private mutating func next() -> UInt32 {
    xid += 1
    return xid
  }

  mutating func sequence(_ count: Int) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    while messages.count < count {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<62: messages.append(flowMod(next()))
      case 62..<70: messages.append(groupMod(next()))
      case 70..<74: messages.append(meterMod(next()))
      case 74..<86: messages += bundle()
      case 86..<91: messages.append(statistics(next()))
      default: messages.append(other(next()))
      }
    }
    return messages
  }

  // MARK: Flows

  mutating func match() -> [UInt8] {
    var fields: [FieldGenerator.Entry] = []
    let free = (0..<random.pick([0, 0, 1, 1, 2])).map { _ in random.pick(FieldGenerator.free) }
    fields += free
    if random.chance(60) {
      let type: UInt64 = random.pick([0x0800, 0x0800, 0x0800, 0x86dd, 0x0806, 0x8847])
      fields.append(FieldGenerator.oxm(5, 2, type))
      if random.chance(50), let network = FieldGenerator.network[type] { fields.append(random.pick(network)) }
      if type == 0x0800 || type == 0x86dd, random.chance(60) {
        let number: UInt64 = type == 0x0800 ? random.pick([6, 6, 17, 1, 132]) : random.pick([6, 17, 58, 58])
        fields.append(FieldGenerator.oxm(10, 1, number))
        if let transport = FieldGenerator.transport[number] {
          for _ in 0..<random.pick([0, 1, 1, 2]) { fields.append(random.pick(transport)) }
        }
      }
    }
    if random.chance(5) { fields.append(random.pick(FieldGenerator.tracked)) }
    if random.chance(4) { fields.append(random.pick(FieldGenerator.strange)) }
    if random.chance(6) { fields.shuffle(using: &random) }
    var seen: Set<[UInt8]> = []
    if random.chance(90) { fields.removeAll { !seen.insert([UInt8($0.oxmClass >> 8), $0.number]).inserted } }
    var encoded = fields.map(\.bytes)
    if random.chance(2), !encoded.isEmpty { encoded[encoded.count - 1].removeLast() }
    return Raw.match(encoded, length: random.chance(1) ? random.pick([0, 3, 5, 60]) : nil)
  }

  mutating func flowMod(_ xid: UInt32) -> [UInt8] {
    let command: UInt8 = random.chance(1) ? 5 : random.pick([0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 4])
    let isDeletion = command == 3 || command == 4
    let table: UInt8 = random.chance(4) ? random.pick([254, 255, 253]) : random.pick([0, 0, 0, 1, 1, 2])
    let filters = isDeletion && random.chance(20)
    var body = Raw.number(random.pick([0, 1, 2, 0x10, .max] as [UInt64]), 8)
    body += Raw.number(random.pick([0, 0, 0, 0, .max, 0xf, 0x10] as [UInt64]), 8)
    body += [isDeletion && random.chance(20) ? 255 : table, command]
    body +=
      Raw.number(random.pick([0, 0, 0, 10] as [UInt16]), 2) + Raw.number(random.pick([0, 0, 0, 30] as [UInt16]), 2)
    body += Raw.number(random.pick([1, 2, 3] as [UInt16]), 2)
    body += Raw.number(random.chance(98) ? UInt32.max : 5, 4)
    body += Raw.number(filters ? random.pick([1, 2, 0xffff_fffd, 0xff05]) : UInt32.max, 4)
    body += Raw.number(filters ? random.pick([1, 2, UInt32.max]) : UInt32.max, 4)
    body +=
      Raw.number(random.chance(2) ? 0x20 : random.pick([0, 0, 0, 1, 2, 2, 4, 8, 24, 31] as [UInt16]), 2) + [0, 0]
    body += simpleOr { $0.match() }
    if !isDeletion || random.chance(20) { body += actions.instructions() }
    if random.chance(1) { body.removeLast(min(body.count, random.pick([1, 4, 8]))) }
    return Raw.message(14, xid: xid, body)
  }

  /// Matches that come often, so that modifications and deletions find something.
  private mutating func simpleOr(_ other: (inout MessageGenerator) -> [UInt8]) -> [UInt8] {
    guard random.chance(55) else { return other(&self) }
    let ip = FieldGenerator.oxm(5, 2, 0x0800)
    let matches: [[FieldGenerator.Entry]] = [
      [], [FieldGenerator.oxm(0, 4, 1)], [ip], [ip, FieldGenerator.oxm(12, 4, 0x0a00_0000, mask: 0xff00_0000)],
      [ip, FieldGenerator.oxm(12, 4, 0x0a00_0002)], [ip, FieldGenerator.oxm(10, 1, 6)],
      [ip, FieldGenerator.oxm(10, 1, 6), FieldGenerator.oxm(14, 2, 80)], [FieldGenerator.nxm(0, 4, 1)],
      [FieldGenerator.oxm(0, 4, 1), ip],
    ]
    return Raw.match(random.pick(matches).map(\.bytes))
  }

  // MARK: Groups, meters, bundles

  mutating func groupMod(_ xid: UInt32) -> [UInt8] {
    let command: UInt16 = random.chance(3) ? random.pick([4, 9]) : random.pick([0, 0, 0, 1, 1, 2])
    let type: UInt8 = random.chance(2) ? 7 : random.pick([0, 1, 1, 2, 3])
    var buckets: [[UInt8]] = []
    if command != 2 || random.chance(5) {
      for _ in 0..<(type == 2 && random.chance(90) ? 1 : random.pick([0, 1, 2, 3])) {
        let weight: UInt16 = random.chance(95) == (type == 1) ? random.pick([1, 2]) : 0
        let watches = random.chance(95) == (type == 3)
        let watch = Raw.number(watches ? random.pick([1, 2, 0xff05]) : UInt32.max, 4)
        let watchGroup = Raw.number(watches && random.chance(20) ? 1 : UInt32.max, 4)
        let list = actions.actions(2)
        buckets.append(
          Raw.number(16 + list.count, 2) + Raw.number(weight, 2) + watch + watchGroup + Raw.number(0, 4) + list)
      }
    }
    if random.chance(2), !buckets.isEmpty { buckets[0][1] = random.pick([0, 8, 20, 200]) }
    let id: UInt32 =
      random.chance(3) ? random.pick([0xffff_ff01, 0xffff_fffc, 0xffff_ffff]) : random.pick([1, 2, 3, 4])
    return Raw.message(15, xid: xid, Raw.number(command, 2) + [type, 0] + Raw.number(id, 4) + buckets.flatMap(\.self))
  }

  mutating func meterMod(_ xid: UInt32) -> [UInt8] {
    let command: UInt16 = random.chance(3) ? 7 : random.pick([0, 0, 0, 1, 2])
    let flags: UInt16 = random.pick([1, 2, 5, 6, 0xe, 0xd, 3, 0, 0x10])
    var bands: [UInt8] = []
    for _ in 0..<random.pick([1, 1, 1, 0, 2, 9]) {
      bands += Raw.number(random.chance(95) ? 1 : random.pick([2, 3] as [UInt16]), 2)
      bands += Raw.number(random.chance(97) ? 16 : 12, 2) + Raw.number(random.pick([10, 100, 0] as [UInt32]), 4)
      bands += Raw.number(random.pick([0, 50] as [UInt32]), 4) + Raw.number(0, 4)
    }
    let id: UInt32 =
      random.chance(5) ? random.pick([0, 0xffff_fffd, 0xffff_fffe, 0xffff_ffff, 0xffff_0001]) : random.pick([1, 2])
    return Raw.message(29, xid: xid, Raw.number(command, 2) + Raw.number(flags, 2) + Raw.number(id, 4) + bands)
  }

  mutating func bundle() -> [[UInt8]] {
    let id: UInt32 = random.pick([1, 1, 2])
    let flags: UInt16 = random.pick([3, 3, 3, 1, 2, 0])
    var messages: [[UInt8]] = []
    var hasAdded = false
    if random.chance(85) { messages.append(Raw.bundleControl(id, 0, xid: next(), flags: flags)) }
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      let xid = next()
      var inner: [UInt8]
      switch Int.random(in: 0..<20, using: &random) {
      case 0: inner = meterMod(xid)
      case 1: inner = other(xid)
      case 2...4: inner = groupMod(xid)
      default:
        inner = flowMod(xid)
        // In a bundle Open vSwitch does not see all flows that were added in it when it looks for overlaps, or for more
        // than one flow; see docs/switch-model.md.
        if inner.count > 45 {
          inner[45] &= ~2
          if hasAdded, inner[25] == 1 || inner[25] == 3 { inner[25] += 1 }
          if inner[25] == 0 { hasAdded = true }
        }
      }
      if random.chance(2) { inner[7] ^= 1 }
      if random.chance(2) { inner[3] = random.pick([0, 7, 255]) }
      messages.append(Raw.bundleAdd(id, inner, xid: xid, flags: random.chance(97) ? flags : flags ^ 1))
    }
    if random.chance(60) {
      messages.append(Raw.bundleControl(id, 2, xid: next(), flags: random.chance(97) ? flags : flags ^ 2))
    }
    if random.chance(3) {
      messages.append(Raw.bundleControl(id, random.pick([1, 3, 5, 7]), xid: next(), flags: flags))
    }
    if random.chance(90) {
      messages.append(
        Raw.bundleControl(id, random.chance(90) ? 4 : 6, xid: next(), flags: random.chance(97) ? flags : flags ^ 1))
    }
    return messages
  }

  /// A request for changes of flows.
  mutating func monitor(_ id: UInt32) -> [UInt8] {
    let match = simpleOr { _ in Raw.match([]) }
    let length = Int(match[2]) << 8 | Int(match[3])
    let flags: UInt16 = random.pick([0xe, 0xf, 0x1e, 0x1f, 0x2, 0x4, 0x8])
    let body =
      Raw.number(id, 4) + Raw.number(flags, 2) + Raw.number(length, 2)
      + Raw.number(random.chance(80) ? UInt32.max : 2, 4) + [random.pick([255, 255, 0, 1]), 0, 0, 0] + match
    return Raw.message(
      18, xid: next(),
      Raw.number(0xffff, 2) + Raw.number(0, 6) + Raw.number(0x4f4e_4600, 4) + Raw.number(1870, 4) + body)
  }

  // MARK: Questions and the rest

  mutating func statistics(_ xid: UInt32) -> [UInt8] {
    switch Int.random(in: 0..<12, using: &random) {
    case 0...4:
      let filter =
        [random.pick([0, 1, 2, 255, 254]), 0, 0, 0]
        + Raw.number(random.pick([.max, .max, 1, 2, 0xff05] as [UInt32]), 4)
        + Raw.number(random.pick([.max, .max, 1] as [UInt32]), 4) + Raw.number(0, 4)
        + Raw.number(random.pick([0, 1] as [UInt64]), 8) + Raw.number(random.pick([0, 0, .max, 0xf] as [UInt64]), 8)
      return Raw.multipart(random.pick([1, 2]), xid: xid, filter + simpleOr { $0.match() })
    case 5:
      return Raw.multipart(6, xid: xid, Raw.number(random.pick([1, 2, 0xffff_fffc] as [UInt32]), 4) + Raw.number(0, 4))
    case 6: return Raw.multipart(random.pick([7, 8, 11, 0]), xid: xid)
    case 7:
      return Raw.multipart(
        random.pick([9, 10]), xid: xid, Raw.number(random.pick([1, 2, 9, .max] as [UInt32]), 4) + Raw.number(0, 4))
    case 8: return Raw.multipart(random.pick([14, 16, 40]), xid: xid)
    case 9: return Raw.multipart(random.pick([0, 3, 7]), xid: xid, random.chance(50) ? [] : Raw.number(0, 8))
    case 10:
      return Raw.multipart(
        5, xid: xid,
        Raw.number(random.pick([1, 9, .max] as [UInt32]), 4) + Raw.number(random.pick([0, 3, .max] as [UInt32]), 4))
    default: return Raw.multipart(3, xid: xid)
    }
  }

  mutating func other(_ xid: UInt32) -> [UInt8] {
    switch Int.random(in: 0..<22, using: &random) {
    case 0: return Raw.message(2, xid: xid, [1, 2, 3])
    case 1: return Raw.message(7, xid: xid, [])
    case 2: return Raw.message(9, xid: xid, Raw.number(random.pick([0, 1, 2, 4, 9] as [UInt16]), 2) + Raw.number(0, 2))
    case 3: return Raw.message(20, xid: xid, [])
    case 4: return Raw.message(22, xid: xid, Raw.number(random.pick([1, 9, .max] as [UInt32]), 4) + Raw.number(0, 4))
    case 5: return Raw.message(24, xid: xid, Raw.number(random.pick([0, 1, 2, 0, 1, 2, 3, 9] as [UInt32]), 8))
    case 6: return role(xid)
    case 7: return Raw.message(26, xid: xid, [])
    case 8: return Raw.message(5, xid: xid, random.chance(80) ? [] : [0])
    case 9: return portMod(xid)
    case 10:
      return Raw.message(
        17, xid: xid, [random.pick([0, 5, 254, 255]), 0, 0, 0] + Raw.number(random.pick([0, 1, 3, 8] as [UInt32]), 4))
    case 11: return tunnelOptions(xid)
    case 12: return Raw.nicira(25, xid: xid, [])
    case 13:
      return Raw.nicira(
        random.pick([16, 29, 20, 15, 18, 99, 12]), xid: xid,
        Raw.number(random.pick([0, 2, 9] as [UInt32]), random.pick([4, 8])))
    case 14: return Raw.onf(random.pick([1870, 2302, 1]), xid: xid, Raw.number(3, 4))
    case 15: return Raw.experimenter(0x1234, 1, xid: xid, [])
    case 16: return Raw.message(random.pick([30, 40, 6, 21, 10, 33]), xid: xid, [])
    case 17: return Raw.message(random.pick([13, 14, 15, 16, 18, 29]), xid: xid, random.pick([[], [0, 0, 0, 0]]))
    default: return packetOut(xid)
    }
  }

  private mutating func role(_ xid: UInt32) -> [UInt8] {
    Raw.message(
      24, xid: xid,
      Raw.number(random.pick([0, 1, 1, 2] as [UInt32]), 4) + Raw.number(0, 4)
        + Raw.number(random.pick([1, 2, 3] as [UInt64]), 8))
  }

  private mutating func portMod(_ xid: UInt32) -> [UInt8] {
    let index = random.pick([0, 1])
    let address = addresses.indices.contains(index) && random.chance(80) ? addresses[index] : 0
    var body =
      Raw.number(random.chance(85) ? UInt32(index + 1) : 9, 4) + Raw.number(0, 4) + Raw.number(address, 6) + [0, 0]
    body +=
      Raw.number(random.pick([0, 0x20, 0x40] as [UInt32]), 4)
      + Raw.number(random.pick([0x20, 0x60, 0x10] as [UInt32]), 4)
    return Raw.message(16, xid: xid, body + Raw.number(0, 8))
  }

  private mutating func tunnelOptions(_ xid: UInt32) -> [UInt8] {
    var body = Raw.number(random.pick([0, 0, 0, 1, 2, 7] as [UInt16]), 2) + Raw.number(0, 6)
    for _ in 0..<random.pick([0, 1, 1, 2]) {
      body += Raw.number(0x102, 2) + [random.pick([1, 2]), random.pick([4, 8, 124, 3, 0])]
      body += Raw.number(random.pick([0, 1, 64] as [UInt16]), 2) + [0, 0]
    }
    return Raw.nicira(24, xid: xid, body)
  }

  private mutating func packetOut(_ xid: UInt32) -> [UInt8] {
    let list = actions.actions(2)
    let ip: [UInt8] =
      Raw.number(1, 6) + Raw.number(2, 6) + [8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0x66, 0xcf]
      + Raw.number(0x0a00_0001, 4)
      + Raw.number(0x0a00_0002, 4) + [0, 53, 0, 53, 0, 8, 0, 0]
    let arp = Raw.number(1, 6) + Raw.number(2, 6) + [8, 6] + Raw.number(0, 46)
    var body = Raw.number(random.chance(95) ? UInt32.max : 3, 4)
    body += Raw.number(
      random.pick([1, 2, 0xffff_fffd, 0xffff_ffff, 0xff05, 0x10001, 0xffff_fffe, 0xffff_fff8, 77] as [UInt32]), 4)
    body += Raw.number(random.chance(97) ? list.count : list.count + 4, 2) + Raw.number(0, 6)
    return Raw.message(13, xid: xid, body + list + random.pick([ip, arp]))
  }
}
