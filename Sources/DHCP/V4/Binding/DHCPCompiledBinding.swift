import NetworkTypes

/// A binding made ready to answer: what is the same in every reply is encoded once, when the goal state arrives, and a
/// reply copies it.
///
/// Ports of one network have most of their options in common. Compiled by one `DHCPBindingCompiler` they share the
/// bytes, so that a binding takes little more than its own name.
public final class DHCPCompiledBinding: Sendable {
  /// The port's MAC address: the only client that is answered.
  public let mac: MACAddress
  /// The reserved address.
  public let address: IPv4Address
  /// Who replies come from.
  public let serverIdentifier: IPv4Address
  let prefix: IPv4Prefix
  /// What the guest is told of its interface; nil for nothing.
  public let mtu: UInt16?
  let isEnabled: Bool
  let allowsRapidCommit: Bool
  let trustsRelayAgents: Bool
  /// Encoded options that the ports of a network share, then those of the port, in the order in which they are sent.
  let networkOptions: [UInt8]
  let portOptions: [UInt8]
  /// What few ports have; one pointer for all others.
  let boot: DHCPCompiledBoot?

  init(_ binding: DHCPBinding, networkOptions: [UInt8], portOptions: [UInt8]) {
    mac = binding.mac
    address = binding.address
    serverIdentifier = binding.serverIdentifier
    prefix = binding.prefix
    mtu = binding.mtu
    isEnabled = binding.enabled
    allowsRapidCommit = binding.allowsRapidCommit
    trustsRelayAgents = binding.trustsRelayAgents
    self.networkOptions = networkOptions
    self.portOptions = portOptions
    let saysVendorClass = binding.extraOptions.contains { $0.code == .vendorClassIdentifier }
    boot = binding.boot.map { DHCPCompiledBoot($0, answersHTTPClients: !saysVendorClass) }
  }

  /// Whether the options of both networks are the same bytes in memory.
  package func sharesNetworkOptions(with other: DHCPCompiledBinding) -> Bool {
    networkOptions.withUnsafeBytes { own in
      other.networkOptions.withUnsafeBytes { own.baseAddress == $0.baseAddress }
    }
  }
}

/// Compiles bindings, those of one network with shared bytes.
public struct DHCPBindingCompiler: Sendable {
  private var shared: [[UInt8]: [UInt8]] = [:]
  private static let mostNetworks = 1024

  /// A compiler that has seen nothing yet.
  public init() {}

  /// Makes a binding ready.
  public mutating func compile(_ binding: DHCPBinding) -> DHCPCompiledBinding {
    let extra = binding.extraOptions.filter { !$0.code.isServers }
    let overridden = Set(extra.map(\.code))
    var network: [UInt8] = []
    network.appendNetworkOptions(of: binding, except: overridden)
    var port: [UInt8] = []
    if let name = binding.hostName, !overridden.contains(.hostName) { port.appendText(.hostName, name) }
    var written: Set<DHCPOptionCode> = []
    for option in extra.reversed() {
      if written.insert(option.code).inserted { port.appendOption(option) }
    }
    // Networks come and go for as long as an agent runs: those that are gone are not kept for ever.
    if shared.count > DHCPBindingCompiler.mostNetworks { shared = [:] }
    if shared[network] == nil { shared[network] = network }
    return DHCPCompiledBinding(binding, networkOptions: shared[network] ?? network, portOptions: port)
  }
}

extension DHCPBinding {
  /// The binding made ready to answer, by itself.
  public var compiled: DHCPCompiledBinding {
    var compiler = DHCPBindingCompiler()
    return compiler.compile(self)
  }
}

extension DHCPOptionCode {
  /// Whether the server alone decides about the option, so that nobody may set it: framing, what a message is and from
  /// whom, the lease and its times, what is echoed, and the mask, which is the network's.
  public var isServers: Bool {
    self == .pad || self == .end || DHCPOptionDefinition(of: self)?.isServerDecided == true
  }
}

