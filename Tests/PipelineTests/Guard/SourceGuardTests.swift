import GoalState
import NetworkTypes
import OpenFlow
import Testing

@testable import Pipeline

@Suite("What a guest may send from")
struct SourceGuardTests {
  private typealias Frame = GuestFrame

  private static let web = RoutedHost.web
  private static let app = RoutedHost.app
  private static let other = Frame.mac("fa:16:3e:00:00:99")
  private static let pairMAC = Frame.mac("00:00:5e:00:01:07")
  private static let solicited = Frame.mac("33:33:ff:00:00:01")
  private static let linkLocal = "fe80::f816:3eff:fe00:a"

  private func pairs(_ pairs: [AddressPair]) -> Port {
    var port = RoutedHost.webGuest
    port.allowedAddressPairs = pairs
    return port
  }

  /// Sends each frame from the guest `web`, and wants it let through or dropped as a spoofed one.
  private func expect(
    _ cases: [(name: String, frame: [UInt8])], pass: Bool, port: Port = RoutedHost.webGuest,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (name, frame) in cases {
      var host = RoutedHost(changing: [.port(port)])
      let fate = host.send(frame, from: RoutedHost.webPort)
      #expect((fate.drop != .spoofedSource) == pass, "\(name): \(fate.trace)", sourceLocation: sourceLocation)
      if !pass { #expect(fate.outputs.isEmpty, "\(name): \(fate.trace)", sourceLocation: sourceLocation) }
    }
  }

  @Test("its own addresses, in what it sends and in what it says of itself")
  func own() {
    expect(
      [
        ("IPv4", Frame.ipv4(from: Self.web, "10.0.0.10", to: Self.app, "10.0.0.11")),
        ("IPv6", Frame.ipv6(from: Self.web, "2001:db8:a::10", to: Self.app, "2001:db8:a::11")),
        ("link-local IPv6", Frame.ipv6(from: Self.web, Self.linkLocal, to: Self.app, "fe80::1")),
        ("ARP", Frame.arp(from: Self.web, "10.0.0.10", asks: "10.0.0.99")),
        ("ARP reply", Frame.arp(from: Self.web, to: Self.app, operation: 2, "10.0.0.10", asks: "10.0.0.11")),
        ("solicitation", Frame.solicitation(from: Self.web, "2001:db8:a::10", for: "2001:db8:a::99", option: Self.web)),
        (
          "advertisement", Frame.advertisement(from: Self.web, "2001:db8:a::10", of: "2001:db8:a::10", option: Self.web)
        ),
        (
          "advertisement without option",
          Frame.advertisement(
            from: Self.web, "2001:db8:a::10", of: "2001:db8:a::10", option: nil)
        ),
        (
          "advertisement of one of its addresses from another",
          Frame.advertisement(
            from: Self.web, Self.linkLocal, of: "2001:db8:a::10", option: Self.web)
        ),
      ], pass: true)
  }

  @Test("no others, whatever it is that carries them")
  func spoofed() {
    expect(
      [
        ("MAC", Frame.ipv4(from: Self.other, "10.0.0.10", to: Self.app, "10.0.0.11")),
        ("a neighbor's MAC and address", Frame.ipv4(from: Self.app, "10.0.0.11", to: Self.web, "10.0.0.10")),
        ("IPv4", Frame.ipv4(from: Self.web, "10.0.0.11", to: Self.app, "10.0.0.11")),
        ("IPv4 of nobody", Frame.ipv4(from: Self.web, "0.0.0.0", to: Self.app, "10.0.0.11")),
        ("IPv6", Frame.ipv6(from: Self.web, "2001:db8:a::11", to: Self.app, "2001:db8:a::11")),
        ("IPv6 of nobody", Frame.ipv6(from: Self.web, "::", to: Self.app, "2001:db8:a::11")),
        ("another's link-local", Frame.ipv6(from: Self.web, "fe80::f816:3eff:fe00:b", to: Self.app, "fe80::1")),
        ("ARP for another's address", Frame.arp(from: Self.web, "10.0.0.1", asks: "10.0.0.11")),
        ("ARP with another's MAC", Frame.arp(from: Self.web, sender: Self.other, "10.0.0.10", asks: "10.0.0.11")),
        ("ARP reply of nobody", Frame.arp(from: Self.web, operation: 2, "0.0.0.0", asks: "10.0.0.11")),
        (
          "advertisement of the gateway",
          Frame.advertisement(
            from: Self.web, "2001:db8:a::10", of: "2001:db8:a::1", option: Self.web)
        ),
        (
          "advertisement of another MAC",
          Frame.advertisement(
            from: Self.web, "2001:db8:a::10", of: "2001:db8:a::10", option: Self.other)
        ),
        (
          "advertisement from another's address",
          Frame.advertisement(
            from: Self.web, "2001:db8:a::11", of: "2001:db8:a::10", option: Self.web)
        ),
        (
          "advertisement with a code",
          Frame.icmpv6(
            from: Self.web, "2001:db8:a::10", to: Self.solicited, "ff02::1", type: 136,
            Frame.octets(0, 4) + Frame.octets(Frame.v6("2001:db8:a::1").value, 16)
          ).changingCode()
        ),
        ("tagged", Frame.ipv4(from: Self.web, "10.0.0.10", to: Self.app, "10.0.0.11", vlan: 5)),
        ("no protocol of the internet's", Frame.ethernet(from: Self.web, to: Self.app, type: 0x88cc, [1, 2, 3])),
      ], pass: false)
  }

  @Test("before it has an address: probes for its own, and what asks for one")
  func beginning() {
    let none = "0.0.0.0"
    expect(
      [
        ("ARP probe", Frame.arp(from: Self.web, none, asks: "10.0.0.10")),
        ("duplicate address detection", Frame.solicitation(from: Self.web, "::", for: "2001:db8:a::10", option: nil)),
        ("the same, link-local", Frame.solicitation(from: Self.web, "::", for: Self.linkLocal, option: nil)),
        (
          "router solicitation",
          Frame.icmpv6(
            from: Self.web, "::", to: Self.solicited, "ff02::2", type: 133, Frame.octets(0, 4))
        ),
        (
          "listener report",
          Frame.icmpv6(
            from: Self.web, "::", to: Self.solicited, "ff02::16", type: 143, Frame.octets(0, 4))
        ),
        ("DHCP", Frame.ipv4(from: Self.web, none, to: .broadcast, "255.255.255.255", Frame.udp(from: 68, to: 67))),
        (
          "DHCP for an address that was its own",
          Frame.ipv4(
            from: Self.web, "10.0.0.200", to: .broadcast, "255.255.255.255", Frame.udp(from: 68, to: 67))
        ),
      ], pass: true)
    expect(
      [
        // RFC 4862 section 5.4.3: whoever is probing for it gives it up.
        ("detection of another's", Frame.solicitation(from: Self.web, "::", for: "2001:db8:a::11", option: nil)),
        ("advertisement from none", Frame.advertisement(from: Self.web, "::", of: "2001:db8:a::10", option: Self.web)),
        (
          "ping from none",
          Frame.icmpv6(
            from: Self.web, "::", to: Self.app, "2001:db8:a::11", type: 128, Frame.octets(0, 4))
        ),
        (
          "DHCP from another MAC",
          Frame.ipv4(
            from: Self.other, none, to: .broadcast, "255.255.255.255", Frame.udp(from: 68, to: 67))
        ),
        (
          "another port from none",
          Frame.ipv4(
            from: Self.web, none, to: .broadcast, "255.255.255.255", Frame.udp(from: 68, to: 68))
        ),
      ], pass: false)
  }

  @Test("address pairs with a prefix and with a MAC address, and each MAC address with its own addresses only")
  func addressPairs() {
    let port = pairs([
      AddressPair(prefix: prefix("192.168.0.0/16")), AddressPair(prefix: prefix("10.0.0.200/32"), mac: Self.pairMAC),
      AddressPair(prefix: prefix("2001:db8:ffff::/48"), mac: Self.pairMAC), AddressPair(prefix: prefix("10.0.0.10/32")),
    ])
    expect(
      [
        ("prefix", Frame.ipv4(from: Self.web, "192.168.7.8", to: Self.app, "10.0.0.11")),
        ("its own still", Frame.ipv4(from: Self.web, "10.0.0.10", to: Self.app, "10.0.0.11")),
        ("ARP of the prefix", Frame.arp(from: Self.web, "192.168.7.8", asks: "10.0.0.11")),
        ("MAC", Frame.ipv4(from: Self.pairMAC, "10.0.0.200", to: Self.app, "10.0.0.11")),
        ("announcement of a virtual router", Frame.arp(from: Self.pairMAC, "10.0.0.200", asks: "10.0.0.200")),
        ("IPv6", Frame.ipv6(from: Self.pairMAC, "2001:db8:ffff:7::1", to: Self.app, "2001:db8:a::11")),
        (
          "advertisement",
          Frame.advertisement(
            from: Self.pairMAC, "2001:db8:ffff::1", of: "2001:db8:ffff::1", option: Self.pairMAC)
        ),
      ], pass: true, port: port)
    expect(
      [
        ("outside of the prefix", Frame.ipv4(from: Self.web, "192.169.0.1", to: Self.app, "10.0.0.11")),
        ("the other MAC's address", Frame.ipv4(from: Self.web, "10.0.0.200", to: Self.app, "10.0.0.11")),
        ("the other MAC with its own", Frame.ipv4(from: Self.pairMAC, "10.0.0.10", to: Self.app, "10.0.0.11")),
        (
          "ARP with the other MAC as the sender",
          Frame.arp(
            from: Self.web, sender: Self.pairMAC, "10.0.0.200", asks: "10.0.0.11")
        ),
        (
          "advertisement with the wrong MAC",
          Frame.advertisement(
            from: Self.web, "2001:db8:a::10", of: "2001:db8:ffff::1", option: Self.web)
        ),
      ], pass: false, port: port)
  }

  @Test("what is delegated to it, for whom it routes")
  func delegated() {
    var port = RoutedHost.webGuest
    let frame = Frame.ipv6(from: Self.web, "2001:db8:d::7", to: Self.app, "2001:db8:a::11")
    expect([("without", frame)], pass: false, port: port)
    port.delegatedPrefixes = [IPv6Prefix("2001:db8:d::/56")].compactMap(\.self)
    expect([("with", frame)], pass: true, port: port)
  }

  @Test("from anything without port security, but from no router's MAC address; nor with it")
  func securityOff() {
    var off = RoutedHost.webGuest
    off.security = .off
    expect(
      [
        ("IPv4", Frame.ipv4(from: Self.other, "203.0.113.1", to: Self.app, "10.0.0.11")),
        ("tagged", Frame.ipv4(from: Self.web, "10.0.0.10", to: Self.app, "10.0.0.11", vlan: 5)),
        ("advertisement", Frame.advertisement(from: Self.other, "fe80::9", of: "2001:db8:a::1", option: Self.other)),
        ("another network's gateway", Frame.ipv4(from: RoutedHost.gatewayB, "10.0.0.1", to: Self.app, "10.0.0.11")),
      ], pass: true, port: off)
    let all = pairs([
      AddressPair(prefix: prefix("0.0.0.0/0"), mac: RoutedHost.gatewayA),
      AddressPair(prefix: prefix("0.0.0.0/0"), mac: Frame.mac("0a:d2:c0:00:02:0c")),
    ])
    for port in [off, all] {
      expect(
        [
          ("gateway", Frame.ipv4(from: RoutedHost.gatewayA, "10.0.0.1", to: Self.app, "10.0.0.11")),
          ("host's router", Frame.ipv4(from: Frame.mac("0a:d2:c0:00:02:0c"), "10.0.1.20", to: Self.app, "10.0.0.11")),
        ], pass: false, port: port)
    }
  }

  @Test("a router's own MAC address in a subnet is as reserved as the gateway's")
  func routerAddress() {
    var off = RoutedHost.webGuest
    off.security = .off
    let mac = Frame.mac("fa:16:3e:00:00:77")
    let router = Router(
      id: RouterID("r2"),
      interfaces: [.init(subnetID: SubnetID("a4"), address: .init(address: .v4(Frame.v4("10.0.0.2")), mac: mac))])
    var host = RoutedHost(changing: [.port(off), .router(router)])
    let fate = host.send(Frame.ipv4(from: mac, "10.0.0.2", to: Self.app, "10.0.0.11"), from: RoutedHost.webPort)
    #expect(fate.drop == .spoofedSource)
  }

  @Test("pairs that name everything make no flow twice")
  func everything() {
    let port = pairs([
      AddressPair(prefix: prefix("0.0.0.0/0")), AddressPair(prefix: prefix("::/0")),
      AddressPair(prefix: prefix("10.0.0.10/32")),
    ])
    let goal = goalState(RoutedHost.layer2 + [.port(port)])
    let flows = Compiler(goal: goal, host: RoutedHost.ports).compile(.port(port.id)).flows
    #expect(Set(flows.map(\.key)).count == flows.count)
    expect([("anything", Frame.ipv4(from: Self.web, "8.8.8.8", to: Self.app, "10.0.0.11"))], pass: true, port: port)
  }
}

extension [UInt8] {
  /// The ICMPv6 message's code as 1, and the checksum as it has to be then.
  fileprivate func changingCode() -> [UInt8] {
    var frame = self
    guard frame.count > 57 else { return frame }
    frame[55] = 1
    let sum = UInt16(frame[56]) << 8 | UInt16(frame[57])
    frame.replaceSubrange(56..<58, with: GuestFrame.octets(sum == 0 ? 0xfffe : sum - 1, 2))
    return frame
  }
}
