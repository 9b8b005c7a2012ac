import NetworkTypes
import PacketFormats

/// What one port's guest is answered from: its configuration, checked, with the options that are the same in every reply
/// as bytes. It is made when the goal state changes, and read for each packet.
public struct DHCPv6Binding: Hashable, Sendable {
  /// What it was made from.
  public let configuration: DHCPv6Configuration
  /// When guests renew, in seconds.
  public let renewalTime: UInt32
  /// When guests rebind, in seconds.
  public let rebindingTime: UInt32
  /// The configured options as they stand in a reply.
  let options: DHCPv6OptionBlock
  /// The name of option 39 as it stands there, or nothing.
  let hostName: [UInt8]

  /// The most addresses, delegated prefixes or name servers of a port: what a reply of 1280 bytes has room for.
  public static let mostAddresses = 16
  /// The longest text of an option, in bytes.
  public static let longestText = 512

  /// Compiles a configuration.
  public init(_ configuration: DHCPv6Configuration) throws(DHCPv6ConfigurationError) {
    self.configuration = configuration
    let lists = [
      ("addresses", configuration.addresses.count), ("link prefixes", configuration.linkPrefixes.count),
      ("delegated prefixes", configuration.delegatedPrefixes.count), ("name servers", configuration.dnsServers.count),
      ("time servers", configuration.timeServers.count), ("search domains", configuration.domainSearch.count),
      ("boot file parameters", configuration.bootFileParameters.count),
      ("other options", configuration.otherOptions.count),
    ]
    for (field, count) in lists where count > DHCPv6Binding.mostAddresses {
      throw .tooMany(field: field, count: count, limit: DHCPv6Binding.mostAddresses)
    }
    guard configuration.serverAddress.isLinkLocal else {
      throw .serverAddressNotLinkLocal(configuration.serverAddress)
    }
    (renewalTime, rebindingTime) = try DHCPv6Binding.times(configuration)
    options = try DHCPv6OptionBlock(configuration)
    var name: [UInt8] = []
    if let text = configuration.hostName, !text.isEmpty {
      guard text != ".", name.appendDomainName(text) else { throw .invalidName(field: "host name", text) }
    }
    hostName = name
  }

  private static func times(
    _ configuration: DHCPv6Configuration
  ) throws(DHCPv6ConfigurationError) -> (renewal: UInt32, rebinding: UInt32) {
    let preferred = configuration.preferredLifetime
    let isEndless = preferred == .max
    // An address that never ends is never renewed, unless that is asked for (RFC 8415 section 21.4).
    let rebinding = configuration.rebindingTime ?? (isEndless ? .max : preferred - preferred / 5)
    let renewal = configuration.renewalTime ?? (isEndless ? .max : preferred / 2)
    guard preferred > 0, renewal <= rebinding, rebinding <= preferred, preferred <= configuration.validLifetime else {
      throw .timesOutOfOrder
    }
    return (renewal, rebinding)
  }
}
