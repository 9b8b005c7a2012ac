import DHCP
import FoundationEssentials
import NetworkTypes
import Yams

/// The file of `alioth dhcp serve`: networks with what their guests are told, and the guests.
struct DHCPBindingsFile: Sendable {
  /// A network.
  struct Subnet: Decodable, Sendable {
    var prefix: IPv4Prefix
    var gateway: IPv4Address?
    var server: IPv4Address?
    var dnsServers: [IPv4Address]?
    var domainName: String?
    var leaseSeconds: UInt32?
    var mtu: UInt16?
    var routes: [Route]?
    var boot: Boot?
    var options: [String: String]?
    var ipv6OnlySeconds: UInt32?
    var rapidCommit: Bool?
    var trustRelayAgents: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case prefix, gateway, server, mtu, routes, boot, options
      case dnsServers = "dns-servers"
      case domainName = "domain-name"
      case leaseSeconds = "lease-seconds"
      case ipv6OnlySeconds = "ipv6-only-seconds"
      case rapidCommit = "rapid-commit"
      case trustRelayAgents = "trust-relay-agents"
    }
  }

  struct Route: Decodable, Sendable {
    var destination: IPv4Prefix
    var nextHop: IPv4Address

    enum CodingKeys: String, CodingKey, CaseIterable {
      case destination
      case nextHop = "next-hop"
    }
  }

  struct Boot: Decodable, Sendable {
    var nextServer: IPv4Address?
    var serverName: String?
    var file: String?
    var files: [UInt16: String]?
    var ipxeFile: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case file, files
      case nextServer = "next-server"
      case serverName = "server-name"
      case ipxeFile = "ipxe-file"
    }
  }

  /// A network of IPv6.
  struct IPv6Subnet: Decodable, Sendable {
    var prefix: IPv6Prefix
    var mode: String?
    var dnsServers: [IPv6Address]?
    var domainSearch: [String]?
    var leaseSeconds: UInt32?
    var mtu: UInt16?
    var rapidCommit: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case prefix, mode, mtu
      case dnsServers = "dns-servers"
      case domainSearch = "domain-search"
      case leaseSeconds = "lease-seconds"
      case rapidCommit = "rapid-commit"
    }
  }

  /// A guest.
  struct Binding: Decodable, Sendable {
    var mac: MACAddress
    var address: IPv4Address?
    var ipv6Addresses: [IPv6Address]?
    var delegatedPrefixes: [IPv6Prefix]?
    var hostName: String?
    var boot: Boot?
    var options: [String: String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case mac, address, boot, options
      case ipv6Addresses = "ipv6-addresses"
      case delegatedPrefixes = "delegated-prefixes"
      case hostName = "host-name"
    }
  }

  private struct Contents: Decodable {
    var subnets: [Subnet]?
    var ipv6Subnets: [IPv6Subnet]?
    var bindings: [Binding]

    enum CodingKeys: String, CodingKey {
      case subnets, bindings
      case ipv6Subnets = "ipv6-subnets"
    }
  }

  /// A guest, with what it is told.
  struct Guest: Sendable {
    let mac: MACAddress
    let binding: DHCPBinding?
    let ipv6: DHCPv6Configuration?
  }

  private let path: String
  private let contents: Contents

  /// The most bytes of a file: a million guests are about 80 MB.
  private static let largestSize = 128 * 1024 * 1024

  /// Reads a file.
  init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("Cannot read \(printable(path)): it is not there, or may not be read.")
    }
    guard data.count <= DHCPBindingsFile.largestSize else {
      throw CommandFailure("\(printable(path)) has \(data.count) bytes, more than the 128 MiB that are read.")
    }
    try self.init(text: String(decoding: data, as: UTF8.self), path: path)
  }

  /// Reads a file's text.
  init(text: String, path: String) throws {
    self.path = path
    do {
      try DHCPBindingsFile.refuseUnknownKeys(text)
      contents = try YAMLDecoder().decode(Contents.self, from: text)
    } catch let error as UnknownKey {
      throw CommandFailure("\(printable(path)): \(error.text)")
    } catch let error as DecodingError {
      throw CommandFailure("\(printable(path)): \(DHCPBindingsFile.text(error))")
    } catch {
      throw CommandFailure("\(printable(path)): \(sentence("\(error)"))")
    }
  }

  /// What every guest is told.
  ///
  /// - Parameter serverMAC: What the server's DUID and link-local address are made from.
  func guests(serverMAC: MACAddress) throws -> [Guest] {
    var seen: Set<MACAddress> = []
    var addresses: [IPv4Address: MACAddress] = [:]
    return try contents.bindings.map { binding in
      guard seen.insert(binding.mac).inserted else {
        throw CommandFailure("\(printable(path)): \(binding.mac) is there twice.")
      }
      let ipv6 = try ipv6(binding, serverMAC)
      guard let address = binding.address else {
        guard ipv6 != nil else { throw CommandFailure("\(printable(path)): \(binding.mac) has no address.") }
        return Guest(mac: binding.mac, binding: nil, ipv6: ipv6)
      }
      if let other = addresses.updateValue(binding.mac, forKey: address) {
        throw CommandFailure("\(printable(path)): \(address) is given to both \(other) and \(binding.mac).")
      }
      guard let subnet = contents.subnets?.first(where: { $0.prefix.contains(address) }) else {
        throw CommandFailure("\(printable(path)): the address of \(binding.mac), \(address), is in no subnet.")
      }
      return Guest(mac: binding.mac, binding: try self.binding(binding, address, subnet), ipv6: ipv6)
    }
  }

  /// What a guest is told of IPv6: its addresses' network, or the first one for a guest that forms its own.
  private func ipv6(_ binding: Binding, _ serverMAC: MACAddress) throws -> DHCPv6Configuration? {
    let addresses = binding.ipv6Addresses ?? []
    let subnets = contents.ipv6Subnets ?? []
    let subnet = addresses.first.map { address in subnets.first { $0.prefix.contains(address) } } ?? subnets.first
    guard let subnet else {
      guard let address = addresses.first else { return nil }
      throw CommandFailure("\(printable(path)): the address of \(binding.mac), \(address), is in no IPv6 subnet.")
    }
    let name = subnet.mode ?? DHCPv6Mode.stateful.rawValue
    guard let mode = name == "slaac" ? .off : DHCPv6Mode(rawValue: name) else {
      throw CommandFailure(
        "\(printable(path)): IPv6 subnet \(subnet.prefix) has the mode '\(printable(name))'; there are slaac, stateless "
          + "and stateful.")
    }
    let seconds = subnet.leaseSeconds ?? 86_400
    var configuration = DHCPv6Configuration(
      mode: mode, mac: binding.mac, addresses: addresses, linkPrefixes: [subnet.prefix],
      delegatedPrefixes: binding.delegatedPrefixes ?? [], serverMAC: serverMAC,
      serverAddress: IPv6Address(linkLocalOf: serverMAC), preferredLifetime: seconds, validLifetime: seconds,
      rapidCommit: subnet.rapidCommit ?? false, mtu: subnet.mtu ?? 1500)
    configuration.dnsServers = subnet.dnsServers ?? []
    configuration.domainSearch = subnet.domainSearch ?? []
    return configuration
  }

  private func binding(_ binding: Binding, _ address: IPv4Address, _ subnet: Subnet) throws -> DHCPBinding {
    guard let server = subnet.server ?? subnet.gateway else {
      throw CommandFailure("\(printable(path)): subnet \(subnet.prefix) needs a gateway, or a server's address.")
    }
    var result = DHCPBinding(
      mac: binding.mac, address: address, prefix: subnet.prefix, router: subnet.gateway,
      serverIdentifier: server, dnsServers: subnet.dnsServers ?? [], domainName: subnet.domainName,
      hostName: binding.hostName, mtu: subnet.mtu, leaseSeconds: subnet.leaseSeconds ?? 86_400,
      routes: (subnet.routes ?? []).map { DHCPBinding.Route(destination: $0.destination, router: $0.nextHop) },
      boot: (binding.boot ?? subnet.boot).map(DHCPBindingsFile.boot), ipv6OnlySeconds: subnet.ipv6OnlySeconds,
      allowsRapidCommit: subnet.rapidCommit ?? false, trustsRelayAgents: subnet.trustRelayAgents ?? false)
    let options = [(subnet.options, "subnet \(subnet.prefix)"), (binding.options, "\(binding.mac)")]
    for (options, whose) in options {
      for (name, value) in (options ?? [:]).sorted(by: { $0.key < $1.key }) {
        do throws(DHCPOptionTextError) {
          result.add(try DHCPExtraOption(named: name, text: value))
        } catch {
          throw CommandFailure("\(printable(path)): \(whose), option '\(printable(name))': \(sentence("\(error)"))")
        }
      }
    }
    return result
  }

  private static func boot(_ boot: Boot) -> DHCPBoot {
    DHCPBoot(
      nextServer: boot.nextServer, serverName: boot.serverName, file: boot.file, files: boot.files ?? [:],
      ipxeFile: boot.ipxeFile)
  }
}

