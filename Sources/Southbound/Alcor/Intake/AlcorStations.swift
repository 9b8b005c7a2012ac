import GoalState
import GoalStateProtobuf
import NetworkTypes

/// Which stations of which subnets Alcor's DHCP states are about, and which ports they are.
struct AlcorStations: Sendable {
  typealias Station = AlcorDHCP.Station

  private var dhcp: [Station: String] = [:]
  private var counts: [SubnetID: Int] = [:]
  private var ports: [Station: PortID] = [:]

  /// The id of the DHCP state about a station.
  func dhcp(of station: Station) -> String? { dhcp[station] }

  /// The port that the station is.
  func port(of station: Station) -> PortID? { ports[station] }

  /// Whether there is a DHCP state about a station of the subnet.
  func hasDHCP(_ subnet: SubnetID) -> Bool { counts[subnet] != nil }

  mutating func insertDHCP(_ id: String, of station: Station) {
    if dhcp.updateValue(id, forKey: station) == nil { counts[station.subnet, default: 0] += 1 }
  }

  mutating func removeDHCP(of station: Station) {
    guard dhcp.removeValue(forKey: station) != nil, let count = counts[station.subnet] else { return }
    counts[station.subnet] = count <= 1 ? nil : count - 1
  }

  mutating func insert(_ port: Port) {
    for fixedIP in port.fixedIPs { ports[Station(subnet: fixedIP.subnetID, mac: port.mac)] = port.id }
  }

  mutating func remove(_ port: Port) {
    for fixedIP in port.fixedIPs {
      let station = Station(subnet: fixedIP.subnetID, mac: port.mac)
      if ports[station] == port.id { ports[station] = nil }
    }
  }
}

extension AlcorIntake {
  /// What a DHCP state has come to: its port's guest is answered when the port's flows are in force.
  func verdict(onDHCP id: String, _ report: AlcorReportIndex) -> AlcorVerdict {
    guard let held = dhcp[id]?.value else {
      return AlcorVerdict(status: .failure, reason: "this host does not hold it")
    }
    let station = held.station
    guard let portID = stations.port(of: station), let port = ports[portID]?.value.port else {
      return AlcorVerdict(
        status: .pending, reason: "there is no port with \(station.mac) in subnet \(station.subnet) yet")
    }
    let addresses = port.fixedIPs.map(\.address)
    if let foreign = held.addresses.first(where: { !addresses.contains($0) }) {
      return AlcorVerdict(
        status: .failure, reason: "\(foreign) is no address of port \(portID), whose MAC address it has")
    }
    return report.verdict(of: [.port(portID), .subnet(station.subnet)])
  }

  /// What is served to a station is said with its subnet and its port.
  mutating func markStation(_ station: AlcorDHCP.Station) {
    if subnets[station.subnet] != nil { mark(.subnet(station.subnet)) }
    if let port = stations.port(of: station) { mark(.port(port)) }
  }
}
