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
  public var name: String { givenName ?? "\(mac ?? .zero)" }

  /// The guest's MAC address.
  public var mac: MACAddress? { binding?.mac ?? ipv6?.binding.configuration.mac }

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
  let advertiser: RouterAdvertiser?

  /// Compiles a configuration.
  ///
  /// - Parameter advertisement: What the router says; nil where it says nothing.
  public init(
    _ configuration: DHCPv6Configuration, advertisement: RouterAdvertisement?
  ) throws(DHCPv6ConfigurationError) {
    binding = try DHCPv6Binding(configuration)
    guard let advertisement else {
      advertiser = nil
      return
    }
    advertiser = try RouterAdvertiser(
      advertisement, routerMAC: configuration.serverMAC, routerAddress: configuration.serverAddress)
  }

  /// Compiles a configuration, with the advertisement that follows from it.
  public convenience init(_ configuration: DHCPv6Configuration) throws(DHCPv6ConfigurationError) {
    try self.init(configuration, advertisement: RouterAdvertisement(agreeingWith: configuration))
  }

  /// What the guest is told.
  public var configuration: DHCPv6Configuration { binding.configuration }
  /// What its router says; nil where it says nothing.
  public var advertisement: RouterAdvertisement? { advertiser?.advertisement }
}
