import GoalState
import NetworkTypes
import OpenFlow
import Pipeline

let networkA = Network(id: NetworkID("net-a"), vni: vni(100))
let subnetA = Subnet(
  id: SubnetID("sub-a"), networkID: networkA.id, prefix: prefix("10.0.0.0/24"),
  gateway: .init(address: .v4(IPv4Address(10, 0, 0, 1)), mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 1)))
let portA = Port(
  id: PortID("port-a"), networkID: networkA.id, mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 0x0a),
  fixedIPs: [FixedIP(subnetID: subnetA.id, address: .v4(IPv4Address(10, 0, 0, 10)))])
let neighborB = Neighbor(
  id: NeighborID("port-b"), networkID: networkA.id, mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 0x0b),
  hostAddress: .v4(IPv4Address(192, 0, 2, 12)),
  fixedIPs: [FixedIP(subnetID: subnetA.id, address: .v4(IPv4Address(10, 0, 0, 11)))])

let plugged = HostPorts(
  tunnel: OFPort(1), dhcp: OFPort(2), guests: [portA.id: .attached(OFPort(5), interface: "tapport-a")])

func vni(_ number: Int) -> VNI {
  guard let vni = VNI(number) else { fatalError("\(number) is no VNI") }
  return vni
}

func prefix(_ text: String) -> IPPrefix {
  guard let prefix = IPPrefix(text) else { fatalError("\(text) is no prefix") }
  return prefix
}

func goalState(_ resources: [Resource], revision: UInt64 = 1) -> HostGoalState {
  var goal = HostGoalState()
  _ = goal.apply(
    GoalStateUpdate(
      scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: revision),
      upserts: resources.map { VersionedResource($0, revision: revision) }))
  return goal
}

let wholeGoal = goalState([.network(networkA), .subnet(subnetA), .port(portA), .neighbor(neighborB)])

/// What the flows do, as ovs-ofctl would show it, without their cookies.
func texts(_ unit: CompiledUnit) -> [String] {
  unit.flows.map { flow in
    flow.description.split(separator: " ", maxSplits: 1).map(String.init).first?.hasPrefix("cookie=") == true
      ? String(flow.description.drop { $0 != "," && $0 != " " }.dropFirst()).trimmingPrefixSpaces
      : flow.description
  }
}

extension String {
  fileprivate var trimmingPrefixSpaces: String { String(drop { $0 == " " || $0 == "," }) }
}
