import DHCP
import NetworkTypes

/// Ports whose guests are to be told of their router without having asked, in the order in which they came to be.
///
/// They are told some at a time: who asks meanwhile does not wait for thousands of advertisements.
struct DHCPAnnouncements: Sendable {
  private var waiting: [MACAddress] = []
  private var next = 0

  var isEmpty: Bool { next == waiting.count }

  mutating func add(_ macs: some Sequence<MACAddress>) { waiting += macs }

  /// Adds all ports. Where one interface leads to all guests, one port of those that are told the same stands for all.
  mutating func addAll(of snapshot: DHCPSnapshot) {
    var told: Set<RouterAdvertiser> = []
    for port in snapshot.all {
      guard let advertiser = port.ipv6?.advertiser else { continue }
      switch snapshot.key {
      case .destination: waiting.append(port.serverMAC)
      case .source: if told.insert(advertiser).inserted, let mac = port.mac { waiting.append(mac) }
      }
    }
  }

  /// Takes the first `count` ports out.
  mutating func take(_ count: Int) -> ArraySlice<MACAddress> {
    let end = min(waiting.count, next + count)
    let taken = waiting[next..<end]
    next = end
    if isEmpty { (waiting, next) = ([], 0) }
    return taken
  }
}
