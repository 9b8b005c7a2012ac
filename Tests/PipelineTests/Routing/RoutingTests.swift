import GoalState
import NetworkTypes
import OpenFlow
import SwitchModel
import Testing

@testable import Pipeline

@Suite("Distributed routing")
struct RoutingTests {
  private typealias Frame = GuestFrame

  private func packet(_ destination: String, ttl: UInt8 = 64) -> [UInt8] {
    Frame.ipv4(from: RoutedHost.web, "10.0.0.10", to: RoutedHost.gatewayA, destination, ttl: ttl)
  }

  private func packet6(_ destination: String, hopLimit: UInt8 = 64, from source: String = "2001:db8:a::10") -> [UInt8] {
    Frame.ipv6(from: RoutedHost.web, source, to: RoutedHost.gatewayA6, destination, hopLimit: hopLimit)
  }

  @Test("in one network packets go from guest to guest unrouted")
  func sameNetwork() {
    var host = RoutedHost()
    let frame = Frame.ipv4(from: RoutedHost.web, "10.0.0.10", to: RoutedHost.app, "10.0.0.11")
    let fate = host.send(frame, from: RoutedHost.webPort)
    #expect(fate.ports == [RoutedHost.tunnel.rawValue], "\(fate.trace)")
    #expect(fate.outputs.first?.bytes == frame)
    #expect(fate.outputs.first?.tunnel?.id == 100)
  }