extension DHCPBinding {
  /// Adds what an operator has the guest told besides. What boot programs read in the message's fields goes there too.
  public mutating func add(_ extra: DHCPExtraOption) {
    switch extra {
    case .nextServer(let address):
      boot = boot ?? DHCPBoot()
      boot?.nextServer = address
    case .option(let option) where option.code == .tftpServerName:
      boot = boot ?? DHCPBoot()
      boot?.serverName = String(decoding: option.value, as: UTF8.self)
    case .option(let option) where option.code == .bootFileName:
      boot = boot ?? DHCPBoot()
      boot?.file = String(decoding: option.value, as: UTF8.self)
    case .option(let option):
      extraOptions.append(option)
    case .bootFile(let file, let kind):
      boot = boot ?? DHCPBoot()
      switch kind {
      case .ipxe: boot?.ipxeFile = file
      case .other: boot?.firmwareFile = file
      case .architecture(let number): boot?.files[number] = file
      }
    case .time(.lease, let seconds): leaseSeconds = seconds
    case .time(.renewal, let seconds): renewalSeconds = seconds
    case .time(.rebinding, let seconds): rebindingSeconds = seconds
    }
  }
}

extension [UInt8] {
  /// Appends what the ports of a network have in common, in an order that the pickiest clients take: the mask before the
  /// router (RFC 2132 section 3.3).
  fileprivate mutating func appendNetworkOptions(of binding: DHCPBinding, except overridden: Set<DHCPOptionCode>) {
    appendOption(.leaseTime, binding.leaseSeconds)
    appendOption(.subnetMask, binding.prefix.mask)
    // Classless routes supersede the router (RFC 3442) and servers should then leave it out; it is sent all the same,
    // because there are clients that ask for both and use only the router. The others ignore it.
    if let router = binding.router, !overridden.contains(.router) { appendOption(.router, router) }
    let routes = binding.encodedRoutes
    // The two numbers say the same thing: who gives one of them gives the routes.
    let codes = [DHCPOptionCode.classlessStaticRoutes, .microsoftClasslessStaticRoutes]
    if !routes.isEmpty, overridden.isDisjoint(with: codes) {
      for code in codes { appendOption(DHCPOption(code, routes)) }
    }
    if binding.leaseSeconds != .max {
      // RFC 2131 section 4.4.5: a half, and seven eighths. In their order, whatever was asked for: clients refuse others.
      let rebinding = Swift.min(
        binding.rebindingSeconds ?? binding.leaseSeconds - binding.leaseSeconds / 8, binding.leaseSeconds)
      appendOption(.renewalTime, Swift.min(binding.renewalSeconds ?? binding.leaseSeconds / 2, rebinding))
      appendOption(.rebindingTime, rebinding)
    }
    if !binding.dnsServers.isEmpty, !overridden.contains(.domainNameServer) {
      appendOption(DHCPOption(.domainNameServer, binding.dnsServers.flatMap(\.octets)))
    }
    if let name = binding.domainName, !overridden.contains(.domainName) { appendText(.domainName, name) }
    // No interface has an MTU below 68 (RFC 2132 section 5.1).
    if let mtu = binding.mtu, mtu >= 68, !overridden.contains(.interfaceMTU) {
      append(contentsOf: [DHCPOptionCode.interfaceMTU.rawValue, 2, UInt8(mtu >> 8), UInt8(truncatingIfNeeded: mtu)])
    }
    if let seconds = binding.ipv6OnlySeconds, !overridden.contains(.ipv6OnlyPreferred) {
      appendOption(.ipv6OnlyPreferred, Swift.max(300, seconds))
    }
  }

  fileprivate mutating func appendText(_ code: DHCPOptionCode, _ text: String) {
    guard !text.isEmpty else { return }
    appendOption(DHCPOption(code, Array(text.utf8)))
  }
}

extension DHCPBinding {
  /// The routes as RFC 3442 has them: the length, only the octets that it makes significant, and the router. Clients that
  /// use them ignore the router option, so the default route is among them. It stands last: a client that adds routes one
  /// by one has the way to the others before.
  fileprivate var encodedRoutes: [UInt8] {
    guard !routes.isEmpty else { return [] }
    var all = routes
    // A router that is given as a further option is the default route too.
    let given = extraOptions.last { $0.code == .router }?.value.prefix(4)
    let router =
      given.flatMap { $0.count == 4 ? $0 : nil }.map { octets in
        IPv4Address(rawValue: octets.reduce(0) { $0 << 8 | UInt32($1) })
      } ?? self.router
    if let router, !routes.contains(where: { $0.destination.length == 0 }),
      let everything = IPv4Prefix(containing: .any, length: 0)
    {
      all.append(Route(destination: everything, router: router))
    }
    return all.reduce(into: []) { octets, route in route.write(to: &octets) }
  }
}
