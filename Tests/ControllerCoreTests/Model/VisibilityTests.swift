import Foundation
import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("What hosts see")
struct VisibilityTests {
  private func port(
    _ id: String, _ network: String, host: String? = nil, router: String? = nil, _ addresses: (String, String)...
  ) throws -> PortRecord {
    var port = PortRecord(
      header: RecordHeader(id: id, name: "", projectID: "", description: "", now: .distantPast),
      networkID: NetworkID(network), mac: .zero,
      addresses: try addresses.map {
        PortRecord.Address(subnetID: SubnetID($0.0), address: try #require(IPAddress($0.1)))
      }, adminStateUp: true, deviceID: "", deviceOwner: "", host: host.map { HostID($0) }, bindingProfile: nil,
      dnsName: "", dhcpOptions: nil)
    port.router = router.map { RouterID($0) }
    return port
  }

  private func route(_ destination: String, _ hop: String) throws -> SubnetRecord.Route {
    SubnetRecord.Route(
      destination: try #require(IPPrefix(destination)), nextHop: try #require(IPAddress(hop)))
  }

  private func networks(_ visibility: Visibility, _ host: String, of all: [String]) -> [String] {
    all.filter { visibility.sees(HostID(host), NetworkID($0)) }
  }

  @Test("is one router away, and what a route's next hop is in as well")
  func reach() throws {
    var visibility = Visibility()
    let all = ["n1", "n2", "n3", "n4"]
    _ = visibility.replace(nil, by: try port("p", "n1", host: "a"))
    #expect(networks(visibility, "a", of: all) == ["n1"])
    // r1 joins n1 and n2, r2 joins n2 and n3, r3 joins n3 and n4.
    for (index, router) in ["r1", "r2", "r3"].enumerated() {
      let (near, far) = (index + 1, index + 2)
      _ = visibility.replace(
        nil, by: try port("\(router)-near", "n\(near)", router: router, ("s\(near)", "10.\(near).0.\(100 + index)")))
      _ = visibility.replace(
        nil, by: try port("\(router)-far", "n\(far)", router: router, ("s\(far)", "10.\(far).0.\(100 + index)")))
    }
    #expect(networks(visibility, "a", of: all) == ["n1", "n2"])
    #expect(visibility.sees(HostID("a"), RouterID("r1")) && !visibility.sees(HostID("a"), RouterID("r2")))
    // A next hop that is a guest brings nothing; one that is r2 brings what r2 is in.
    #expect(visibility.replaceRoutes(of: RouterID("r1"), by: [try route("10.3.0.0/16", "10.2.0.5")]).entered.isEmpty)
    let change = visibility.replaceRoutes(of: RouterID("r1"), by: [try route("10.3.0.0/16", "10.2.0.101")])
    #expect(change.entered == [HostID("a"): [NetworkID("n3")]] && change.left.isEmpty)
    #expect(change.routers == [HostID("a"): [RouterID("r2")]])
    #expect(networks(visibility, "a", of: all) == ["n1", "n2", "n3"])
    _ = visibility.replaceRoutes(of: RouterID("r2"), by: [try route("10.4.0.0/16", "10.3.0.102")])
    #expect(networks(visibility, "a", of: all) == all)
    // Without the router in the middle all beyond it is out of view.
    let gone = visibility.replace(
      try port("r2-near", "n2", router: "r2", ("s2", "10.2.0.101")), by: nil)
    #expect(gone.left == [HostID("a")])
    #expect(networks(visibility, "a", of: all) == ["n1", "n2"])
  }

  @Test("does not change with a second port of a network, and is counted through several routers")
  func counting() throws {
    var visibility = Visibility()
    for router in ["r1", "r2"] {
      for network in ["n1", "n2"] {
        let address = "10.0.\(network.suffix(1)).\(router.suffix(1))"
        _ = visibility.replace(
          nil, by: try port("\(router)-\(network)", network, router: router, ("s-\(network)", address)))
      }
    }
    let first = visibility.replace(nil, by: try port("p1", "n1", host: "a"))
    #expect(first.entered == [HostID("a"): [NetworkID("n1"), NetworkID("n2")]])
    let second = visibility.replace(nil, by: try port("p2", "n1", host: "a"))
    #expect(second.entered.isEmpty && second.left.isEmpty && second.routers.isEmpty)
    // A port that moves within the host's view changes nothing either.
    let moved = visibility.replace(try port("p2", "n1", host: "a"), by: try port("p2", "n1", host: "a"))
    #expect(moved.entered.isEmpty && moved.left.isEmpty)
    let router = visibility.replace(
      try port("r1-n2", "n2", router: "r1", ("s-n2", "10.0.2.1")), by: nil)
    #expect(router.left.isEmpty, "r2 still leads there")
    _ = visibility.replace(try port("p1", "n1", host: "a"), by: nil)
    let last = visibility.replace(try port("p2", "n1", host: "a"), by: nil)
    #expect(last.left == [HostID("a")] && Array(visibility.hosts(of: NetworkID("n2"))).isEmpty)
  }
}
