import DiskTestSupport
import GoalState
import GoalStateStore
import NetworkTypes
import OpenFlow
import Pipeline

@testable import AgentCore
@testable import CloudTestSupport

/// The host that the agent runs on: its switch, its disk, its clocks, and what is plugged in.
///
/// Of the loop's thread.
final class SimulatedHost: @unchecked Sendable {
  let loop: SimulatedLoop
  let trace: Trace
  let controller: SimulatedController
  let bridge: SimulatedSwitch
  let clocks = SimulatedClocks()
  private(set) var disk: SimulatedDisk
  private(set) var process: SimulatedAgent?
  /// What the last process said to be durable.
  private var durable: GoalStateVersion?
  /// Whether the disk has failed: then what was durable may not be readable.
  var hasDoubtfulDisk = false
  /// Processes that were killed, and may not have noticed.
  private(set) var graveyard: [SimulatedAgent] = []
  /// The OpenFlow ports of guests that are plugged in.
  private(set) var plugged: [PortID: UInt32] = [:]
  /// How the host reaches the others.
  private(set) var underlay = Underlay(address: Cloud.tunnelAddress(of: 0), interface: "eth0", interfaceMTU: 1500)
  /// Whether the database has the bridge.
  private(set) var hasBridge = true

  init(_ loop: SimulatedLoop, _ trace: Trace, _ controller: SimulatedController) {
    self.loop = loop
    self.trace = trace
    self.controller = controller
    bridge = SimulatedSwitch(loop, trace)
    disk = SimulatedDisk(seed: loop.random.next())
  }

  // MARK: Ports

  /// What the database says.
  var view: SimulatedPorts { SimulatedPorts(plugged: hasBridge ? plugged : nil) }

  /// Has these plugged in, and nobody else.
  func plug(_ ports: [PortID: UInt32]) {
    guard ports != plugged else { return }
    plugged = ports
    process?.portsChanged()
  }

  /// Says that the bridge is there, or not.
  func setBridge(_ isThere: Bool) {
    guard isThere != hasBridge else { return }
    hasBridge = isThere
    process?.portsChanged()
  }

  /// Gives the interface that tunnels are sent from another MTU.
  func setMTU(_ mtu: Int) {
    underlay.interfaceMTU = mtu
    process?.underlayChanged()
  }

  // MARK: The process

  func start() {
    guard process == nil else { return }
    process = SimulatedAgent(on: self)
  }

  /// Kills the agent's process; its connections end with it.
  func kill() {
    guard let process else { return }
    durable = process.keeper.status.durable ?? durable
    process.kill()
    graveyard.append(process)
    self.process = nil
    bridge.cutAll()
    controller.cutAll()
  }

  /// A new process has this from the disk.
  func judge(restored: GoalStateVersion?) {
    guard let durable, !hasDoubtfulDisk else { return }
    let isLater =
      restored.map { restored in
        restored.epoch == durable.epoch
          ? restored.revision >= durable.revision : Mark.epoch(of: restored) > Mark.epoch(of: durable)
      } ?? false
    if !isLater {
      controller.complain("\(durable) was durable, and the disk has \(restored.map { "\($0)" } ?? "nothing")")
    }
  }

  /// Forgets the processes that have ended.
  func clear() { graveyard.removeAll { $0.isOver } }

  /// The power goes, and comes back: what was not durable is lost, and the switch begins anew.
  func losePower() {
    kill()
    disk = disk.afterPowerLoss()
    bridge.restart(keepingFlows: false)
  }
}

/// The host's clocks: the one on the wall is set by people.
final class SimulatedClocks: @unchecked Sendable {
  var offset: Int64 = 1_800_000_000_000

  func now(_ time: Duration) -> StoredTime {
    StoredTime(wall: UInt64(clamping: offset + time.milliseconds), sinceBoot: UInt64(clamping: time.milliseconds))
  }
}

/// What is plugged in at one moment.
struct SimulatedPorts: PortResolving {
  /// Nil without a bridge.
  let plugged: [PortID: UInt32]?

  func resolve(guests: some Sequence<PortID>) -> HostPorts {
    guard let plugged else { return HostPorts() }
    var ports = HostPorts(
      tunnels: HostSwitch.tunnels, physicalNetworks: [Cloud.physicalNetwork: .attached(HostSwitch.physical, mtu: nil)],
      dhcp: HostSwitch.responder)
    for id in guests {
      if id == Mark.id { ports.guests[id] = .attached(OFPort(Mark.interface), interface: "mark") }
      guard let number = plugged[id] else { continue }
      ports.guests[id] = .attached(OFPort(number), interface: "tap\(number)")
    }
    return ports
  }
}
