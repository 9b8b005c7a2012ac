import NetworkTypes

/// `--port FIRST[-LAST]`: destination ports, 1 to 65535.
struct PortRangeOption: Hashable, Sendable {
  let first: UInt16
  let last: UInt16

  init(parsing text: String) throws(OptionError) {
    // OpenStack's clients write a range with a colon.
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }
    guard parts.count <= 2, let first = parts.first.flatMap({ UInt16($0) }),
      let last = parts.last.flatMap({ UInt16($0) }),
      first > 0
    else { throw OptionError("write a port from 1 to 65535, or FIRST-LAST as in 8000-8080") }
    guard first <= last else { throw OptionError("the range ends before it starts") }
    self.first = first
    self.last = last
  }
}

/// `--allowed-address ADDRESSES[,MAC]`.
struct AllowedAddressOption: Hashable, Sendable {
  let addresses: IPPrefix
  let mac: MACAddress?

  init(parsing text: String) throws(OptionError) {
    var addresses: IPPrefix?
    var mac: MACAddress?
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let value = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      switch (value.count > 1 ? value.first.map(String.init) : nil, value.last.map(String.init) ?? "") {
      case (nil, let text) where addresses == nil, ("ip", let text) where addresses == nil,
        ("ip-address", let text) where addresses == nil:
        addresses = try networkOrAddressOption(text)
      case (nil, let text) where mac == nil, ("mac", let text) where mac == nil,
        ("mac-address", let text) where mac == nil:
        mac = try macOption(text)
      default: throw OptionError("write ADDRESS or CIDR, with ,MAC after it if it is not the port's")
      }
    }
    guard let addresses else { throw OptionError("write ADDRESS or CIDR, with ,MAC after it if it is not the port's") }
    self.addresses = addresses
    self.mac = mac
  }
}

/// A network in CIDR notation, or an address as the network of it alone.
func networkOrAddressOption(_ text: String) throws(OptionError) -> IPPrefix {
  if let address = IPAddress(text) { return IPPrefix(address) }
  return try networkOption(text)
}
