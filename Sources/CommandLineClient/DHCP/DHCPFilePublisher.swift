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
    let count = try replaceTable(try DHCPBindingsFile(contentsOf: path).guests(serverMAC: serverMAC))
    // Reading took far more memory than what is kept of it.
    malloc_trim(0)
    return count
  }

  private func replaceTable(_ guests: [DHCPBindingsFile.Guest]) throws -> Int {
    var compiler = DHCPBindingCompiler()
    var ports: [MACAddress: DHCPServedPort] = [:]
    ports.reserveCapacity(guests.count)
    let old = table.current
    for guest in guests {
      ports[guest.mac] = DHCPServedPort(
        name: guest.binding == nil ? "\(guest.mac)" : nil, serverMAC: serverMAC,
        binding: guest.binding.map { compiler.compile($0) }, ipv6: try ipv6(guest),
        history: old.history(of: guest.mac) ?? DHCPPortHistory())
    }
    table.publish(DHCPSnapshot(ports, key: .source))
    return ports.count
  }

  private func ipv6(_ guest: DHCPBindingsFile.Guest) throws -> DHCPServedIPv6? {
    do throws(DHCPv6ConfigurationError) {
      guard let configuration = guest.ipv6 else { return nil }
      return try DHCPServedIPv6(configuration)
    } catch {
      throw CommandFailure("\(printable(path)): \(guest.mac): \(sentence("\(error)"))")
    }
  }
}
