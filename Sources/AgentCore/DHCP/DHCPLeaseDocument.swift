import DHCP
import DHCPServer
import Foundation

/// The leases of this host's guests, for whoever asks on the agent's socket.
struct DHCPLeaseDocument: Codable, Sendable {
  struct Lease: Codable, Sendable {
    /// The port's id.
    var port: String
    var macAddress: String
    /// What the guest is given, whether it has asked yet or not.
    var reservedAddress: String
    /// OFFER, ACK, NAK, DECLINE or RELEASE; absent when the guest has never been answered.
    var lastMessage: String?
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
    leases = snapshot.all.sorted { $0.name < $1.name }.compactMap { port in
      guard let binding = port.binding else { return nil }
      var entry = Lease(
        port: port.name, macAddress: "\(binding.mac)", reservedAddress: "\(binding.address)")
      guard let lease = port.history.lease else { return entry }
      entry.lastMessage = "\(lease.lastMessage)"
      entry.lastMessageAt = DHCPLeaseDocument.moment(lease.time)
      entry.address = "\(lease.address)"
      entry.acknowledgedAt = lease.acknowledged.map(DHCPLeaseDocument.moment)
      entry.declines = lease.declines
      entry.hostName = lease.hostName.isEmpty ? nil : lease.hostName
      entry.vendorClass = lease.vendorClass.isEmpty ? nil : lease.vendorClass
      return entry
    }
  }

  private static func moment(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).ISO8601Format()
  }
}
