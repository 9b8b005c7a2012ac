import CNetlink
import Glibc
import NetworkTypes

// Every handle of libnl is the same `OpaquePointer` to the compiler, so each kind has an owner of its own here: it frees
// what it owns when it goes, and a function that takes a `borrowing NetlinkLink` cannot be given an address.
//
// A value may go right after its last use, and reading `raw` is one: what looks into an object is a method of its owner,
// which holds on to the value until it returns.

/// Owns a `struct rtnl_link`.
struct NetlinkLink: ~Copyable {
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) {
    self.raw = raw
  }

  /// An empty link, to be filled with what a request changes.
  init?() {
    guard let raw = rtnl_link_alloc() else { return nil }
    self.raw = raw
  }

  deinit {
    rtnl_link_put(raw)
  }

  /// What the link says.
  var link: Link? { Link(borrowing: raw) }
  /// The kernel's number for it.
  var index: Int32 { rtnl_link_get_ifindex(raw) }
}

/// Owns a `struct rtnl_addr`, an address of an interface.
struct NetlinkInterfaceAddress: ~Copyable {
  let raw: OpaquePointer

  init?() {
    guard let raw = rtnl_addr_alloc() else { return nil }
    self.raw = raw
  }

  deinit {
    rtnl_addr_put(raw)
  }
}

/// Owns a `struct rtnl_route`.
struct NetlinkRoute: ~Copyable {
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) {
    self.raw = raw
  }

  deinit {
    rtnl_route_put(raw)
  }

  /// What the route says; nil when it leads to no interface.
  borrowing func lookup() -> RouteLookup? {
    guard let hop = rtnl_route_nexthop_n(raw, 0) else { return nil }
    return RouteLookup(
      source: IPAddress(borrowing: rtnl_route_get_pref_src(raw)), interfaceIndex: rtnl_route_nh_get_ifindex(hop),
      gateway: IPAddress(borrowing: rtnl_route_nh_get_gateway(hop)))
  }
}

/// Owns a `struct nl_addr`, an address by itself.
struct NetlinkAddress: ~Copyable {
  let raw: OpaquePointer

  init?(_ address: IPAddress) {
    let (family, octets) =
      switch address {
      case .v4(let address): (AF_INET, address.octets)
      case .v6(let address): (AF_INET6, address.octets)
      }
    guard let raw = nl_addr_build(family, octets, octets.count) else { return nil }
    self.raw = raw
  }

  deinit {
    nl_addr_put(raw)
  }
}

/// Owns a `struct nl_cache`, the answer to a listing.
struct NetlinkCache: ~Copyable {
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) {
    self.raw = raw
  }

  deinit {
    nl_cache_free(raw)
  }

  /// Calls `body` with each object; it stays the cache's.
  borrowing func forEach(_ body: (OpaquePointer) -> Void) {
    var object = nl_cache_get_first(raw)
    while let current = object {
      body(current)
      object = nl_cache_get_next(current)
    }
  }
}

/// Owns a `struct nl_msg`.
struct NetlinkMessage: ~Copyable {
  let raw: OpaquePointer

  init?(type: Int32, flags: Int32) {
    guard let raw = nlmsg_alloc_simple(type, flags) else { return nil }
    self.raw = raw
  }

  deinit {
    nlmsg_free(raw)
  }
}

extension IPAddress {
  /// The address in a `struct nl_addr`, which is borrowed; nil for another family or a length that is not the family's.
  init?(borrowing raw: OpaquePointer?) {
    guard let raw, let octets = netlinkOctets(raw) else { return nil }
    switch (nl_addr_get_family(raw), octets.count) {
    case (AF_INET, 4):
      self = .v4(IPv4Address(octets[0], octets[1], octets[2], octets[3]))
    case (AF_INET6, 16):
      let high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      let low = octets.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
      self = .v6(IPv6Address(high: high, low: low))
    default:
      return nil
    }
  }
}

extension MACAddress {
  /// The link-layer address in a `struct nl_addr`, which is borrowed; nil unless it has six octets.
  init?(borrowing raw: OpaquePointer?) {
    guard let raw, let octets = netlinkOctets(raw), octets.count == 6 else { return nil }
    self.init(rawValue: octets.reduce(0) { $0 << 8 | UInt64($1) })
  }
}

private func netlinkOctets(_ raw: OpaquePointer) -> [UInt8]? {
  guard let bytes = nl_addr_get_binary_addr(raw) else { return nil }
  return Array(UnsafeRawBufferPointer(start: bytes, count: Int(nl_addr_get_len(raw))))
}
