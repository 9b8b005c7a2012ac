/// What a client that boots from the network is, as far as that decides what it loads.
public enum DHCPBootClientKind: Hashable, Sendable {
  /// It is iPXE already (option 77 or 175 says so).
  case ipxe
  /// It is not iPXE, and no file is for its architecture.
  case other
  /// Its architecture (option 93; RFC 4578 section 2.1 and IANA's registry), unless it is iPXE.
  case architecture(UInt16)

  /// Reads the tag that dnsmasq's users know such clients by: `ipxe`, `!ipxe`, or `arch-7` for an architecture.
  init?(tag: some StringProtocol) {
    switch tag {
    case "ipxe": self = .ipxe
    case "!ipxe": self = .other
    default:
      guard tag.hasPrefix("arch-"), let number = UInt16(tag.dropFirst("arch-".count)) else { return nil }
      self = .architecture(number)
    }
  }
}
