import DHCP
import DHCPServer
import Foundation
import NetworkTypes

/// The leases of this host's guests, for whoever asks on the agent's socket.
struct DHCPLeaseDocument: Codable, Sendable {
  /// A port's lease of one IP version.
  struct Lease: Codable, Sendable {
    /// The port's id.
    var port: String
    var macAddress: String
    /// 4 or 6.
    var ipVersion: Int
    /// What the guest is given, whether it has asked yet or not; none where it forms its address itself.
    var reservedAddresses: [String]
    /// The prefixes that it is given for networks of its own.
    var delegatedPrefixes: [String]?
    /// OFFER, ACK, NAK, ADVERTISE, REPLY, DECLINE or RELEASE; absent when the guest has never been answered.
    var lastMessage: String?
    /// What the guest was about: see `DHCPLease.state`.
    var state: String?
    var lastMessageAt: String?
    /// What the last message was about.
    var address: String?
    var acknowledgedAt: String?
    var declines: Int?
    var hostName: String?
    var vendorClass: String?
  }

  var leases: [Lease]

  init(_ snapshot: DHCPSnapshot) {
    leases = snapshot.all.sorted { $0.name < $1.name }.flatMap { port in
      [DHCPLeaseDocument.v4(port), DHCPLeaseDocument.v6(port)].compactMap { $0 }
    }
  }

  private static func v4(_ port: DHCPServedPort) -> Lease? {
    port.binding.map { binding in
      Lease(
        port: port.name, macAddress: "\(binding.mac)", ipVersion: 4, reservedAddresses: ["\(binding.address)"]
      ).with(port.history.lease(.v4))
    }
  }

  private static func v6(_ port: DHCPServedPort) -> Lease? {
    guard let configuration = port.ipv6?.configuration, configuration.mode != .off else { return nil }
    let prefixes = configuration.delegatedPrefixes.map(\.description)
    return Lease(
      port: port.name, macAddress: "\(configuration.mac)", ipVersion: 6,
      reservedAddresses: configuration.addresses.map(\.description),
      delegatedPrefixes: prefixes.isEmpty ? nil : prefixes
    ).with(port.history.lease(.v6))
  }
}

extension DHCPLeaseDocument.Lease {
  /// With what was said, if anything was.
  fileprivate func with(_ lease: DHCPLease?) -> DHCPLeaseDocument.Lease {
    guard let lease else { return self }
    var entry = self
    entry.lastMessage = lease.lastMessage
    entry.state = lease.state
    entry.lastMessageAt = moment(lease.time)
    entry.address = lease.address?.description
    entry.acknowledgedAt = lease.acknowledged.map(moment)
    entry.declines = lease.declines
    entry.hostName = lease.hostName.isEmpty ? nil : lease.hostName
    entry.vendorClass = lease.vendorClass.isEmpty ? nil : lease.vendorClass
    return entry
  }

  private func moment(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).ISO8601Format()
  }
}
