/// The header between UDP and a tunnelled Ethernet frame, read for summaries.
public struct TunnelHeader: Hashable, Sendable {
  /// VXLAN or Geneve.
  public let name: String
  /// The virtual network; 0 is legal on the wire.
  public let vni: UInt32
  /// The number of bytes before the inner frame.
  public let length: Int

  /// Reads a VXLAN (RFC 7348 section 5) or Geneve header (RFC 8926 section 3.4), told apart by the well-known port.
  ///
  /// - Returns: nil when the port is neither's, or the bytes carry no Ethernet frame.
  public init?(destinationPort: UInt16, _ bytes: RawSpan) {
    guard let first = bytes.uint32(at: 0), let second = bytes.uint32(at: 4) else { return nil }
    switch destinationPort {
    case 4789:
      guard first & 0x0800_0000 != 0 else { return nil }
      name = "VXLAN"
      length = 8
    case 6081:
      // Version 0 that carries 0x6558, "transparent Ethernet bridging".
      guard first >> 30 == 0, first & 0xffff == 0x6558 else { return nil }
      name = "Geneve"
      length = 8 + Int(first >> 24 & 0x3f) * 4
    default: return nil
    }
    guard length <= bytes.byteCount else { return nil }
    vni = second >> 8
  }
}
