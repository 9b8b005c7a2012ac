import GoalState
import NetworkTypes
import OpenFlow
import SwitchModel
import Testing

@testable import Pipeline

@Suite("Who has an address")
struct AddressResolutionTests {
  private typealias Frame = GuestFrame

  @Test(
    "ARP is answered for guests here and elsewhere, and for the gateway",
    arguments: [("10.0.0.11", RoutedHost.app), ("10.0.0.1", RoutedHost.gatewayA)])
  func arp(target: String, mac: MACAddress) throws {
    var host = RoutedHost()
    let fate = host.send(Frame.arp(from: RoutedHost.web, "10.0.0.10", asks: target), from: RoutedHost.webPort)
    #expect(fate.ports == [RoutedHost.webPort.rawValue], "\(fate.trace)")
    let expected = Frame.ethernet(
      from: mac, to: RoutedHost.web, type: 0x0806,
      [0, 1, 8, 0, 6, 4, 0, 2] + Frame.octets(mac.rawValue, 6) + Frame.octets(Frame.v4(target).rawValue, 4)
        + Frame.octets(RoutedHost.web.rawValue, 6) + Frame.octets(Frame.v4("10.0.0.10").rawValue, 4))
    #expect(fate.outputs.first?.bytes == expected)
  }

  @Test(
    "a solicitation is answered by an advertisement with the link-layer address, and a router's says that it is one",
    arguments: [
      ("2001:db8:a::11", RoutedHost.app, UInt32(0x6000_0000)),
      ("2001:db8:a::1", RoutedHost.gatewayA6, 0xe000_0000),
      ("fe80::f816:3eff:fe00:61", RoutedHost.gatewayA6, 0xe000_0000),
    ])
  func neighborDiscovery(target: String, mac: MACAddress, flags: UInt32) throws {
    var host = RoutedHost()
    let question = Frame.solicitation(
      from: RoutedHost.web, "2001:db8:a::10", for: target, option: RoutedHost.web)
    let fate = host.send(question, from: RoutedHost.webPort)
    #expect(fate.ports == [RoutedHost.webPort.rawValue], "\(fate.trace)")
    let answer = try #require(fate.outputs.first?.bytes)
    let expected = Frame.icmpv6(
      from: mac, target, to: RoutedHost.web, "2001:db8:a::10", type: 136,
      Frame.octets(flags, 4) + Frame.octets(Frame.v6(target).value, 16) + [2, 1] + Frame.octets(mac.rawValue, 6))
    #expect(answer == expected)
  }

  @Test("a solicitation without an option, as when a guest makes sure of a neighbor, is answered without one")
  func unreachabilityDetection() throws {
    var host = RoutedHost()
    let question = Frame.solicitation(from: RoutedHost.web, "2001:db8:a::10", for: "2001:db8:a::11", option: nil)
    let answer = try #require(host.send(question, from: RoutedHost.webPort).outputs.first?.bytes)
    #expect(
      answer
        == Frame.icmpv6(
          from: RoutedHost.app, "2001:db8:a::11", to: RoutedHost.web, "2001:db8:a::10", type: 136,
          Frame.octets(0x6000_0000, 4) + Frame.octets(Frame.v6("2001:db8:a::11").value, 16)))
  }

  @Test("the asker's own address has no answer, or it would give it up")
  func ownAddress() {
    var host = RoutedHost()
    for sender in ["0.0.0.0", "10.0.0.10"] {
      let fate = host.send(Frame.arp(from: RoutedHost.web, sender, asks: "10.0.0.10"), from: RoutedHost.webPort)
      #expect(fate.outputs.isEmpty && fate.drop == .ownAddress, "\(fate.trace)")
    }
    let solicitation = Frame.solicitation(
      from: RoutedHost.web, "2001:db8:a::10", for: "2001:db8:a::10", option: RoutedHost.web)
    let fate = host.send(solicitation, from: RoutedHost.webPort)
    #expect(fate.outputs.isEmpty && fate.drop == .ownAddress, "\(fate.trace)")
  }

  @Test("duplicate address detection goes to the others of the network, and is not answered by the host")
  func duplicateAddressDetection() {
    var host = RoutedHost()
    let fate = host.send(
      Frame.solicitation(from: RoutedHost.web, "::", for: "2001:db8:a::10", option: nil), from: RoutedHost.webPort)
    #expect(fate.ports == [RoutedHost.tunnel.rawValue], "\(fate.trace)")
  }

  @Test("what nobody is known to have, and what is of another network, is asked of the network")
  func unknown() {
    var host = RoutedHost()
    for target in ["10.0.0.99", "10.0.1.20", "10.0.1.1"] {
      let fate = host.send(Frame.arp(from: RoutedHost.web, "10.0.0.10", asks: target), from: RoutedHost.webPort)
      #expect(fate.ports == [RoutedHost.tunnel.rawValue], "\(target): \(fate.trace)")
    }
  }

  @Test("a guest that really has the gateway's address is answered for with its own MAC address")
  func gatewayGuest() throws {
    var guest = RoutedHost.appNeighbor
    guest.fixedIPs = [FixedIP(subnetID: SubnetID("a4"), address: .v4(Frame.v4("10.0.0.1")))]
    var host = RoutedHost(changing: [.neighbor(guest)])
    let fate = host.send(Frame.arp(from: RoutedHost.web, "10.0.0.10", asks: "10.0.0.1"), from: RoutedHost.webPort)
    let answer = try #require(fate.outputs.first?.bytes)
    #expect(Array(answer[6..<12]) == Frame.octets(RoutedHost.app.rawValue, 6))
  }

  @Test("a gateway is answered for while its router is down, and where there is no router at all")
  func withoutRouter() {
    var down = RoutedHost.router
    down.adminStateUp = false
    for var host in [RoutedHost(router: nil), RoutedHost(router: down)] {
      let fate = host.send(Frame.arp(from: RoutedHost.web, "10.0.0.10", asks: "10.0.0.1"), from: RoutedHost.webPort)
      #expect(fate.ports == [RoutedHost.webPort.rawValue])
    }
  }
}
