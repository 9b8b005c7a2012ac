import NetworkTypes

/// The numbers of one flow of a `FlowTemplate`: as many of the low bits of each as its places have.
public struct FlowNumbers: Sendable {
  /// The most that there can be.
  public static let count = 8

  private var values: InlineArray<8, UInt64>

  /// These numbers; the others are zero.
  public init(
    _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0, _ fifth: UInt64 = 0,
    _ sixth: UInt64 = 0, _ seventh: UInt64 = 0, _ eighth: UInt64 = 0
  ) {
    values = [first, second, third, fourth, fifth, sixth, seventh, eighth]
  }

  /// One of the numbers.
  ///
  /// - Precondition: There is one of this index: it is written in a program, never taken from outside.
  public subscript(index: Int) -> UInt64 { values[index] }

  /// The low bits of a number as a register or a port has them.
  public func word(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: values[index]) }
  /// The low bits of a number as a MAC address.
  public func mac(_ index: Int) -> MACAddress { MACAddress(rawValue: values[index]) }
  /// The low bits of a number as an IPv4 address.
  public func ipv4(_ index: Int) -> IPv4Address { IPv4Address(rawValue: word(index)) }
  /// Two numbers as an IPv6 address, the higher half first.
  public func ipv6(_ index: Int) -> IPv6Address { IPv6Address(high: values[index], low: values[index + 1]) }
}

extension FlowNumbers {
  /// Zeros but for one number, each of whose bytes says which it is.
  init(marking index: Int) {
    self.init()
    values[index] = 0x0102_0304_0506_0708
  }

  /// The lowest byte of a number that is marked.
  static let lastMark: UInt8 = 8

  /// Numbers of which no byte is like another one's.
  static let trial: FlowNumbers = {
    var numbers = FlowNumbers()
    for index in 0..<count {
      let first = UInt64(truncatingIfNeeded: 8 * index + 0x11)
      for byte in 0..<8 {
        numbers.values[index] = numbers.values[index] << 8 | first &+ UInt64(truncatingIfNeeded: byte)
      }
    }
    return numbers
  }()
}