// MARK: - Errors

extension DHCPBindingsFile {
  private struct UnknownKey: Error {
    let text: String
  }

  /// A misspelt key is an error and not a default.
  private static func refuseUnknownKeys(_ text: String) throws {
    guard let root = try Yams.compose(yaml: text)?.mapping else { return }
    try check(root, ["subnets", "ipv6-subnets", "bindings"], "the file")
    for subnet in root["ipv6-subnets"]?.sequence ?? [] {
      if let subnet = subnet.mapping {
        try check(subnet, IPv6Subnet.CodingKeys.allCases.map(\.rawValue), "an IPv6 subnet")
      }
    }
    for subnet in root["subnets"]?.sequence ?? [] {
      guard let subnet = subnet.mapping else { continue }
      try check(subnet, Subnet.CodingKeys.allCases.map(\.rawValue), "a subnet")
      for route in subnet["routes"]?.sequence ?? [] {
        if let route = route.mapping { try check(route, Route.CodingKeys.allCases.map(\.rawValue), "a route") }
      }
      if let boot = subnet["boot"]?.mapping { try check(boot, Boot.CodingKeys.allCases.map(\.rawValue), "boot") }
    }
    for binding in root["bindings"]?.sequence ?? [] {
      guard let binding = binding.mapping else { continue }
      try check(binding, Binding.CodingKeys.allCases.map(\.rawValue), "a binding")
      if let boot = binding["boot"]?.mapping { try check(boot, Boot.CodingKeys.allCases.map(\.rawValue), "boot") }
    }
  }

  private static func check(_ mapping: Node.Mapping, _ known: [String], _ what: String) throws {
    for key in mapping.keys {
      guard let name = key.string, !known.contains(name) else { continue }
      let line = key.mark.map { "line \($0.line): " } ?? ""
      throw UnknownKey(
        text: "\(line)\(what) has no '\(printable(name))'; there are \(known.sorted().joined(separator: ", ")).")
    }
  }

  private static func text(_ error: DecodingError) -> String {
    let (path, reason): ([any CodingKey], String) =
      switch error {
      case .keyNotFound(let key, let context): (context.codingPath, "'\(key.stringValue)' is missing")
      case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
        (context.codingPath, context.debugDescription)
      @unknown default: ([], "\(error)")
      }
    let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    return sentence(place.isEmpty ? reason : "\(place): \(reason)")
  }
}
