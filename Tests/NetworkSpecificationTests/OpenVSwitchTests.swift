import GoalState
import NetworkTypes
import OpenFlow
import SwitchModel
import SwitchTestSupport
import Testing

@testable import CloudTestSupport

/// What the switches in memory made of a cloud's frames, by a real Open vSwitch: that the specification is met there too.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized)
struct OpenVSwitchTests {
  static let seeds: [UInt64] = Run.seed.map { [$0] } ?? Array(1...UInt64(Run.cases ?? 24))
  /// What comes out of a tunnel with a key comes in by a port of its own here: dummy ports have no tunnels.
  static let firstTunnel: UInt32 = 80
  static let ports: Range<UInt32> = 1..<100

  @Test("each host's packets leave as the specification has them leave")
  func equal() throws {
    let real = try DummyOpenVSwitch(ports: OpenVSwitchTests.ports)
    defer { real.stop() }
    var count = 0
    for seed in OpenVSwitchTests.seeds {
      var comparison = Comparison(seed: seed, features: Run.features)
      for _ in 0..<30 {
        let difference = comparison.sendFrame()
        #expect(difference == nil)
      }
      for host in comparison.fabric.hosts {
        let keys = Array(Set(comparison.cloud.networks.map { UInt64($0.vni.rawValue) })).sorted()
        try real.install(flows: host.tables.flows.map { adapted($0, keys).description })
        for visit in comparison.visits where visit.host == host.index {
          let port =
            HostSwitch.tunnels.values.contains(visit.input.port)
            ? tunnelPort(of: visit.input.tunnel.id, keys) : visit.input.port
          let came = try real.receive(visit.input.bytes, on: port.rawValue, expecting: visit.outputs.count)
          let expected = Dictionary(grouping: visit.outputs, by: \.port.rawValue).mapValues { $0.map(\.bytes) }
          count += 1
          #expect(came == expected, "seed \(seed), host \(host.index), in port \(port): \(hex(visit.input.bytes))")
        }
      }
    }
    #expect(count > OpenVSwitchTests.seeds.count * 20)
  }

  private func tunnelPort(of key: UInt64, _ keys: [UInt64]) -> OFPort {
    OFPort(OpenVSwitchTests.firstTunnel + UInt32(keys.firstIndex(of: key) ?? keys.count))
  }

  /// A flow for what comes out of a tunnel is one for the port that stands for the key. Nobody is there whom packets could
  /// be handed to, so that rations are left out.
  private func adapted(_ flow: Flow, _ keys: [UInt64]) -> Flow {
    var fields = flow.match.fields
    let tunnels = HostSwitch.tunnels.values.map { MatchField.inPort($0) }
    if fields.contains(where: tunnels.contains), let key = keys.first(where: { fields.contains(.tunnelID($0)) }) {
      fields.removeAll { tunnels.contains($0) || $0 == .tunnelID(key) }
      fields.append(.inPort(tunnelPort(of: key, keys)))
    }
    let instructions = flow.instructions.filter { if case .meter = $0 { false } else { true } }
    return Flow(
      table: flow.table, priority: flow.priority, cookie: flow.cookie, match: Match(fields), instructions: instructions)
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
