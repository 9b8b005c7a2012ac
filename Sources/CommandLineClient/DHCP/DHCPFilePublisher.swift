import CPcap
import DHCP
import DHCPServer
import NetworkTypes

/// Puts reservations into the responder's table. A guest that stays keeps its history.
struct DHCPFilePublisher: Sendable {
  let table: DHCPTable
  let path: String
  let serverMAC: MACAddress

  /// Reads the file, and returns how many there are.
  func publish() throws -> Int {
    let count = try replaceTable(try DHCPBindingsFile(contentsOf: path).bindings())
    // Reading took far more memory than what is kept of it.
    malloc_trim(0)
    return count
  }

  private func replaceTable(_ bindings: [DHCPBinding]) throws -> Int {
    var compiler = DHCPBindingCompiler()
    var ports: [MACAddress: DHCPServedPort] = [:]
    ports.reserveCapacity(bindings.count)
    let old = table.current
    for binding in bindings {
      ports[binding.mac] = DHCPServedPort(
        serverMAC: serverMAC, binding: compiler.compile(binding),
        history: old.history(of: binding.mac) ?? DHCPPortHistory())
    }
    table.publish(DHCPSnapshot(ports, key: .source))
    return ports.count
  }
}
