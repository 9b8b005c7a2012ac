import NetworkTypes
import PacketFormats

/// A DHCP unique identifier: who a client or a server says it is (RFC 8415 section 11). It is opaque to everybody but who
/// made it; it is taken apart only to be shown.
public enum DHCPv6DUID: Hashable, Sendable {
  /// DUID-LLT: a link-layer address, and seconds since 2000 when the identifier was made (RFC 8415 section 11.2).
  case linkLayerTime(hardwareType: UInt16, time: UInt32, address: [UInt8])
  /// DUID-EN: what a vendor gave the machine (RFC 8415 section 11.3).
  case enterprise(number: UInt32, identifier: [UInt8])
  /// DUID-LL: a link-layer address (RFC 8415 section 11.4).
  case linkLayer(hardwareType: UInt16, address: [UInt8])
  /// DUID-UUID: the machine's UUID (RFC 6355 section 4).
  case uuid(high: UInt64, low: UInt64)
  /// Any other type, or one of the above whose content is not of its form.
  case other(type: UInt16, data: [UInt8])

  /// How long an identifier may be: its type, and 1 to 128 bytes (RFC 8415 section 11.1).
  public static let lengths = 3...130

  /// The identifier of a machine with an Ethernet interface of this address.
  public init(_ mac: MACAddress) {
    self = .linkLayer(hardwareType: 1, address: mac.octets)
  }

  /// Reads an identifier, which is all of `bytes`.
  public init(parsing bytes: RawSpan) throws(DHCPv6ParseError) {
    guard DHCPv6DUID.lengths.contains(bytes.byteCount), let type = bytes.uint16(at: 0) else {
      throw .wrongLength(code: .clientID, offset: 0, found: bytes.byteCount)
    }
    let count = bytes.byteCount
    switch type {
    case 1 where count > 8:
      self = .linkLayerTime(
        hardwareType: bytes.uint16(at: 2) ?? 0, time: bytes.uint32(at: 4) ?? 0, address: bytes.array(8..<count))
    case 2 where count > 6:
      self = .enterprise(number: bytes.uint32(at: 2) ?? 0, identifier: bytes.array(6..<count))
    case 3 where count > 4:
      self = .linkLayer(hardwareType: bytes.uint16(at: 2) ?? 0, address: bytes.array(4..<count))
    case 4 where count == 18:
      self = .uuid(high: bytes.uint64(at: 2) ?? 0, low: bytes.uint64(at: 10) ?? 0)
    default:
      self = .other(type: type, data: bytes.array(2..<count))
    }
  }

  /// Appends the identifier without an option's header.
  public func write(to buffer: inout [UInt8]) {
    switch self {
    case .linkLayerTime(let hardwareType, let time, let address):
      buffer.appendUInt16(1)
      buffer.appendUInt16(hardwareType)
      buffer.appendUInt32(time)
      buffer.append(contentsOf: address)
    case .enterprise(let number, let identifier):
      buffer.appendUInt16(2)
      buffer.appendUInt32(number)
      buffer.append(contentsOf: identifier)
    case .linkLayer(let hardwareType, let address):
      buffer.appendUInt16(3)
      buffer.appendUInt16(hardwareType)
      buffer.append(contentsOf: address)
    case .uuid(let high, let low):
      buffer.appendUInt16(4)
      buffer.appendUInt64(high)
      buffer.appendUInt64(low)
    case .other(let type, let data):
      buffer.appendUInt16(type)
      buffer.append(contentsOf: data)
    }
  }
}

extension DHCPv6DUID: CustomStringConvertible {
  /// The kind, and what is in it.
  public var description: String {
    switch self {
    case .linkLayerTime(let type, let time, let address): "LLT/\(type)/\(time)/\(hexadecimal(address))"
    case .enterprise(let number, let identifier): "EN/\(number)/\(hexadecimal(identifier))"
    case .linkLayer(let type, let address): "LL/\(type)/\(hexadecimal(address))"
    case .uuid(let high, let low): "UUID/\(hexString(high, digits: 16))\(hexString(low, digits: 16))"
    case .other(let type, let data): "\(type)/\(hexadecimal(data))"
    }
  }
}

/// Pairs of digits without anything between, 32 bytes at most.
private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.prefix(32).map { hexString(UInt64($0), digits: 2) }.joined() + (bytes.count > 32 ? "…" : "")
}

extension RawSpan {
  /// A copy of the bytes of `range`, or as many of them as there are.
  func array(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(self, range)
    return bytes
  }
}
