import GoalState
import OpenFlow
import Pipeline
import SwitchEngine
import Testing

@testable import AgentCore

@Suite("What was dropped")
struct DropCountsTests {
  @Test("each reason's flows are asked for once, and flows that do not drop or are somebody else's never")
  func filters() {
    for reason in DropReason.allCases {
      let cookie = FlowCookie(.port(PortID("a")), drop: reason).rawValue
      #expect(DropCounts.filters.count { $0.contains(cookie) } == 1, "\(reason)")
      #expect(!DropCounts.filters.contains { $0.contains(cookie ^ 1 << 48) })
    }
    #expect(!DropCounts.filters.contains { $0.contains(FlowCookie(.host).rawValue) })
  }

  @Test("counts are added up by whose they are and why, the most first")
  func entries() {
    let port = Unit.port(PortID("a"))
    let router = Unit.router(RouterID("r"))
    var counts = DropCounts()
    for (unit, reason, packets) in [
      (port, DropReason.spoofedSource, UInt64(2)), (port, .spoofedSource, 3), (port, .securityGroup, 0),
      (router, .timeToLive, 9), (.host, .noRoute, 1), (.port(PortID("gone")), .spoofedSource, 4),
    ] {
      counts.add(count(FlowCookie(unit, drop: reason), packets))
    }
    counts.add(count(FlowCookie(port), 100))
    counts.add(FlowCount(table: TableID(0), cookie: 0x1234, packets: 100, bytes: 1))
    let entries = counts.entries(units: [.host, port, router]) { $0 == PortID("a") ? "web" : "" }
    #expect(
      entries == [
        entry(nil, "router r", "time to live exceeded", 9), entry("a", "port a", "spoofed source", 5, name: "web"),
        entry(nil, nil, "spoofed source", 4), entry(nil, "host", "no route", 1),
      ])
  }

  private func count(_ cookie: FlowCookie, _ packets: UInt64) -> FlowCount {
    FlowCount(table: TableID(0), cookie: cookie.rawValue, packets: packets, bytes: packets * 100)
  }

  private func entry(
    _ port: String?, _ resource: String?, _ reason: String, _ packets: UInt64, name: String? = nil
  ) -> DropDocument.Entry {
    DropDocument.Entry(
      port: port, name: name, resource: resource, reason: reason, packets: packets, bytes: packets * 100)
  }
}
