import DHCP
import DHCPServer
import GoalState
import NetworkTypes
import OpenFlow
import Pipeline

/// The ports whose guests are answered, as the agent knows them: what the responder's table is made of.
struct DHCPPorts {
  private var served: [MACAddress: DHCPServedPort] = [:]
  private var places: [PortID: MACAddress] = [:]
  private var histories: [PortID: DHCPPortHistory] = [:]
  /// Why a port's guest is told nothing of IPv6, where that is not as it is meant.
  private(set) var problems: [PortID: String] = [:]
  private var compiler = DHCPBindingCompiler()

  /// What the responder answers from.
  var snapshot: DHCPSnapshot { DHCPSnapshot(served, key: .destination) }

  /// What a port's guest was told of its router last.
  func advertisement(_ id: PortID) -> RouterAdvertisement? {
    places[id].flatMap { served[$0] }.flatMap { $0.name == "\(id)" ? $0.ipv6?.advertisement : nil }
  }

  /// What tells a port in the table; nil when it is not served.
  func place(of id: PortID) -> MACAddress? { places[id] }

  /// Takes ports out; `put` may follow for some of them.
  mutating func remove(_ ids: some Sequence<PortID>) {
    for id in ids {
      problems[id] = nil
      guard let place = places.removeValue(forKey: id), served[place]?.name == "\(id)" else { continue }
      served[place] = nil
    }
  }

  mutating func note(_ problem: String, of id: PortID) { problems[id] = problem }

  /// Answers a port by what it is told.
  mutating func put(_ id: PortID, at port: OFPort, _ binding: DHCPBinding?, _ ipv6: DHCPServedIPv6?) {
    let place = DHCPService.mac(of: port)
    let history = histories[id] ?? DHCPPortHistory()
    histories[id] = history
    places[id] = place
    served[place] = DHCPServedPort(
      name: "\(id)", serverMAC: place, binding: binding.map { compiler.compile($0) }, ipv6: ipv6, history: history)
  }

  /// Forgets what happened on ports that are gone for good; a port that is only unplugged keeps its history.
  mutating func forget(_ ids: some Sequence<PortID>) {
    for id in ids { histories[id] = nil }
  }
}