  @Test("a guest here gets it from the MAC address of the router that it knows, one hop older")
  func local() {
    var host = RoutedHost()
    let fate = host.send(packet("10.0.1.20"), from: RoutedHost.webPort)
    #expect(fate.ports == [RoutedHost.dbPort.rawValue], "\(fate.trace)")
    #expect(
      fate.outputs.first?.bytes
        == Frame.ipv4(from: RoutedHost.gatewayB, "10.0.0.10", to: RoutedHost.db, "10.0.1.20", ttl: 63))
    let fate6 = host.send(packet6("2001:db8:b::20"), from: RoutedHost.webPort)
    #expect(
      fate6.outputs.first?.bytes
        == Frame.ipv6(
          from: RoutedHost.gatewayB6, "2001:db8:a::10", to: RoutedHost.db, "2001:db8:b::20", hopLimit: 63),
      "\(fate6.trace)")
  }

  @Test("to another host it goes in the network of the destination, from the MAC address of this host's routers")
  func remote() {
    var host = RoutedHost()
    for (frame, routed) in [
      (
        packet("10.0.1.21"),
        Frame.ipv4(from: RoutedHost.routerMAC, "10.0.0.10", to: RoutedHost.store, "10.0.1.21", ttl: 63)
      ),
      (
        packet6("2001:db8:b::21"),
        Frame.ipv6(from: RoutedHost.routerMAC, "2001:db8:a::10", to: RoutedHost.store, "2001:db8:b::21", hopLimit: 63)
      ),
    ] {
      let fate = host.send(frame, from: RoutedHost.webPort)
      #expect(fate.ports == [RoutedHost.tunnel.rawValue], "\(fate.trace)")
      #expect(fate.outputs.first?.tunnel?.id == 200)
      #expect(fate.outputs.first?.tunnel?.destination == Frame.v4("192.0.2.12").rawValue)
      #expect(fate.outputs.first?.bytes == routed)
    }
  }

  @Test("what another host has routed comes to the guest from the router that it knows; what it has not stays as it is")
  func fromTunnel() {
    var host = RoutedHost()
    let elsewhere = Frame.mac("0a:d2:c0:00:02:0c")
    for (source, seen) in [(elsewhere, RoutedHost.gatewayB), (RoutedHost.store, RoutedHost.store)] {
      let fate = host.send(
        Frame.ipv4(from: source, "10.0.0.11", to: RoutedHost.db, "10.0.1.20"), from: RoutedHost.tunnel, tunnel: 200)
      #expect(fate.ports == [RoutedHost.dbPort.rawValue], "\(fate.trace)")
      #expect(fate.outputs.first?.bytes == Frame.ipv4(from: seen, "10.0.0.11", to: RoutedHost.db, "10.0.1.20"))
    }
    let fate6 = host.send(
      Frame.ipv6(from: elsewhere, "2001:db8:a::11", to: RoutedHost.db, "2001:db8:b::20"), from: RoutedHost.tunnel,
      tunnel: 200)
    #expect(
      fate6.outputs.first?.bytes
        == Frame.ipv6(from: RoutedHost.gatewayB6, "2001:db8:a::11", to: RoutedHost.db, "2001:db8:b::20"))
    // Through a guest to somewhere else: no subnet of the network's.
    let transit = host.send(
      Frame.ipv4(from: elsewhere, "10.0.0.11", to: RoutedHost.db, "198.51.100.1"), from: RoutedHost.tunnel, tunnel: 200)
    #expect(
      transit.outputs.first?.bytes.prefix(12).suffix(6).elementsEqual(Frame.octets(RoutedHost.gatewayB.rawValue, 6))
        == true)
  }

  @Test("a packet whose time to live is used up is dropped, unless it is a ping to the gateway")
  func timeToLive() {
    var host = RoutedHost()
    for ttl: UInt8 in [0, 1] {
      for frame in [packet("10.0.1.20", ttl: ttl), packet6("2001:db8:b::20", hopLimit: ttl)] {
        let fate = host.send(frame, from: RoutedHost.webPort)
        #expect(fate.outputs.isEmpty && fate.drop == .timeToLive, "\(fate.trace)")
      }
    }
    #expect(host.send(packet("10.0.1.20", ttl: 2), from: RoutedHost.webPort).outputs.count == 1)
    let ping = Frame.ipv4(
      from: RoutedHost.web, "10.0.0.10", to: RoutedHost.gatewayA, "10.0.0.1", ttl: 1, number: 1, Frame.ping())
    #expect(host.send(ping, from: RoutedHost.webPort).ports == [RoutedHost.webPort.rawValue])
  }

  @Test("without a route, and without anybody at the next hop, it is dropped, and the reason says which")
  func nowhere() {
    var host = RoutedHost()
    for (frame, reason) in [
      (packet("203.0.113.1"), DropReason.noRoute), (packet6("2001:db8:c::1"), .noRoute),
      (packet("10.0.1.99"), .unknownNextHop), (packet6("2001:db8:b::99"), .unknownNextHop),
    ] {
      let fate = host.send(frame, from: RoutedHost.webPort)
      #expect(fate.outputs.isEmpty && fate.drop == reason, "\(fate.trace)")
    }
  }

  @Test("routers forward no multicast, nothing link-local, and nothing to a subnet as a whole")
  func notForwarded() {
    var host = RoutedHost()
    for destination in ["224.0.0.251", "255.255.255.255", "169.254.169.254", "127.0.0.1", "10.0.1.0", "10.0.1.255"] {
      let fate = host.send(packet(destination), from: RoutedHost.webPort)
      #expect(fate.outputs.isEmpty && fate.drop == .notForwardable, "\(destination): \(fate.trace)")
    }
    for destination in ["ff02::1", "ff0e::1", "fe80::1", "::1", "2001:db8:b::"] {
      let fate = host.send(packet6(destination), from: RoutedHost.webPort)
      #expect(fate.outputs.isEmpty && fate.drop == .notForwardable, "\(destination): \(fate.trace)")
    }
    let fate = host.send(packet6("2001:db8:b::20", from: "fe80::f816:3eff:fe00:a"), from: RoutedHost.webPort)
    #expect(fate.drop == .notForwardable, "\(fate.trace)")
  }

  @Test(
    "all of a router's addresses answer pings, and nothing else", arguments: ["10.0.0.1", "10.0.1.1"])
  func gatewayPing(address: String) {
    var host = RoutedHost()
    let ping = Frame.ipv4(
      from: RoutedHost.web, "10.0.0.10", to: RoutedHost.gatewayA, address, number: 1, Frame.ping())
    var reply = Frame.ping()
    reply[0] = 0
    reply.replaceSubrange(2..<4, with: [0, 0])
    reply.replaceSubrange(2..<4, with: Frame.octets(Frame.checksum(reply), 2))
    let fate = host.send(ping, from: RoutedHost.webPort)
    #expect(fate.ports == [RoutedHost.webPort.rawValue], "\(fate.trace)")
    #expect(
      fate.outputs.first?.bytes
        == Frame.ipv4(
          from: RoutedHost.gatewayA, address, to: RoutedHost.web, "10.0.0.10", ttl: 255, number: 1, reply))
    let other = host.send(packet(address), from: RoutedHost.webPort)
    #expect(other.outputs.isEmpty && other.drop == .routerAddress, "\(other.trace)")
  }

  @Test(
    "IPv6 gateways answer pings, by their link-local addresses too",
    arguments: ["2001:db8:a::1", "2001:db8:b::1", "fe80::f816:3eff:fe00:61"])
  func gatewayPing6(address: String) {
    var host = RoutedHost()
    let rest = Frame.octets(0x0001_0001, 4) + [0x61]
    let ping = Frame.icmpv6(
      from: RoutedHost.web, "2001:db8:a::10", to: RoutedHost.gatewayA6, address, type: 128, hopLimit: 64, rest)
    let fate = host.send(ping, from: RoutedHost.webPort)
    #expect(fate.ports == [RoutedHost.webPort.rawValue], "\(fate.trace)")
    #expect(
      fate.outputs.first?.bytes
        == Frame.icmpv6(from: RoutedHost.gatewayA6, address, to: RoutedHost.web, "2001:db8:a::10", type: 129, rest))
  }

  @Test("a router that is down, or not there, forwards nothing, and the rest goes on")
  func down() {
    var down = RoutedHost.router
    down.adminStateUp = false
    for var host in [RoutedHost(router: nil), RoutedHost(router: down)] {
      #expect(host.send(packet("10.0.1.20"), from: RoutedHost.webPort).drop == .unknownDestination)
      let ping = Frame.ipv4(
        from: RoutedHost.web, "10.0.0.10", to: RoutedHost.gatewayA, "10.0.0.1", number: 1, Frame.ping())
      #expect(host.send(ping, from: RoutedHost.webPort).outputs.isEmpty)
      let bridged = Frame.ipv4(from: RoutedHost.web, "10.0.0.10", to: RoutedHost.app, "10.0.0.11")
      #expect(host.send(bridged, from: RoutedHost.webPort).ports == [RoutedHost.tunnel.rawValue])
    }
  }
}
