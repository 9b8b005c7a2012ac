import Glibc
import NetworkTypes
import Testing

@testable import HostNetwork

@Suite(.enabled(if: mayMakeNamespaces)) struct HostNetworkTests {
  /// A namespace with a pair of links, `left` and `right`, both down, and a network in it.
  private func pair() throws -> (TestNamespace, HostNetwork) {
    let namespace = try TestNamespace()
    try namespace.ip("link add left address 02:00:00:00:00:01 mtu 1400 type veth peer name right")
    return (namespace, try namespace.enter { try HostNetwork() })
  }

  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  private func error(_ body: () throws(NetlinkError) -> Void) -> NetlinkError? {
    do throws(NetlinkError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test("links are listed with what the kernel knows of them")
  func links() throws {
    let (namespace, network) = try pair()
    try namespace.ip("link set right up")
    let links = try network.links()
    #expect(Set(links.map(\.name)) == ["lo", "left", "right"])
    let left = try #require(links.first { $0.name == "left" })
    #expect(left.mtu == 1400)
    #expect(left.macAddress == MACAddress("02:00:00:00:00:01"))
    #expect(!left.isUp && !left.isRunning && !left.isLoopback)
    #expect(left.operationalState == .down)
    #expect(left.kind == "veth")
    let right = try #require(try network.link(named: "right"))
    #expect(right.isUp && !right.isRunning)
    #expect(right.operationalState == .lowerLayerDown)
    let loopback = try #require(links.first { $0.name == "lo" })
    #expect(loopback.isLoopback && loopback.index == 1 && loopback.kind == nil)
  }

  @Test(
    "a link that is not there is nil, whatever its name",
    arguments: ["nothing", "", "a/b", "sixteen-letters-", "a\u{0}"])
  func noLink(name: String) throws {
    let (_, network) = try pair()
    #expect(try network.link(named: name) == nil)
  }

  @Test("a link is set up, down, and to another MTU")
  func changeLink() throws {
    let (_, network) = try pair()
    try network.setLinkUp("left")
    try network.setLink("right", up: true)
    #expect(try network.link(named: "left")?.isUp == true)
    #expect(try network.link(named: "left")?.isRunning == true)
    try network.setLink("left", up: false)
    #expect(try network.link(named: "left")?.isUp == false)
    try network.setMTU(1300, of: "left")
    #expect(try network.link(named: "left")?.mtu == 1300)
    #expect(try network.link(named: "right")?.isUp == true)
  }

  @Test("a change of a link that is not there, and one that the kernel refuses, say what was attempted")
  func refusals() throws {
    let (_, network) = try pair()
    let missing = error { () throws(NetlinkError) in try network.setLinkUp("nothing") }
    #expect(missing?.kind == .notFound)
    #expect(missing?.description.hasPrefix("cannot set up (interface nothing): ") == true)
    let refused = error { () throws(NetlinkError) in try network.setMTU(1, of: "left") }
    #expect(refused?.kind == .failed)
    #expect(refused?.description.hasPrefix("cannot set the MTU to 1 (interface left): Invalid") == true)
    #expect(error { () throws(NetlinkError) in try network.setMTU(-1, of: "left") }?.reason == "it is out of range")
  }

  @Test(
    "addresses are added, listed and removed", arguments: [("192.0.2.1", 24), ("2001:db8::1", 64), ("192.0.2.9", 32)])
  func addresses(text: String, length: Int) throws {
    let (_, network) = try pair()
    let address = try address(text)
    try network.addAddress(address, prefixLength: length, to: "left")
    let index = try #require(try network.link(named: "left")).index
    let found = try network.addresses(interfaceIndex: index)
    #expect(found.map(\.description) == ["\(text)/\(length)"])
    #expect(found.first?.network?.contains(address) == true)
    #expect(
      error { () throws(NetlinkError) in try network.addAddress(address, prefixLength: length, to: "left") }?.kind
        == .exists)
    try network.removeAddress(address, prefixLength: length, from: "left")
    #expect(try network.addresses().isEmpty)
    #expect(
      error { () throws(NetlinkError) in try network.removeAddress(address, prefixLength: length, from: "left") }?.kind
        == .notFound)
  }

  @Test("a prefix length that the family does not have is refused")
  func badPrefixLength() throws {
    let (_, network) = try pair()
    let address = try address("192.0.2.1")
    let error = error { () throws(NetlinkError) in try network.addAddress(address, prefixLength: 33, to: "left") }
    #expect(error?.reason == "the prefix length is not 0 to 32")
  }

  @Test("a route lookup gives the source, the interface and the router")
  func routes() throws {
    let (namespace, network) = try pair()
    try network.setLinkUp("left")
    try network.setLinkUp("right")
    try network.addAddress(address("192.0.2.1"), prefixLength: 24, to: "left")
    try namespace.ip("route add 198.51.100.0/24 via 192.0.2.254")
    let index = try #require(try network.link(named: "left")).index

    let near = try network.route(to: address("192.0.2.7"))
    #expect(near.interfaceIndex == index && near.gateway == nil)
    #expect(near.source == IPAddress("192.0.2.1"))
    let far = try network.route(to: address("198.51.100.7"))
    #expect(far.interfaceIndex == index)
    #expect(far.source == IPAddress("192.0.2.1"))
    #expect(far.gateway == IPAddress("192.0.2.254"))
  }

  @Test("a route lookup without a route is unreachable", arguments: ["203.0.113.1", "2001:db8:1::1"])
  func noRoute(text: String) throws {
    let (_, network) = try pair()
    let address = try address(text)
    let error = error { () throws(NetlinkError) in _ = try network.route(to: address) }
    #expect(error?.kind == .unreachable)
    #expect(error?.description.contains("to \(text)") == true)
    #expect(error?.description.contains("unreachable") == true)
  }

  @Test("a network keeps to its namespace, whichever thread calls")
  func keepsToItsNamespace() throws {
    let (_, first) = try pair()
    let second = try TestNamespace()
    let network = try second.enter { try HostNetwork() }
    #expect(try network.links().map(\.name) == ["lo"])
    #expect(try first.links().count == 3)
  }

  @Test("IPv6 is off on an interface before it comes up, from inside its namespace")
  func disableIPv6() throws {
    let (namespace, network) = try pair()
    let silence = try namespace.enter { try network.disableIPv6("left") }
    try namespace.ip("link set left up")
    try namespace.ip("link set right up")
    let left = try #require(try network.link(named: "left"))
    #expect(try network.addresses(interfaceIndex: left.index).isEmpty)
    #expect([.disabled, .noIPv6].contains(silence))
    if silence == .disabled {
      #expect(try namespace.execute("cat /proc/sys/net/ipv6/conf/left/disable_ipv6") == "1\n")
      #expect(try namespace.enter { try network.disableIPv6("left") } == .disabled)
    }
  }

  @Test("where /proc is another namespace's, addresses are removed and none are made")
  func withoutProc() throws {
    let (namespace, network) = try pair()
    try namespace.ip("link set left up")
    try namespace.ip("link set right up")
    let index = try #require(try network.link(named: "left")).index
    try #require(try network.addresses(interfaceIndex: index).contains { $0.address.v6 != nil })
    #expect(try network.disableIPv6("left") == .withoutAddresses)
    #expect(try network.addresses(interfaceIndex: index).isEmpty)
    #expect(try namespace.ip("-d link show left").contains("addrgenmode none"))
    try namespace.ip("link set left down")
    try namespace.ip("link set left up")
    #expect(try network.addresses(interfaceIndex: index).isEmpty)
    // The other end was left alone.
    #expect(try network.addresses().contains { $0.address.v6 != nil })
  }

  @Test("disabling IPv6 on an interface that is not there is an error")
  func disableIPv6Nowhere() throws {
    let (_, network) = try pair()
    let error = error { () throws(NetlinkError) in try network.disableIPv6("nothing") }
    #expect(error?.kind == .notFound)
  }

  @Test("the control family is always there, and an invented one is not")
  func genericNetlink() throws {
    #expect(try HostNetwork.hasGenericNetlinkFamily("nlctrl"))
    #expect(try !HostNetwork.hasGenericNetlinkFamily("pnx_invented"))
    #expect(try !HostNetwork.hasGenericNetlinkFamily(""))
    #expect(try !HostNetwork.hasGenericNetlinkFamily("a-name-of-more-than-sixteen"))
  }
}
