import NetworkTypes
import PacketFormats

/// What a client calls itself (RFC 2132 section 9.14): a type and what belongs to it. It is unique to nothing: images
/// that are cloned share it, and it changes in the course of a boot.
public struct DHCPClientIdentifier: Hashable, Sendable {
  /// A hardware type, 0 for none, or 255 for an IAID and a DUID (RFC 4361 section 6.1).
  public let type: UInt8
  /// What follows the type; at least one byte.
  public let value: [UInt8]

  /// An identifier of the given parts.
  ///
  /// - Returns: nil when `value` is empty.
  public init?(type: UInt8, value: [UInt8]) {
    guard !value.isEmpty else { return nil }
    self.type = type
    self.value = value
  }

  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    guard reader.remaining >= 2 else { throw reader.wrongLength(expected: "2 or more") }
    type = try reader.uint8()
    value = reader.rest()
  }

  /// The MAC address of an identifier that is one.
  public var mac: MACAddress? {
    type == 1 && value.count == 6 ? value.span.bytes.macAddress(at: 0) : nil
  }

  /// Which of the client's interfaces is meant, when this is an IAID and a DUID.
  public var interfaceIdentifier: UInt32? {
    type == 255 ? value.span.bytes.uint32(at: 0) : nil
  }

  /// The client's DUID (RFC 8415 section 11), when this is an IAID and a DUID.
  public var duid: [UInt8]? {
    type == 255 && value.count > 4 ? Array(value.dropFirst(4)) : nil
  }

  func write(to buffer: inout [UInt8]) {
    buffer.append(type)
    buffer += value
  }
}

extension DHCPClientIdentifier: CustomStringConvertible {
  /// A short form for logs: a MAC address as itself, `iaid 0x… duid-en …` for the two of RFC 4361, else type and bytes.
  public var description: String {
    if let mac { return mac.description }
    if let interfaceIdentifier, let duid {
      let names: [UInt16: String] = [1: "duid-llt", 2: "duid-en", 3: "duid-ll", 4: "duid-uuid"]
      let name = duid.span.bytes.uint16(at: 0).flatMap { names[$0] }
      let shown = name == nil ? duid : Array(duid.dropFirst(2))
      return "iaid 0x\(hexString(UInt64(interfaceIdentifier), digits: 8)) \(name ?? "duid") \(bounded(shown))"
    }
    return "type \(type) \(bounded(value))"
  }

  private func bounded(_ bytes: [UInt8]) -> String {
    hexString(bytes.prefix(20)) + (bytes.count > 20 ? "…" : "")
  }
}
