/// The names of a field's bits, from bit 0 on.
struct FlagNames: Sendable {
  let names: [String]
  /// How a bit without a name is written; nil where there is none.
  let unnamed: (@Sendable (UInt64) -> String)?

  static let connection = FlagNames(
    names: ["new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"], unnamed: nil)
  static let tunnel = FlagNames(names: ["oam"], unnamed: nil)
  /// The bits that no standard has a name for are written as their value.
  static let tcp = FlagNames(names: ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"]) {
    "[\(String($0, radix: 16))]"
  }

  /// The bit of this name.
  func bit(named name: some StringProtocol) -> UInt64? {
    names.firstIndex { $0 == name }.map { 1 << UInt64($0) }
  }

  /// The name of a single bit.
  private func name(of bit: Int) -> String {
    names.indices.contains(bit)
      ? names[bit] : unnamed?(1 << UInt64(bit)) ?? "0x\(String(UInt64(1) << UInt64(bit), radix: 16))"
  }

  /// Each bit of the mask with its sign: `+est-inv`.
  func signed(_ value: UInt64, mask: UInt64) -> String {
    (0..<64).filter { mask >> UInt64($0) & 1 == 1 }
      .map { (value >> UInt64($0) & 1 == 1 ? "+" : "-") + name(of: $0) }.joined()
  }

  /// The bits that are set: `syn|ack`; `0` when there is none.
  func set(_ value: UInt64) -> String {
    value == 0 ? "0" : (0..<64).filter { value >> UInt64($0) & 1 == 1 }.map(name).joined(separator: "|")
  }
}
