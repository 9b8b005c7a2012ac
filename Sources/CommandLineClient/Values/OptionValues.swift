import NetworkTypes

/// Why the value of an option cannot be used, and how it is written instead.
struct OptionError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Splits `a=1,b=2` into its parts; a part without `=` has no key.
private func keyedParts(_ text: String) -> [(key: String?, value: String)] {
  text.split(separator: ",", omittingEmptySubsequences: false).map { part in
    guard let equals = part.firstIndex(of: "=") else { return (nil, String(part)) }
    return (String(part[..<equals]), String(part[part.index(after: equals)...]))
  }
}

/// Reads `first,second`, or `firstKey=first,secondKey=second` in either order.
private func pair(
  _ text: String, _ firstKey: String, _ secondKeys: Set<String>
) -> (first: String, second: String)? {
  let parts = keyedParts(text)
  guard parts.count == 2 else { return nil }
  if parts[0].key == nil, parts[1].key == nil { return (parts[0].value, parts[1].value) }
  if parts[0].key == firstKey, let key = parts[1].key, secondKeys.contains(key) {
    return (parts[0].value, parts[1].value)
  }
  if parts[1].key == firstKey, let key = parts[0].key, secondKeys.contains(key) {
    return (parts[1].value, parts[0].value)
  }
  return nil
}

/// `--fixed-ip subnet=SUBNET,ip=ADDRESS`: either part may be left out.
struct FixedIPOption: Hashable, Sendable {
  var subnet: String?
  var address: IPAddress?

  init(subnet: String?, address: IPAddress?) {
    self.subnet = subnet
    self.address = address
  }

  init(parsing text: String) throws(OptionError) {
    let usage = "write subnet=SUBNET,ip=ADDRESS (one of them may be left out)"
    var subnet: String?
    var address: IPAddress?
    for part in keyedParts(text) {
      switch part.key {
      case "subnet" where subnet == nil && !part.value.isEmpty:
        subnet = part.value
      case "ip" where address == nil, "ip-address" where address == nil:
        guard let parsed = IPAddress(part.value) else { throw OptionError("'\(part.value)' is no IP address") }
        address = parsed
      default:
        throw OptionError(usage)
      }
    }
    guard subnet != nil || address != nil else { throw OptionError(usage) }
    self.init(subnet: subnet, address: address)
  }
}

/// `--allocation-pool START,END`.
struct AllocationPoolOption: Hashable, Sendable {
  let start: IPAddress
  let end: IPAddress

  init(parsing text: String) throws(OptionError) {
    guard let (first, last) = pair(text, "start", ["end"]) else {
      throw OptionError("write START,END, as in 10.0.0.10,10.0.0.99")
    }
    guard let start = IPAddress(first) else { throw OptionError("'\(first)' is no IP address") }
    guard let end = IPAddress(last) else { throw OptionError("'\(last)' is no IP address") }
    guard (start.v4 == nil) == (end.v4 == nil) else { throw OptionError("start and end are of different IP versions") }
    guard start <= end else { throw OptionError("the pool ends before it starts") }
    self.start = start
    self.end = end
  }
}

/// `--host-route DESTINATION,NEXTHOP`.
struct HostRouteOption: Hashable, Sendable {
  let destination: IPPrefix
  let nextHop: IPAddress

  init(parsing text: String) throws(OptionError) {
    guard let (first, second) = pair(text, "destination", ["nexthop", "gateway"]) else {
      throw OptionError("write DESTINATION,NEXTHOP, as in 10.1.0.0/16,10.0.0.254")
    }
    self.destination = try networkOption(first)
    guard let nextHop = IPAddress(second) else { throw OptionError("'\(second)' is no IP address") }
    guard (destination.v4 == nil) == (nextHop.v4 == nil) else {
      throw OptionError("destination and next hop are of different IP versions")
    }
    self.nextHop = nextHop
  }
}

/// `--gateway ADDRESS` or `--gateway none`.
enum GatewayOption: Hashable, Sendable {
  case none
  case address(IPAddress)

  init(parsing text: String) throws(OptionError) {
    if text == "none" {
      self = .none
    } else if let address = IPAddress(text) {
      self = .address(address)
    } else {
      throw OptionError("write an IP address, or none for a subnet without a gateway")
    }
  }
}

/// A network in CIDR notation.
func networkOption(_ text: String) throws(OptionError) -> IPPrefix {
  if let prefix = IPPrefix(text) { return prefix }
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  if parts.count == 2, let length = Int(parts[1]) {
    // The commonest mistake deserves its own answer: an address with bits beyond the prefix.
    if let address = IPv4Address(parts[0]), let prefix = IPv4Prefix(containing: address, length: length) {
      throw OptionError("\(text) has bits set beyond its prefix; did you mean \(prefix)?")
    }
    if let address = IPv6Address(parts[0]), let prefix = IPv6Prefix(containing: address, length: length) {
      throw OptionError("\(text) has bits set beyond its prefix; did you mean \(prefix)?")
    }
  }
  throw OptionError("'\(text)' is no network like 10.0.0.0/24 or 2001:db8::/64")
}

/// An IP address.
func addressOption(_ text: String) throws(OptionError) -> IPAddress {
  guard let address = IPAddress(text) else { throw OptionError("'\(text)' is no IP address") }
  return address
}

/// A port's MAC address: one station's, not a group's.
func macOption(_ text: String) throws(OptionError) -> MACAddress {
  guard let address = MACAddress(text) else { throw OptionError("write it like fa:16:3e:00:00:01") }
  guard address.isUnicast else { throw OptionError("\(address) is no single station's address") }
  return address
}

/// A name or an id of a resource.
func referenceOption(_ text: String) throws(OptionError) -> String {
  guard !text.isEmpty else { throw OptionError("write a name or an id") }
  return text
}
