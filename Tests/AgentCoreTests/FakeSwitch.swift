import GoalState
import OpenFlow
import Pipeline

@testable import AgentCore

/// A switch that keeps flows as Open vSwitch would, refuses what it is told to, and can go away.
actor FakeSwitch: SwitchProgramming {
  private(set) var table: [FlowKey: Flow] = [:]
  private(set) var modsReceived = 0
  private(set) var isClosed = false
  private var refusing: (@Sendable (Flow) -> Bool)?
  private var failing = false

  init(flows: [Flow] = []) {
    table = Dictionary(flows.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
  }

  func refuse(_ condition: (@Sendable (Flow) -> Bool)?) { refusing = condition }

  func fail() { failing = true }

  func commit(_ mods: [FlowMod]) async throws -> [BundleRefusal] {
    if failing { throw Gone() }
    modsReceived += mods.count
    var refusals: [BundleRefusal] = []
    for (index, mod) in mods.enumerated() {
      if mod.command == .add, refusing?(mod.flow) == true {
        refusals.append(BundleRefusal(index: index, error: OpenFlowError(xid: 1, type: 2, code: 4)))
      }
    }
    guard refusals.isEmpty else { return refusals }
    for mod in mods {
      switch mod.command {
      case .add: table[mod.flow.key] = mod.flow
      case .deleteStrict: table[mod.flow.key] = nil
      case .modify, .modifyStrict, .delete: break
      }
    }
    return []
  }

  func flows(cookie: UInt64, mask: UInt64) async throws -> [Flow] {
    if failing { throw Gone() }
    return table.values.filter { $0.cookie & mask == cookie & mask }
  }

  func close() async { isClosed = true }

  struct Gone: Error {}
}

/// Ports that a test has plugged in.
struct FakePorts: PortResolving {
  var ports: HostPorts

  func resolve(guests: some Sequence<PortID>) -> HostPorts {
    var result = ports
    let wanted = Set(guests)
    result.guests = ports.guests.filter { wanted.contains($0.key) }
    return result
  }
}
