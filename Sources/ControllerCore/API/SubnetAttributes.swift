import GoalState
import NetworkTypes

/// What a request says of a subnet, read attribute by attribute.
enum SubnetAttributes {
  static let maximumListed = 20

  /// The network, of the version that `ip_version` says.
  static func prefix(_ attributes: inout AttributeReader) throws(APIError) -> IPPrefix {
    let version = try version(&attributes)
    guard let value = attributes.take("cidr") else {
      throw .badRequest("Failed to parse request. Required attribute 'cidr' not specified")
    }
    guard let text = value.string else { throw .invalid("cidr", "\(value.kind) is not an IP subnet in CIDR notation.") }
    guard let prefix = IPPrefix(text) else { throw unreadable(text) }
    guard version == nil || version == prefix.version else {
      throw .invalidInput("cidr: '\(text)' is no \(version?.description ?? "") network, as ip_version says.")
    }
    guard holdsHosts(prefix) else { throw .invalid("cidr", "'\(text)' does not hold addresses that hosts can have.") }
    return prefix
  }

  private static func version(_ attributes: inout AttributeReader) throws(APIError) -> IPVersion? {
    switch try attributes.integer("ip_version", in: 4...6) {
    case .absent: return nil
    case .null: throw .invalid("ip_version", "it is null; 4 or 6 is expected.")
    case .value(let number):
      guard let version = IPVersion(rawValue: number) else {
        throw .invalid("ip_version", "\(number) is neither 4 nor 6.")
      }
      return version
    }
  }

  /// Neutron helps those who give a host's address instead of its network's.
  private static func unreadable(_ text: String) -> APIError {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]),
      let prefix = IPPrefix(containing: address, length: length)
    {
      return .invalid("cidr", "'\(text)' isn't a recognized IP subnet cidr, '\(prefix)' is recommended.")
    }
    return .invalid("cidr", "'\(text)' is not a valid IP subnet in CIDR notation.")
  }

  private static func holdsHosts(_ prefix: IPPrefix) -> Bool {
    switch prefix {
    case .v4(let prefix):
      prefix.length >= 1 && prefix.hosts.lowerBound.isHostAddress && prefix.last.isHostAddress
    // Hosts ignore an advertised prefix of link-local addresses (RFC 4862 section 5.5.3).
    case .v6(let prefix):
      prefix.length >= 8 && prefix.hosts.lowerBound.isHostAddress && prefix.last.isHostAddress
        && !prefix.hosts.lowerBound.isLinkLocal
    }
  }

  /// The gateway; absent when the request says nothing of it.
  static func gateway(
    _ attributes: inout AttributeReader, _ version: IPVersion
  ) throws(APIError) -> AttributeReader.Presence<IPAddress> {
    try attributes.parsed("gateway_ip", "\(version) address") { address($0, version) }
  }

  static func pools(
    _ attributes: inout AttributeReader, _ version: IPVersion
  ) throws(APIError) -> [SubnetRecord.Pool]? {
    guard let list = try attributes.list("allocation_pools", maximum: maximumListed) else { return nil }
    var pools: [SubnetRecord.Pool] = []
    for element in list {
      var pool = try AttributeReader(element, "allocation_pools", within: "allocation_pools.")
      guard case .value(let start) = try pool.parsed("start", "\(version) address", { address($0, version) }),
        case .value(let end) = try pool.parsed("end", "\(version) address", { address($0, version) })
      else { throw .invalid("allocation_pools", "a pool needs 'start' and 'end'.") }
      try pool.finish()
      guard start <= end else {
        throw APIError(400, "InvalidAllocationPool", "The allocation pool \(start)-\(end) is not valid.")
      }
      pools.append(SubnetRecord.Pool(start: start, end: end))
    }
    return pools.sorted { $0.start < $1.start }
  }

  static func hostRoutes(
    _ attributes: inout AttributeReader, _ version: IPVersion
  ) throws(APIError) -> [SubnetRecord.Route]? {
    guard let list = try attributes.list("host_routes", maximum: maximumListed) else { return nil }
    var routes: [SubnetRecord.Route] = []
    for element in list {
      var route = try AttributeReader(element, "host_routes", within: "host_routes.")
      let network = { (text: String) in IPPrefix(text).flatMap { $0.version == version ? $0 : nil } }
      guard case .value(let destination) = try route.parsed("destination", "\(version) network", network),
        case .value(let nextHop) = try route.parsed("nexthop", "\(version) address", { address($0, version) })
      else { throw .invalid("host_routes", "a route needs 'destination' and 'nexthop'.") }
      try route.finish()
      guard !routes.contains(where: { $0.destination == destination }) else {
        throw .invalid("host_routes", "there are two routes to \(destination).")
      }
      routes.append(SubnetRecord.Route(destination: destination, nextHop: nextHop))
    }
    return routes
  }

  static func dnsServers(_ attributes: inout AttributeReader, _ version: IPVersion) throws(APIError) -> [IPAddress]? {
    try attributes.addresses("dns_nameservers", version, maximum: maximumListed)
  }

  /// `alioth:lease_seconds`, which null sets back to its default, and `alioth:rapid_commit`. Clients renew after half of
  /// the time.
  static func leases(_ attributes: inout AttributeReader, _ record: inout SubnetRecord) throws(APIError) {
    switch try attributes.integer("alioth:lease_seconds", in: 20...Int(UInt32.max)) {
    case .absent: break
    case .null: record.leaseSeconds = nil
    case .value(let seconds): record.leaseSeconds = UInt32(clamping: seconds)
    }
    if let rapid = try attributes.boolean("alioth:rapid_commit") { record.rapidCommit = rapid }
  }

  /// How an IPv6 subnet's guests come by addresses.
  static func modes(_ attributes: inout AttributeReader, _ record: inout SubnetRecord) throws(APIError) {
    record.ipv6RAMode = try mode("ipv6_ra_mode", &attributes)
    record.ipv6AddressMode = try mode("ipv6_address_mode", &attributes)
  }

  private static func mode(_ name: String, _ attributes: inout AttributeReader) throws(APIError) -> IPv6Mode? {
    let known = IPv6Mode.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    switch try attributes.parsed(name, "mode: one of \(known)", { IPv6Mode(rawValue: $0) }) {
    case .absent, .null: return nil
    case .value(let mode): return mode
    }
  }

  static func takeUnsupported(_ attributes: inout AttributeReader) throws(APIError) {
    for name in ["subnetpool_id", "segment_id", "prefixlen"] {
      try attributes.expect(name, oneOf: [.null])
    }
    try attributes.expect("service_types", oneOf: [.array([]), .null])
    try attributes.expect("dns_publish_fixed_ip", oneOf: [.boolean(false), .null])
  }

  private static func address(_ text: String, _ version: IPVersion) -> IPAddress? {
    IPAddress(text).flatMap { $0.version == version ? $0 : nil }
  }
}
