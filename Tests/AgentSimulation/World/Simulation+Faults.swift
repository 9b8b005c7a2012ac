import DiskTestSupport
import OpenFlow
import Pipeline
import Reconciler
import SwitchModel

@testable import AgentCore
@testable import CloudTestSupport

/// What may go wrong.
enum Fault: CaseIterable, Sendable {
  case switchCut
  case switchSilent
  case switchRestart
  case switchAway
  case refusal
  case drift
  case sessionCut
  case sessionStall
  case controllerAway
  case mischief
  case outOfOrder
  case historyForgotten
  case failOver
  case disk
  case kill
  case powerLoss
  case wallClock
  case underlay
  case database
}

extension Simulation {
  /// Has something go wrong; says what.
  func cause(_ fault: Fault) -> String {
    switch fault {
    case .switchCut: return cutSwitch()
    case .switchSilent:
      host.bridge.fallSilent()
      return "the switch does not answer any more"
    case .switchRestart:
      let keepsFlows = random.chance(40)
      host.bridge.restart(keepingFlows: keepsFlows)
      return "the switch restarts, and its flows are \(keepsFlows ? "kept" : "gone")"
    case .switchAway:
      host.bridge.cutAll()
      host.bridge.isReachable = false
      loop.after(.milliseconds(random.number(10..<20_000))) { [host] in host.bridge.isReachable = true }
      return "the switch is away"
    case .refusal: return refuse()
    case .drift: return drift()
    case .sessionCut:
      if random.chance(30) {
        controller.cutAll()
        return "the session is cut"
      }
      let count = random.number(0..<40)
      controller.cutAfter = count
      return "a session is cut after \(count) messages"
    case .sessionStall:
      let delay = Duration.milliseconds(random.number(10..<45_000))
      for session in controller.sessions { session.stall(for: delay) }
      return "the session stalls for \(delay)"
    case .controllerAway:
      controller.cutAll()
      controller.isReachable = false
      loop.after(.milliseconds(random.number(10..<60_000))) { [controller] in controller.isReachable = true }
      return "the controller is away"
    case .mischief:
      controller.mischief = random.pick(of: .doubled, .swapped)
      return "an update's messages are \(controller.mischief == .doubled ? "doubled" : "swapped")"
    case .outOfOrder:
      controller.isForgetful = true
      return "a resource comes in an older revision"
    case .historyForgotten:
      controller.forgetHistory()
      return "the controller forgets what changed"
    case .failOver:
      controller.failOver()
      return "another controller takes over, with \(controller.version)"
    case .disk: return failDisk()
    case .kill:
      host.kill()
      restart()
      return "the agent is killed"
    case .powerLoss:
      host.losePower()
      restart()
      return "the host loses power"
    case .wallClock:
      let jump = Int64(random.number(-100_000_000..<100_000_000))
      host.clocks.offset += jump
      return "the wall clock jumps by \(jump) ms"
    case .underlay:
      let mtu = random.number(0..<4) * 100 + 1300
      host.setMTU(mtu)
      return "the underlay carries \(mtu) octets"
    case .database:
      host.setBridge(false)
      loop.after(.milliseconds(random.number(0..<5000))) { [host] in host.setBridge(true) }
      return "the database has no bridge"
    }
  }

  private func restart() {
    loop.after(.milliseconds(random.number(0..<(random.chance(80) ? 100 : 20_000)))) { [host] in host.start() }
  }

  private func cutSwitch() -> String {
    switch random.number(0..<4) {
    case 0:
      host.bridge.cutAll()
      return "the connection to the switch is cut"
    case 1:
      host.bridge.cut = .beforeCommit
      return "the connection to the switch is cut before a commit"
    case 2:
      host.bridge.cut = .afterCommit
      return "the connection to the switch is cut after a commit"
    default:
      let count = random.number(0..<120)
      host.bridge.cut = .after(messages: count)
      return "the connection to the switch is cut after \(count) messages"
    }
  }

  /// Some flows are refused for a while, whoever wants them.
  private func refuse() -> String {
    let (modulus, moment) = (UInt64(random.number(8..<80)), random.pick(of: ModelSwitch.Moment.received, .committed))
    host.bridge.refuse { message, at in
      guard at == moment, case .flowMod(let mod) = message, mod.command == .add else { return nil }
      let bytes = mod.flow.match.bytes
      guard Mark.all(in: bytes).isEmpty else { return nil }
      let hash = bytes.reduce(UInt64(mod.flow.priority)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
      // BAD_ACTION, BAD_ARGUMENT.
      return hash >> 17 % modulus == 0 ? Refusal(type: 2, code: 5) : nil
    }
    loop.after(.milliseconds(random.number(10..<200_000))) { [host] in host.bridge.refuse(nil) }
    return "the switch refuses one of \(modulus) flows when \(moment)"
  }

  /// Somebody with a command line.
  private func drift() -> String {
    hasDrifted = true
    let flows = host.bridge.model.flows.filter { Agent.ownership.cookies.contains($0.cookie) }
    guard let flow = random.pick(flows) else { return "somebody looks at the switch" }
    if random.chance(50) {
      host.bridge.administer(.flowMod(FlowMod(.deleteStrict, flow)))
      return "somebody deletes the flow \(flow.key)"
    }
    let other = Flow(
      table: flow.table, priority: flow.priority, cookie: flow.cookie, match: flow.match, instructions: [Instruction]())
    host.bridge.administer(.flowMod(FlowMod(.add, other)))
    return "somebody changes the flow \(flow.key)"
  }

  /// Takes a flow away that no audit will miss in time.
  func loseFlow() {
    guard let flow = host.bridge.model.flows.last else { return }
    host.bridge.administer(.flowMod(FlowMod(.deleteStrict, flow)))
  }

  private func failDisk() -> String {
    host.hasDoubtfulDisk = true
    let code = random.pick(of: SimulatedDisk.noSpace, SimulatedDisk.inputOutput)
    let (first, count) = (random.number(0..<10), random.number(1..<30))
    for operation in first..<(first + count) { host.disk.fail(after: operation, .error(code)) }
    return "\(count) operations of the disk fail with \(code)"
  }

  /// Everything is as it should be again.
  func heal() {
    host.bridge.cut = nil
    host.bridge.isReachable = true
    host.bridge.refuse(nil)
    controller.cutAfter = nil
    controller.mischief = nil
    controller.isReachable = true
    controller.isForgetful = false
    controller.repair()
    host.disk.clearFaults()
    host.setBridge(true)
    host.start()
  }
}
