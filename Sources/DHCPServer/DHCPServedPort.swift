import DHCP
import NetworkTypes

/// A port whose guest is answered: its reservation, and what happened so far.
public final class DHCPServedPort: Sendable {
  private let givenName: String?
  /// The source of replies' frames.
  public let serverMAC: MACAddress
  /// What the guest is told; nil when it is known and has nothing to be told.
  public let binding: DHCPCompiledBinding?
  /// What the guest is told of IPv6; nil for nothing.
  public let ipv6: DHCPServedIPv6?
  /// What happened so far: it outlives the binding.
  public let history: DHCPPortHistory

  /// How the port is called in logs and lists: as it was named, or by its guest's MAC address.
  public var name: String { givenName ?? binding.map { "\($0.mac)" } ?? "" }

  /// A port of the given parts.
  public init(
    name: String? = nil, serverMAC: MACAddress, binding: DHCPCompiledBinding?, ipv6: DHCPServedIPv6? = nil,
    history: DHCPPortHistory = DHCPPortHistory()
  ) {
    givenName = name
    self.serverMAC = serverMAC
    self.binding = binding
    self.ipv6 = ipv6
    self.history = history
  }
}

/// What a port's guest is told of IPv6: by DHCPv6, and by the advertisements of its router, which agree.
public final class DHCPServedIPv6: Sendable {
  let binding: DHCPv6Binding
  let advertiser: RouterAdvertiser

  /// Compiles a configuration.
  ///
  /// - Parameter advertisement: What the router says; nil for what follows from the configuration.
  public init(
    _ configuration: DHCPv6Configuration, advertisement: RouterAdvertisement? = nil
  ) throws(DHCPv6ConfigurationError) {
    binding = try DHCPv6Binding(configuration)
    advertiser = try RouterAdvertiser(
      advertisement ?? RouterAdvertisement(agreeingWith: configuration), routerMAC: configuration.serverMAC,
      routerAddress: configuration.serverAddress)
  }
}
