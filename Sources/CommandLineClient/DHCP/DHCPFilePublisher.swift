import DHCP
import DHCPServer
import NetworkTypes
import Synchronization

/// Puts reservations into the responder's table. A guest that stays keeps its history.
final class DHCPFilePublisher: Sendable {
  private let table: DHCPTable
  private let serverMAC: MACAddress
  private let histories = Mutex<[MACAddress: DHCPPortHistory]>([:])

  init(table: DHCPTable, serverMAC: MACAddress) {
    self.table = table
    self.serverMAC = serverMAC
  }

  /// Returns how many there are.
  func publish(_ bindings: [DHCPBinding]) -> Int {
    var compiler = DHCPBindingCompiler()
    var ports: [MACAddress: DHCPServedPort] = [:]
    ports.reserveCapacity(bindings.count)
    histories.withLock { histories in
      var kept: [MACAddress: DHCPPortHistory] = [:]
      for binding in bindings {
        let history = histories[binding.mac] ?? DHCPPortHistory()
        kept[binding.mac] = history
        ports[binding.mac] = DHCPServedPort(
          name: "\(binding.mac)", serverMAC: serverMAC, binding: compiler.compile(binding), history: history)
      }
      histories = kept
    }
    table.publish(DHCPSnapshot(ports, key: .source))
    return ports.count
  }
}
