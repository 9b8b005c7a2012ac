import CNetlink
import Glibc
import NetworkTypes
import Synchronization

/// The kernel's network configuration: links, addresses, routes.
///
/// It shows and changes the network namespace of the thread that made it, from whichever thread it is called. Calls are
/// short exchanges with the kernel and block meanwhile; concurrent calls take turns.
public final class HostNetwork: Sendable {
  private let socket: Mutex<NetlinkSocket>
  let namespace: NetworkNamespace?

  /// Opens a netlink socket in the calling thread's network namespace.
  public init() throws(NetlinkError) {
    socket = Mutex(try NetlinkSocket.open(protocol: NETLINK_ROUTE, subject: "the network configuration"))
    namespace = NetworkNamespace.current()
  }

  /// All interfaces.
  public func links() throws(NetlinkError) -> [Link] {
    try withSocket { socket throws(NetlinkError) in try socket.links() }
  }

  /// The interface of that name; nil when there is none.
  public func link(named name: String) throws(NetlinkError) -> Link? {
    try withSocket { socket throws(NetlinkError) in
      do throws(NetlinkError) {
        return try socket.link(named: name, attempt: "read an interface").link
      } catch  where error.kind == .notFound {
        return nil
      }
    }
  }

  /// All addresses of all interfaces, or of one.
  public func addresses(interfaceIndex: Int32? = nil) throws(NetlinkError) -> [InterfaceAddress] {
    let all = try withSocket { socket throws(NetlinkError) in try socket.addresses() }
    return all.filter { interfaceIndex == nil || $0.interfaceIndex == interfaceIndex }
  }

  /// How the host would send to `destination`.
  ///
  /// - Throws: `unreachable` when there is no route to it.
  public func route(to destination: IPAddress) throws(NetlinkError) -> RouteLookup {
    try withSocket { socket throws(NetlinkError) in try socket.route(to: destination) }
  }

  /// Sets the interface up, or down.
  public func setLink(_ name: String, up: Bool) throws(NetlinkError) {
    try change(name, attempt: up ? "set up" : "set down") { changes in
      up
        ? rtnl_link_set_flags(changes, UInt32(IFF_UP))
        : rtnl_link_unset_flags(changes, UInt32(IFF_UP))
      return 0
    }
  }

  /// Sets the interface up.
  public func setLinkUp(_ name: String) throws(NetlinkError) {
    try setLink(name, up: true)
  }

  /// Sets the largest packet in bytes.
  public func setMTU(_ mtu: Int, of name: String) throws(NetlinkError) {
    let attempt = "set the MTU to \(mtu)"
    guard let value = UInt32(exactly: mtu) else {
      throw NetlinkError(kind: .failed, attempt: attempt, subject: "interface \(name)", reason: "it is out of range")
    }
    try change(name, attempt: attempt) { changes in
      rtnl_link_set_mtu(changes, value)
      return 0
    }
  }

  /// Gives the interface an address.
  ///
  /// - Throws: `exists` when the interface has it.
  public func addAddress(_ address: IPAddress, prefixLength: Int, to name: String) throws(NetlinkError) {
    try withSocket { socket throws(NetlinkError) in
      try socket.changeAddress(address, prefixLength: prefixLength, of: name, attempt: "add") {
        rtnl_addr_add($0, $1, 0)
      }
    }
  }

  /// Takes an address from the interface.
  ///
  /// - Throws: `notFound` when the interface does not have it.
  public func removeAddress(_ address: IPAddress, prefixLength: Int, from name: String) throws(NetlinkError) {
    try withSocket { socket throws(NetlinkError) in
      try socket.changeAddress(address, prefixLength: prefixLength, of: name, attempt: "remove") {
        rtnl_addr_delete($0, $1, 0)
      }
    }
  }

  /// Changes the link named `name` to what `fill` sets in an empty one.
  func change(
    _ name: String, attempt: String, _ fill: (OpaquePointer) -> Int32
  ) throws(NetlinkError) {
    try withSocket { socket throws(NetlinkError) in
      let current = try socket.link(named: name, attempt: attempt)
      guard let changes = NetlinkLink() else {
        throw NetlinkError(code: NLE_NOMEM, systemError: 0, attempt: attempt, subject: "interface \(name)")
      }
      try socket.request(attempt, on: "interface \(name)") { _ in fill(changes.raw) }
      try socket.request(attempt, on: "interface \(name)") { rtnl_link_change($0, current.raw, changes.raw, 0) }
    }
  }

  func withSocket<Answer: Sendable>(
    _ body: (borrowing NetlinkSocket) throws(NetlinkError) -> Answer
  ) throws(NetlinkError) -> Answer {
    try socket.withLock { socket throws(NetlinkError) in try body(socket) }
  }
}
