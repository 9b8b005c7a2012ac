import ArgumentParser
import NetworkTypes

/// How a DHCP server is told which guest has which address.
enum BindingsFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// What `alioth dhcp serve` reads.
  case alioth
  /// A whole configuration of kea-dhcp4.
  case kea
  /// A whole configuration of dnsmasq.
  case dnsmasq

  /// The text for this many guests; servers that are told so listen on `interface` only.
  func text(count: Int, interface: String) -> String {
    let numbers = BenchNetwork.firstNumber..<(BenchNetwork.firstNumber + count)
    return switch self {
    case .alioth: BindingsFormat.alioth(numbers)
    case .kea: BindingsFormat.kea(numbers, interface)
    case .dnsmasq: BindingsFormat.dnsmasq(numbers, interface)
    }
  }

  private static func alioth(_ numbers: Range<Int>) -> String {
    let bindings = numbers.map { number in
      "  - {mac: \(BenchNetwork.hardwareAddress(of: number)), address: \(BenchNetwork.address(of: number)), "
        + "host-name: \(BenchNetwork.hostName(of: number))}"
    }
    return """
      subnets:
        - prefix: \(BenchNetwork.prefix)
          gateway: \(BenchNetwork.gateway)
          dns-servers: [\(BenchNetwork.nameServer)]
          domain-name: \(BenchNetwork.domain)
          lease-seconds: \(BenchNetwork.leaseSeconds)
          mtu: \(BenchNetwork.mtu)
      bindings:\(bindings.isEmpty ? " []" : "\n" + bindings.joined(separator: "\n"))
      """
  }

  /// Leases stay in memory, and a client is known by its hardware address alone: the least that Kea can be asked to do.
  /// A thread for each processor serves many clients twice as fast, though one alone slower.
  private static func kea(_ numbers: Range<Int>, _ interface: String) -> String {
    let reservations = numbers.map { number in
      """
      {"hw-address": "\(BenchNetwork.hardwareAddress(of: number))", \
      "ip-address": "\(BenchNetwork.address(of: number))", "hostname": "\(BenchNetwork.hostName(of: number))"}
      """
    }
    return """
      {"Dhcp4": {
        "interfaces-config": {"interfaces": ["\(interface)"], "dhcp-socket-type": "raw"},
        "lease-database": {"type": "memfile", "persist": false},
        "valid-lifetime": \(BenchNetwork.leaseSeconds),
        "match-client-id": false,
        "multi-threading": {"enable-multi-threading": true, "thread-pool-size": 0},
        "host-reservation-identifiers": ["hw-address"],
        "reservations-global": false,
        "reservations-in-subnet": true,
        "reservations-out-of-pool": true,
        "dhcp-ddns": {"enable-updates": false},
        "loggers": [{"name": "kea-dhcp4", "severity": "ERROR", "output_options": [{"output": "stderr"}]}],
        "subnet4": [{
          "id": 1, "subnet": "\(BenchNetwork.prefix)", "interface": "\(interface)",
          "option-data": [
            {"name": "routers", "data": "\(BenchNetwork.gateway)"},
            {"name": "domain-name-servers", "data": "\(BenchNetwork.nameServer)"},
            {"name": "domain-name", "data": "\(BenchNetwork.domain)"},
            {"name": "interface-mtu", "data": "\(BenchNetwork.mtu)"}],
          "reservations": [
            \(reservations.joined(separator: ",\n      "))]
        }]
      }}
      """
  }

  /// Leases are not written to a file, and no address is pinged before it is given: the least that dnsmasq can be asked
  /// to do.
  private static func dnsmasq(_ numbers: Range<Int>, _ interface: String) -> String {
    let hosts = numbers.map { number in
      "dhcp-host=\(BenchNetwork.hardwareAddress(of: number)),\(BenchNetwork.address(of: number)),"
        + BenchNetwork.hostName(of: number)
    }
    return """
      port=0
      interface=\(interface)
      bind-interfaces
      no-resolv
      no-hosts
      no-ping
      quiet-dhcp
      leasefile-ro
      dhcp-authoritative
      dhcp-lease-max=\(BenchNetwork.capacity)
      dhcp-range=10.64.0.0,static,255.255.0.0,\(BenchNetwork.leaseSeconds)
      dhcp-option=option:router,\(BenchNetwork.gateway)
      dhcp-option=option:dns-server,\(BenchNetwork.nameServer)
      dhcp-option=option:mtu,\(BenchNetwork.mtu)
      domain=\(BenchNetwork.domain)
      \(hosts.joined(separator: "\n"))
      """
  }
}
