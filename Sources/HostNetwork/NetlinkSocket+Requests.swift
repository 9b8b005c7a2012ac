import CNetlink
import Glibc
import NetworkTypes

extension NetlinkSocket {
  borrowing func links() throws(NetlinkError) -> [Link] {
    var found: [Link] = []
    try list("list the interfaces") {
      rtnl_link_alloc_cache($0, AF_UNSPEC, $1)
    } body: { object in
      if let link = Link(borrowing: object) { found.append(link) }
    }
    return found
  }

  borrowing func addresses() throws(NetlinkError) -> [InterfaceAddress] {
    var found: [InterfaceAddress] = []
    try list("list the addresses") {
      rtnl_addr_alloc_cache($0, $1)
    } body: { object in
      if let address = InterfaceAddress(borrowing: object) { found.append(address) }
    }
    return found
  }

  borrowing func link(named name: String, attempt: String) throws(NetlinkError) -> NetlinkLink {
    // Longer names do not fit the request (IFNAMSIZ, with its NUL), and so cannot exist.
    guard (1..<Int(IFNAMSIZ)).contains(name.utf8.count), !name.utf8.contains(0) else {
      throw NetlinkError(code: NLE_NODEV, systemError: 0, attempt: attempt, subject: "interface \(name)")
    }
    var raw: OpaquePointer?
    try request(attempt, on: "interface \(name)") { rtnl_link_get_kernel($0, 0, name, &raw) }
    guard let raw else {
      throw NetlinkError(code: NLE_NODEV, systemError: 0, attempt: attempt, subject: "interface \(name)")
    }
    return NetlinkLink(owning: raw)
  }

  borrowing func route(to destination: IPAddress) throws(NetlinkError) -> RouteLookup {
    let attempt = "look up a route"
    let subject = "to \(destination)"
    guard let address = NetlinkAddress(destination) else {
      throw NetlinkError(code: NLE_NOMEM, systemError: 0, attempt: attempt, subject: subject)
    }
    var raw: OpaquePointer?
    try request(attempt, on: subject) { rtnl_route_lookup($0, address.raw, &raw) }
    guard let raw else {
      throw NetlinkError(code: NLE_OBJ_NOTFOUND, systemError: 0, attempt: attempt, subject: subject)
    }
    guard let route = NetlinkRoute(owning: raw).lookup() else {
      throw NetlinkError(
        kind: .unreachable, attempt: attempt, subject: subject, reason: "the route leads to no interface")
    }
    return route
  }

  borrowing func changeAddress(
    _ address: IPAddress, prefixLength: Int, of name: String, attempt verb: String,
    _ send: (OpaquePointer, OpaquePointer) -> Int32
  ) throws(NetlinkError) {
    let attempt = "\(verb) the address \(address)/\(prefixLength)"
    let subject = "interface \(name)"
    let bits = address.v4 == nil ? 128 : 32
    guard (0...bits).contains(prefixLength) else {
      throw NetlinkError(
        kind: .failed, attempt: attempt, subject: subject, reason: "the prefix length is not 0 to \(bits)")
    }
    let index = try link(named: name, attempt: attempt).index
    guard let local = NetlinkAddress(address), let entry = NetlinkInterfaceAddress() else {
      throw NetlinkError(code: NLE_NOMEM, systemError: 0, attempt: attempt, subject: subject)
    }
    nl_addr_set_prefixlen(local.raw, Int32(prefixLength))
    rtnl_addr_set_ifindex(entry.raw, index)
    try request(attempt, on: subject) { _ in rtnl_addr_set_local(entry.raw, local.raw) }
    try request(attempt, on: subject) { send($0, entry.raw) }
  }

  private borrowing func list(
    _ attempt: String, _ fill: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32,
    body: (OpaquePointer) -> Void
  ) throws(NetlinkError) {
    var raw: OpaquePointer?
    try request(attempt, on: "this host") { fill($0, &raw) }
    guard let raw else { throw NetlinkError(code: NLE_NOMEM, systemError: 0, attempt: attempt, subject: "this host") }
    NetlinkCache(owning: raw).forEach(body)
  }
}
