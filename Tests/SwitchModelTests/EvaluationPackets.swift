/// Random packets out of few addresses and ports, so that random flows match them.
struct PacketGenerator {
  static let macs: [UInt64] = [
    0x0200_0000_0001, 0x0200_0000_0002, 0x0200_0000_0003, 0xffff_ffff_ffff, 0x0100_5e00_0001,
  ]
  static let addresses: [UInt32] = [0x0a00_0001, 0x0a00_0002, 0x0a00_0103, 0xc0a8_0001]
  static let addresses6: [UInt128] = [
    0xfd00 << 112 | 1, 0xfd00 << 112 | 2, 0xfd00 << 112 | 0x1_0000_0003, 0xfe80 << 112 | 0xff,
  ]
  static let ports: [UInt16] = [1, 53, 80, 1024, 8080, 40000]

  var random: SeededGenerator
  /// How many in a hundred are damaged.
  var damaged = 10
  var hasRightLengths = true

  mutating func packet() -> [UInt8] {
    var frame: [UInt8]
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<9: frame = link(0x0800, ipv4())
    case 9..<14: frame = link(0x86dd, ipv6())
    case 14..<16: frame = link(0x0806, arp())
    case 16..<18:
      let inner = random.chance(70) ? ipv4() : ipv6()
      frame = link(random.chance(80) ? 0x8847 : 0x8848, labels() + inner)
    case 18: frame = link(random.pick([0x88cc, 0x1234, 0x0600, 0x8035]), noise(40))
    default:
      // IEEE 802.3 with LLC, with and without SNAP.
      let payload: [UInt8] = random.chance(50) ? [0xaa, 0xaa, 3, 0, 0, 0, 8, 0] + ipv4() : [0x42, 0x42, 3] + noise(40)
      frame = link(UInt16(payload.count), payload)
    }
    if random.chance(damaged) { damage(&frame) }
    return frame
  }

  private mutating func damage(_ frame: inout [UInt8]) {
    if random.chance(50) {
      frame = Array(frame.prefix(Int.random(in: 14...max(frame.count, 15), using: &random)))
    } else {
      for _ in 0..<3 {
        frame[Int.random(in: 12..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
    }
  }

  private mutating func noise(_ limit: Int) -> [UInt8] {
    (0..<Int.random(in: 1...limit, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private mutating func link(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
    var vlans: [(type: UInt16, control: UInt16)] = []
    let count = random.pick([0, 0, 0, 0, 1, 1, 2])
    for _ in 0..<count {
      let control = random.pick([0, 100, 200]) | random.pick([0, 3, 7]) << 13 as UInt16
      vlans.append((random.chance(80) ? 0x8100 : 0x88a8, control))
    }
    // Short frames are padded on the wire; what follows an IP packet must not count.
    let padding = random.chance(30) ? [UInt8](repeating: 0, count: 10) : []
    return PacketBuilder.ethernet(
      source: random.pick(PacketGenerator.macs), destination: random.pick(PacketGenerator.macs), vlans: vlans,
      type: type, payload + padding)
  }

  private mutating func labels() -> [UInt8] {
    let count = random.pick([1, 1, 2, 3, 4])
    return (0..<count).flatMap { index -> [UInt8] in
      let bottom: UInt32 = index == count - 1 ? 0x100 : 0
      let entry =
        random.pick([0, 2, 16, 1000]) << 12 | random.pick([0, 5]) << 9 | bottom | random.pick([0, 1, 2, 64])
      return PacketBuilder.bytes(entry as UInt32, 4)
    }
  }

  private mutating func arp() -> [UInt8] {
    PacketBuilder.arp(
      operation: random.pick([1, 2, 2, 3, 0x101]), sender: random.pick(PacketGenerator.macs),
      senderIP: random.pick(PacketGenerator.addresses), target: random.pick(PacketGenerator.macs),
      targetIP: random.pick(PacketGenerator.addresses))
  }

  mutating func ipv4() -> [UInt8] {
    let source = random.pick(PacketGenerator.addresses)
    let destination = random.pick(PacketGenerator.addresses)
    let (number, payload) = transport(PacketBuilder.addresses(source, destination), isIPv6: false)
    let fragment: UInt16 = random.pick([0, 0, 0, 0, 0, 0, 0, 0x4000, 0x2000, 0x2010, 0x0010])
    return PacketBuilder.ipv4(
      source: source, destination: destination, ipProtocol: number, tos: random.pick([0, 0, 0xb8, 0x03, 0x20]),
      ttl: random.pick([64, 64, 64, 2, 1, 0]), fragment: fragment,
      options: random.chance(10) ? [1, 1, 1, 0] : [], payload)
  }

  mutating func ipv6() -> [UInt8] {
    let source = random.pick(PacketGenerator.addresses6)
    let destination = random.pick(PacketGenerator.addresses6)
    var (number, payload) = transport(PacketBuilder.addresses(source, destination), isIPv6: true)
    if random.chance(25) {
      let header = random.pick([0, 43, 44, 51, 60] as [UInt8])
      switch header {
      case 44:
        payload =
          [number, 0] + PacketBuilder.bytes(random.pick([0, 1, 0x10, 0x11] as [UInt16]), 2) + [0, 0, 0, 1] + payload
      case 51: payload = [number, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1] + payload
      case 43: payload = [number, 2, 0, random.pick([0, 1]), 0, 0, 0, 0] + [UInt8](repeating: 7, count: 16) + payload
      default: payload = [number, 0, 1, 4, 0, 0, 0, 0] + payload
      }
      number = header
    }
    return PacketBuilder.ipv6(
      source: source, destination: destination, next: number, trafficClass: random.pick([0, 0xb8, 0x03]),
      label: random.pick([0, 0x12345]), hopLimit: random.pick([64, 64, 2, 1, 255]), payload)
  }

  private mutating func transport(_ addresses: [UInt8], isIPv6: Bool) -> (number: UInt8, bytes: [UInt8]) {
    let source = random.pick(PacketGenerator.ports)
    let destination = random.pick(PacketGenerator.ports)
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<4:
      let flags: UInt16 = random.pick([0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14, 0x52])
      return (
        6,
        PacketBuilder.tcp(
          addresses, source: source, destination: destination, flags: flags,
          options: random.chance(30) ? [2, 4, 5, 0xb4, 1, 3, 3, 7] : [], noise(20))
      )
    case 4..<7:
      let hasChecksum = random.chance(80)
      return (
        17, PacketBuilder.udp(addresses, source: source, destination: destination, hasChecksum: hasChecksum, noise(20))
      )
    case 7:
      var chunk = PacketBuilder.bytes(source, 2) + PacketBuilder.bytes(destination, 2) + [0, 0, 0, 1, 0, 0, 0, 0]
      chunk += noise(20)
      return (132, chunk)
    case 8..<10:
      let payload = noise(20)
      if isIPv6 {
        return (
          58, PacketBuilder.icmpv6(addresses, type: random.pick([128, 129, 1, 3]), code: random.pick([0, 1]), payload)
        )
      }
      return (1, PacketBuilder.icmp(type: random.pick([8, 0, 3, 11, 13]), code: random.pick([0, 0, 1]), payload))
    case 10 where isIPv6:
      var body = PacketBuilder.bytes(random.pick(PacketGenerator.addresses6), 16)
      let option = random.pick([[1], [2], [], [1, 2], [5, 1]] as [[UInt8]])
      for kind in option { body += [kind, 1] + PacketBuilder.bytes(random.pick(PacketGenerator.macs), 6) }
      return (
        58,
        PacketBuilder.icmpv6(
          addresses, type: random.pick([135, 136]), code: random.chance(90) ? 0 : 1, rest: 0x6000_0000, body)
      )
    default: return (random.pick([2, 47, 50, 89]), noise(30))
    }
  }
}
