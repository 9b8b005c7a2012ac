import DHCP
import DHCPServer
import GoalState
import NetworkTypes
import Pipeline

extension DHCPServedIPv6 {
  /// What a port's guest is told of IPv6: its addresses and prefixes, and what its subnets say.
  ///
  /// - Parameters:
  ///   - mtu: the MTU of the port's network on this host; nil while it is not known.
  ///   - before: what the guest was told of its router until now: networks that are gone are told to be over.
  /// - Returns: nil when the port is down, has no address in a subnet that is served, or refers to what is not known yet.
  convenience init?(
    port: Port, in goal: HostGoalState, mtu: Int?, before: RouterAdvertisement? = nil
  ) throws(DHCPv6ConfigurationError) {
    guard port.adminStateUp, goal.networks[port.networkID] != nil,
      let service = IPv6Service(port: port, in: goal)
    else { return nil }
    let mtu = mtu.map { UInt16(clamping: $0) }
    let configuration = DHCPv6Configuration(port: port, service, mtu: mtu)
    let advertisement = RouterAdvertisement(service, configuration, mtu: mtu)?.withdrawing(before).fitting
    try self.init(configuration, advertisement: advertisement)
  }
}

extension DHCPv6Configuration {
  fileprivate init(port: Port, _ service: IPv6Service, mtu: UInt16?) {
    let leased = Set(service.subnets.filter { $0.ipv6AddressMode == .stateful }.map(\.id))
    let first = service.subnets.first { leased.contains($0.id) }
    let seconds = first?.leaseSeconds ?? Subnet.defaultLeaseSeconds
    self.init(
      mode: service.mode(delegates: !port.delegatedPrefixes.isEmpty), mac: port.mac,
      addresses: port.fixedIPs.filter { leased.contains($0.subnetID) }.compactMap(\.address.v6).mostServed,
      linkPrefixes: service.subnets.compactMap(\.prefix.v6).mostServed,
      delegatedPrefixes: port.delegatedPrefixes.mostServed,
      serverMAC: service.routerMAC, serverAddress: service.routerAddress, preferredLifetime: seconds,
      validLifetime: seconds, rapidCommit: first?.rapidCommit ?? false, mtu: mtu ?? 1280)
    dnsServers = service.unique { $0.dnsServers.compactMap(\.v6) }.mostServed
    domainSearch = service.unique { $0.domainName.map { [$0] } ?? [] }.mostServed
    hostName = port.hostName.map { name in domainSearch.first.map { "\(name).\($0)" } ?? name }
    // The port's come after its subnets', so that they count. None is refused here: nobody could send it to this host.
    for option in service.subnets.flatMap(\.dhcpOptions) + port.dhcpOptions where option.version == .v6 {
      if let extra = try? DHCPv6ExtraOption(named: option.name, text: option.value) { add(extra) }
    }
    otherOptions = otherOptions.mostServed
    dnsServers = dnsServers.mostServed
    timeServers = timeServers.mostServed
    domainSearch = domainSearch.mostServed
  }
}

extension RouterAdvertisement {
  /// What the router says, which agrees with what DHCPv6 answers; nil where none of the port's subnets is advertised.
  fileprivate init?(_ service: IPv6Service, _ configuration: DHCPv6Configuration, mtu: UInt16?) {
    let advertised = service.subnets.filter { $0.ipv6RAMode != nil }
    guard !advertised.isEmpty else { return nil }
    self.init(
      isManaged: advertised.contains { $0.ipv6RAMode == .stateful },
      // A guest that is to be delegated prefixes has to ask for them.
      hasOtherConfiguration: advertised.contains { $0.ipv6RAMode?.asksDHCP == true }
        || !configuration.delegatedPrefixes.isEmpty)
    prefixes = advertised.compactMap { subnet in
      subnet.prefix.v6.map { Prefix(prefix: $0, isAutonomous: subnet.ipv6RAMode?.isAutonomous == true) }
    }
    // Without a gateway there is nobody to route through (RFC 4861 section 4.2).
    if !advertised.contains(where: { $0.gateway != nil }) { routerLifetime = 0 }
    routes = advertised.flatMap { subnet in
      subnet.hostRoutes.filter { $0.nextHop == subnet.gateway?.address }
        .compactMap { $0.destination.v6.map { Route(destination: $0) } }
    }
    self.mtu = mtu.map { UInt32(max(1280, $0)) }
    dnsServers = configuration.dnsServers
    domainSearch = configuration.domainSearch
  }
}

extension RouterAdvertisement {
  /// With an end for the networks that were advertised before and are not now: hosts stop to use their addresses for new
  /// conversations at once (RFC 4862 section 5.5.3).
  fileprivate func withdrawing(_ before: RouterAdvertisement?) -> RouterAdvertisement {
    var advertisement = self
    let kept = Set(prefixes.map(\.prefix))
    for gone in before?.prefixes ?? [] where gone.validLifetime > 0 && !kept.contains(gone.prefix) {
      advertisement.prefixes.append(
        Prefix(
          prefix: gone.prefix, isOnLink: gone.isOnLink, isAutonomous: gone.isAutonomous, preferredLifetime: 0,
          validLifetime: 0))
    }
    return advertisement
  }

  /// With as much as one packet has room for: routes are left out first, then search domains and name servers, which
  /// DHCPv6 tells as well, from the end.
  fileprivate var fitting: RouterAdvertisement {
    var advertisement = self
    while advertisement.length > RouterAdvertiser.longestMessage {
      if advertisement.routes.popLast() != nil || advertisement.domainSearch.popLast() != nil { continue }
      guard advertisement.dnsServers.popLast() != nil else { break }
    }
    return advertisement
  }
}

extension Array {
  /// As many as a reply has room for, from the first on.
  fileprivate var mostServed: [Element] { Array(prefix(DHCPv6Binding.mostAddresses)) }
}

extension IPv6Service {
  /// What DHCPv6 answers: everything where it leases an address or a prefix.
  fileprivate func mode(delegates: Bool) -> DHCPv6Mode {
    if delegates || subnets.contains(where: { $0.ipv6AddressMode == .stateful }) { return .stateful }
    return subnets.contains { $0.ipv6AddressMode?.asksDHCP == true } ? .stateless : .off
  }

  /// What all subnets say, each once, in their order.
  fileprivate func unique<Element: Hashable>(_ values: (Subnet) -> [Element]) -> [Element] {
    var seen: Set<Element> = []
    return subnets.flatMap(values).filter { seen.insert($0).inserted }
  }
}

extension IPv6Mode {
  /// Whether guests ask DHCPv6 for anything.
  fileprivate var asksDHCP: Bool { self != .slaac }
}
