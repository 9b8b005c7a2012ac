import NetworkTypes
import OpenFlow
import OpenFlowNIO
import Pipeline
import SwitchTestSupport
import Testing

@testable import AgentCore

/// The same with a real Open vSwitch: its meters, its packet-ins and its packet-outs.
@Suite(
  "A network with neighbors on demand, on Open vSwitch", .enabled(if: OpenVSwitch.isAvailable), .serialized,
  .timeLimit(.minutes(2)))
struct PuntDeskOpenVSwitchTests {
  @Test("two hundred first packets are each released to their neighbor, and the waits are measured")
  func waits() async throws {
    try await withOpenVSwitch { desk, ovs, guest in
      for number in 0..<200 {
        let target = MACAddress(rawValue: 0x0200_0000_0077 + UInt64(number) << 8)
        let first = packet(desk.frame(from: desk.guestA, to: target), from: 5)
        var waited = 0
        await eventually {
          // The port's share of the agent is a hundred packets a second: what was over it is sent again.
          if waited.isMultiple(of: 500) { guest.send(first) }
          waited += 1
          return await desk.desk.counters.released > number
        }
        try await Task.sleep(for: .milliseconds(8))
      }
      let counters = await desk.desk.statusCounters
      print("waits: p50 \(counters["neighbor_wait_p50_us"] ?? 0) us, p99 \(counters["neighbor_wait_p99_us"] ?? 0) us")
      #expect(counters["neighbor_asks"] == 200 && counters["neighbor_asks_found"] == 200)
      let passed = try forwarded(ovs)
      #expect(passed >= 200)
    }
  }

  @Test("the switch itself rations a guest that scans, and another guest's first packet goes on")
  func scan() async throws {
    try await withOpenVSwitch { desk, ovs, guest in
      let start = ContinuousClock.now
      for number in 0..<5000 {
        let target = MACAddress(rawValue: 0x0200_0100_0000 + UInt64(number) << 8)
        guest.send(packet(desk.frame(from: desk.guestA, to: target), from: 5))
      }
      guest.send(packet(desk.frame(from: desk.guestB, to: desk.remote), from: 6))
      await eventually { await desk.desk.counters.released == 1 }
      let passed = try forwarded(ovs)
      #expect(passed == 1)
      let counters = await desk.desk.counters
      let received = counters.received.values.reduce(0, +)
      #expect(received < 5000, "\(counters)")
      #expect(Double(counters.asked) <= allowedAsks(since: start), "\(counters)")
    }
  }

  @Test("what a port loses is counted for it, with the reason")
  func drops() async throws {
    try await withOpenVSwitch { desk, ovs, guest in
      let spoofed = desk.frame(from: MACAddress(2, 6, 6, 6, 6, 6), to: desk.remote)
      for _ in 0..<3 { guest.send(packet(spoofed, from: 5)) }
      await eventually {
        await desk.agent.drops().drops.contains { $0.port == "a" && $0.reason == "spoofed source" && $0.packets == 3 }
      }
    }
  }

  private func packet(_ frame: [UInt8], from port: UInt32) -> OpenFlowMessage {
    .packetOut(PacketOut(inPort: OFPort(port), actions: [.output(.table)], data: frame))
  }

  /// How many packets the flows of neighbors have sent on.
  private func forwarded(_ ovs: OpenVSwitch) throws -> Int {
    let cookie = "cookie=0xa110050000000000/0xffffff0000000000"
    let text = try ovs.ofctl("dump-aggregate \(ovs.managementAddress) \(cookie),table=60")
    return text.split(separator: "packet_count=").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? -1
  }

  private func withOpenVSwitch(
    _ body: (DeskBench, OpenVSwitch, SwitchConnection) async throws -> Void
  ) async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    try ovs.vsctl(
      """
      add-port br-test vx -- set interface vx type=vxlan options:remote_ip=flow options:key=flow ofport_request=1
      """)
    for port in [5, 6] {
      try ovs.vsctl("add-port br-test p\(port) -- set interface p\(port) type=internal ofport_request=\(port)")
    }
    let guest = try await SwitchConnection.connect(to: .unix(ovs.managementSocket))
    let bench = DeskBench(path: ovs.managementSocket)
    try await bench.run { try await body(bench, ovs, guest) }
    await guest.close()
  }
}
