import NetworkTypes
import PacketFormats

// What a client says of itself when it boots from the network (RFC 4578 section 2).

/// For what a client boots: its processor and firmware (RFC 4578 section 2.1; IANA's registry of processor
/// architecture types, shared with RFC 5970).
public struct DHCPClientArchitecture: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// The architecture of the given number.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  private static let names: [UInt16: String] = [
    0: "x86 BIOS", 1: "NEC/PC98", 2: "Itanium", 3: "DEC Alpha", 4: "Arc x86", 5: "Intel Lean Client", 6: "x86 UEFI",
    7: "x64 UEFI", 8: "Xscale UEFI", 9: "EBC", 10: "ARM 32-bit UEFI", 11: "ARM 64-bit UEFI",
    12: "PowerPC Open Firmware",
    13: "PowerPC ePAPR", 14: "POWER OPAL v3", 15: "x86 UEFI HTTP", 16: "x64 UEFI HTTP", 17: "EBC HTTP",
    18: "ARM 32-bit UEFI HTTP", 19: "ARM 64-bit UEFI HTTP", 20: "PC/AT BIOS HTTP", 21: "ARM 32-bit U-Boot",
    22: "ARM 64-bit U-Boot", 23: "ARM 32-bit U-Boot HTTP", 24: "ARM 64-bit U-Boot HTTP", 25: "RISC-V 32-bit UEFI",
    26: "RISC-V 32-bit UEFI HTTP", 27: "RISC-V 64-bit UEFI", 28: "RISC-V 64-bit UEFI HTTP",
    29: "RISC-V 128-bit UEFI", 30: "RISC-V 128-bit UEFI HTTP", 31: "s390 Basic", 32: "s390 Extended",
    33: "MIPS 32-bit UEFI", 34: "MIPS 64-bit UEFI", 35: "Sunway 32-bit UEFI", 36: "Sunway 64-bit UEFI",
    37: "LoongArch 32-bit UEFI", 38: "LoongArch 32-bit UEFI HTTP", 39: "LoongArch 64-bit UEFI",
    40: "LoongArch 64-bit UEFI HTTP", 41: "ARM RPIBOOT",
  ]
}

extension DHCPClientArchitecture: CustomStringConvertible {
  /// The name, or the number when it has none.
  public var description: String { DHCPClientArchitecture.names[rawValue] ?? "type \(rawValue)" }
}

/// The network interface of a client that boots (RFC 4578 section 2.2).
public struct DHCPNetworkInterface: Hashable, Sendable {
  /// 1 for UNDI, the only one.
  public let type: UInt8
  /// The version before the dot.
  public let major: UInt8
  /// The version behind the dot.
  public let minor: UInt8

  /// An interface of the given parts.
  public init(type: UInt8 = 1, major: UInt8, minor: UInt8) {
    self.type = type
    self.major = major
    self.minor = minor
  }

  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    type = try reader.uint8()
    major = try reader.uint8()
    minor = try reader.uint8()
  }

  func write(to buffer: inout [UInt8]) {
    buffer += [type, major, minor]
  }
}

extension DHCPNetworkInterface: CustomStringConvertible {
  /// Type and version, such as `UNDI 3.16`.
  public var description: String { (type == 1 ? "UNDI" : "type \(type)") + " \(major).\(minor)" }
}

/// What a machine that boots is called (RFC 4578 section 2.3): a type, 0 for a UUID, and sixteen bytes.
public struct DHCPMachineIdentifier: Hashable, Sendable {
  /// 0 for a UUID, the only one.
  public let type: UInt8
  /// The first eight bytes.
  public let high: UInt64
  /// The last eight bytes.
  public let low: UInt64

  /// An identifier of the given parts.
  public init(type: UInt8 = 0, high: UInt64, low: UInt64) {
    self.type = type
    self.high = high
    self.low = low
  }

  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    type = try reader.uint8()
    high = UInt64(try reader.uint32()) << 32 | UInt64(try reader.uint32())
    low = UInt64(try reader.uint32()) << 32 | UInt64(try reader.uint32())
  }

  func write(to buffer: inout [UInt8]) {
    buffer.append(type)
    buffer.appendUInt64(high)
    buffer.appendUInt64(low)
  }
}

extension DHCPMachineIdentifier: CustomStringConvertible {
  /// The sixteen bytes in the order of the wire, in the groups of a UUID. Firmware may show the first three groups with
  /// their bytes the other way round.
  public var description: String {
    let digits = Array(hexString(high, digits: 16) + hexString(low, digits: 16))
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return (type == 0 ? "" : "type \(type) ") + groups.joined(separator: "-")
  }
}
