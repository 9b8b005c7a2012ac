import DiskTestSupport
import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import SwitchModel

@testable import AgentCore
@testable import CloudTestSupport

/// One seed: a host with its agent, a controller that changes its mind, and everything that goes wrong between them.
///
/// After its events everything heals, and what is left is held against what was asked for.
///
/// Of the loop's thread.
final class Simulation: @unchecked Sendable {
  let seed: UInt64
  let loop: SimulatedLoop
  let trace: Trace
  let controller: SimulatedController
  let host: SimulatedHost
  var random: CloudTestSupport.SeededGenerator
  var generator: CloudGenerator
  var cloud: Cloud
  /// The guests of this host whose interfaces are there.
  var attached: Set<PortID> = []
  let faults: [Fault]
  /// Whether somebody changed flows behind the agent's back.
  var hasDrifted = false

  /// What has gone wrong.
  private(set) var met: Set<Fault> = []
  /// What is done once all has come to rest, before it is looked at.
  var beforeChecks: (Simulation) -> Void = { _ in }

  /// - Parameters:
  ///   - faults: What may go wrong; nil for what the seed says.
  ///   - isTraced: Whether everything that happens is kept as text.
  init(seed: UInt64, faults: [Fault]? = nil, isTraced: Bool = false) {
    self.seed = seed
    var random = CloudTestSupport.SeededGenerator(seed: seed &* 3 &+ 1)
    loop = SimulatedLoop(seed: seed &* 5 &+ 2, order: random.chance(70) ? .random : .arrival)
    trace = Trace(loop, isKept: isTraced)
    controller = SimulatedController(loop, trace)
    host = SimulatedHost(loop, trace, controller)
    generator = CloudGenerator(seed: seed &* 7 &+ 3, features: .all, size: random.chance(5) ? CloudSize() : .small)
    cloud = generator.cloud()
    // Some kinds of faults each time: all at once would hide what a single one does.
    let drawn = Fault.allCases.filter { _ in random.chance(40) }
    self.faults = faults ?? drawn
    self.random = random
    controller.onReport = { [unowned self] report, session in judge(report, session) }
  }

  /// What went wrong.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  func fail(_ text: String) -> Failure { Failure(description: text) }

  // MARK: The run

  /// Runs the seed; what went wrong, with how to see it again.
  func failure(_ body: (Simulation) throws(Failure) -> Void = { simulation throws(Failure) in try simulation.run() })
    -> String?
  {
    defer { end() }
    do throws(Failure) {
      try body(self)
      return nil
    } catch {
      let story = trace.story.joined(separator: "\n")
      return "seed \(seed) (ALIOTH_SEED=\(seed) runs it alone):\n\(story)\n\(error)"
    }
  }

  /// Runs the seed.
  ///
  /// - Throws: `Failure`.
  func run() throws(Failure) {
    begin()
    for _ in 0..<random.number(4..<8) {
      step()
      loop.run(for: pause())
      if let mistake = controller.mistakes.first { throw fail(mistake) }
    }
    try finish()
  }

  /// Lets everything end that runs, so that nothing is left of it.
  private func end() {
    host.kill()
    loop.run(for: .seconds(60))
    loop.clear()
    host.clear()
  }

  func begin() {
    controller.failOver()
    controller.publish(cloud.resources(for: 0))
    for guest in cloud.guests where guest.host == 0 && random.chance(80) { attach(guest.id) }
    plug()
    host.start()
  }

  /// Mostly so short that things meet.
  private func pause() -> Duration {
    switch random.number(0..<10) {
    case 0..<5: .milliseconds(random.number(0..<30))
    case 5..<8: .milliseconds(random.number(30..<1000))
    case 8: .seconds(random.number(1..<12))
    default: .seconds(random.number(12..<90))
    }
  }

  private func step() {
    if random.chance(55) || faults.isEmpty {
      change()
    } else if let fault = random.pick(faults) {
      met.insert(fault)
      trace.tell(cause(fault))
    }
  }

  // MARK: What people do

  /// The cloud's owner changes something, or guests come and go.
  private func change() {
    if random.chance(30) {
      let local = cloud.guests.filter { $0.host == 0 }
      guard let guest = random.pick(local) else { return }
      if attached.remove(guest.id) != nil {
        trace.tell("the interface of \(guest.id) goes")
      } else {
        attach(guest.id)
        trace.tell("the interface of \(guest.id) comes")
      }
      return plug()
    }
    var what: [String] = []
    for _ in 0..<random.number(1..<4) {
      let change = generator.change(cloud)
      cloud = change.cloud
      what.append(change.what)
    }
    for guest in cloud.guests where guest.host == 0 && !attached.contains(guest.id) && random.chance(60) {
      attach(guest.id)
    }
    trace.tell(what.joined(separator: "; "))
    let publishesFirst = random.chance(50)
    if publishesFirst { controller.publish(cloud.resources(for: 0)) }
    plug()
    if !publishesFirst { controller.publish(cloud.resources(for: 0)) }
  }

  /// Plugs a guest in, where nobody else is: the switch gives numbers out again.
  func attach(_ id: PortID) {
    guard let index = cloud.guests.firstIndex(where: { $0.id == id }), attached.insert(id).inserted else { return }
    let taken = Set(cloud.guests.filter { attached.contains($0.id) && $0.id != id && $0.host == 0 }.map(\.interface))
    let free = (10..<60 as Range<UInt32>).filter { !taken.contains($0) }
    cloud.guests[index].interface = random.pick(Array(free.prefix(3))) ?? 60
  }

  /// Tells the host what is plugged in now.
  func plug() {
    let here = cloud.guests.filter { $0.host == 0 }
    attached.formIntersection(here.map(\.id))
    host.plug(Dictionary(here.filter { attached.contains($0.id) }.map { ($0.id, $0.interface) }) { $1 })
  }

  // MARK: What is seen meanwhile

  private func judge(_ report: GoalStateReport, _ session: ControllerSession) {
    let applied = report.applied
    guard !applied.epoch.isEmpty, let epoch = Int(applied.epoch.dropFirst("epoch".count)) else { return }
    if let sent = session.sent, sent.epoch == applied.epoch, applied.revision > sent.revision {
      controller.complain("reported \(applied), though only \(sent) was sent")
    }
    if let before = session.agent.reported[applied.epoch], applied.revision < before {
      controller.complain("reported \(applied) after revision \(before)")
    }
    session.agent.reported[applied.epoch] = applied.revision
    let unsettled = report.failures.map(\.key) + report.pending.map(\.key)
    if unsettled.contains(.port(Mark.id)) { return }
    if !host.bridge.marks.contains(Mark.number(epoch: epoch, revision: applied.revision)) {
      controller.complain("reported \(applied), though the switch never had its flows")
    }
  }
}
