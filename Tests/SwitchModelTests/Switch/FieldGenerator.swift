/// Random fields for matches and actions, most of them in order, with few values so that flows meet.
struct FieldGenerator {
  /// A field with a value as bytes.
  struct Entry {
    let oxmClass: UInt16
    let number: UInt8
    let count: Int
    var value: UInt64
    var mask: UInt64?

    var bytes: [UInt8] {
      let isExperimenter = oxmClass == 0xffff
      let length = count * (mask == nil ? 1 : 2) + (isExperimenter ? 4 : 0)
      return Raw.number(oxmClass, 2) + [number << 1 | (mask == nil ? 0 : 1), UInt8(length)]
        + (isExperimenter ? Raw.number(0x4f4e_4600 as UInt32, 4) : [])
        + Raw.number(value, count) + (mask.map { Raw.number($0, count) } ?? [])
    }

    /// The header without a value.
    var header: [UInt8] { Raw.number(oxmClass, 2) + [number << 1, UInt8(count)] }
  }

  static func oxm(_ number: UInt8, _ count: Int, _ value: UInt64, mask: UInt64? = nil) -> Entry {
    Entry(oxmClass: 0x8000, number: number, count: count, value: value, mask: mask)
  }

  static func nxm(_ number: UInt8, _ count: Int, _ value: UInt64, mask: UInt64? = nil) -> Entry {
    Entry(oxmClass: 1, number: number, count: count, value: value, mask: mask)
  }

  static func old(_ number: UInt8, _ count: Int, _ value: UInt64, mask: UInt64? = nil) -> Entry {
    Entry(oxmClass: 0, number: number, count: count, value: value, mask: mask)
  }

  /// Fields that need nothing.
  static let free: [Entry] = [
    oxm(0, 4, 1), oxm(0, 4, 2), oxm(0, 4, 0xffff_fffe), oxm(2, 8, 5), oxm(2, 8, 4, mask: 0xc), oxm(3, 6, 1),
    oxm(3, 6, 0x0100_0000_0000, mask: 0x0100_0000_0000), oxm(4, 6, 2), oxm(6, 2, 0), oxm(6, 2, 0x1005),
    oxm(6, 2, 0x1000, mask: 0x1000), oxm(38, 8, 100), oxm(38, 8, 4, mask: 0xf), nxm(0, 4, 1), nxm(0, 4, 2, mask: 3),
    nxm(1, 4, 7), nxm(15, 4, 0x10, mask: 0xf0), nxm(31, 4, 0x0a00_0001), nxm(32, 4, 0x0a00_0000, mask: 0xffff_ff00),
    nxm(33, 4, 3), nxm(33, 4, 1, mask: 1), nxm(37, 4, 9), nxm(105, 4, 0x21), nxm(105, 4, 0x21, mask: 0x21),
    nxm(106, 2, 5),
    nxm(107, 4, 1, mask: 1), nxm(108, 16, 3), old(0, 2, 1), old(1, 6, 1), old(3, 2, 0x0800), old(4, 2, 0x1005),
    old(4, 2, 0x1000, mask: 0x1000), old(4, 2, 0x7005, mask: 0xf00f),
    Entry(oxmClass: 0x8001, number: 0, count: 8, value: 1, mask: nil),
    Entry(oxmClass: 0x8001, number: 1, count: 8, value: 0x1_0000_0002, mask: 0x3_0000_0003), nxm(111, 16, 5),
  ]

  /// Fields by the Ethernet type that they need.
  static let network: [UInt64: [Entry]] = [
    0x0800: [
      oxm(11, 4, 0x0a00_0001), oxm(11, 4, 0x0a00_0000, mask: 0xff00_0000), oxm(12, 4, 0x0a00_0002),
      oxm(12, 4, 0x0a00_0000, mask: 0xffff_0000), oxm(8, 1, 10), oxm(9, 1, 1), old(5, 1, 0x28), nxm(29, 1, 64),
      nxm(26, 1, 0), nxm(26, 1, 1, mask: 1), old(7, 4, 0x0a00_0001), nxm(28, 1, 2),
    ],
    0x86dd: [
      oxm(26, 16, 1), oxm(26, 16, 0, mask: 0xff), oxm(27, 16, 2), oxm(28, 4, 7), oxm(28, 4, 4, mask: 0xc),
      oxm(8, 1, 10),
      nxm(29, 1, 64), nxm(19, 16, 1),
    ],
    0x0806: [
      oxm(21, 2, 1), oxm(22, 4, 0x0a00_0001), oxm(23, 4, 0x0a00_0000, mask: 0xff00_0000), oxm(24, 6, 1), oxm(25, 6, 2),
      old(15, 2, 2), nxm(17, 6, 1),
    ],
    0x8847: [oxm(34, 4, 100), oxm(35, 1, 3), oxm(36, 1, 1), nxm(30, 1, 64)],
  ]

  /// Fields by the IP protocol that they need.
  static let transport: [UInt64: [Entry]] = [
    6: [
      oxm(13, 2, 80), oxm(14, 2, 80), oxm(14, 2, 64, mask: 0xffc0), old(9, 2, 80), nxm(34, 2, 2, mask: 0x12),
      Entry(oxmClass: 0xffff, number: 42, count: 2, value: 2, mask: nil),
    ],
    17: [oxm(15, 2, 53), oxm(16, 2, 53), oxm(16, 2, 0, mask: 0xff00), old(12, 2, 53)],
    132: [oxm(17, 2, 5), oxm(18, 2, 6)],
    1: [oxm(19, 1, 8), oxm(20, 1, 0), old(13, 1, 8)],
    58: [oxm(29, 1, 135), oxm(30, 1, 0), oxm(31, 16, 7), oxm(32, 6, 1), oxm(33, 6, 2), nxm(21, 1, 136)],
  ]

  /// Fields of the connection's first packet.
  static let tracked: [Entry] = [
    nxm(119, 1, 6), nxm(120, 4, 0x0a00_0001), nxm(121, 4, 0, mask: 0xff00_0000), nxm(122, 16, 1),
  ]

  /// Fields that nobody has, and ones that Open vSwitch has and does not take.
  static let strange: [Entry] = [
    oxm(60, 4, 1), nxm(126, 4, 1), oxm(0, 2, 1), oxm(13, 4, 80), oxm(3, 4, 1), nxm(36, 4, 1), nxm(40, 4, 1),
    Entry(oxmClass: 0x1234, number: 1, count: 4, value: 1, mask: nil), oxm(0, 4, 0xff05), oxm(7, 1, 9),
    oxm(6, 2, 0xf005),
    oxm(8, 1, 0xff), nxm(105, 4, 0x1ff), oxm(21, 2, 0x100), oxm(28, 4, 0xfff0_0000), oxm(5, 2, 0x0800, mask: 0xff00),
    nxm(26, 1, 8), oxm(10, 1, 6, mask: 6), nxm(37, 4, 1, mask: 1), oxm(2, 8, 1, mask: 2), nxm(0, 4, 0xff, mask: 0xf),
    nxm(106, 2, 5, mask: 5),
  ]

  static let all = free + network.values.flatMap(\.self) + transport.values.flatMap(\.self) + tracked
}
