import ArgumentParser
import GoalState
import Pipeline

/// Measures how fast a goal state becomes flows, on one core and without a switch.
struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile", abstract: "Compile a host's whole goal state into flows, and count time and allocations.")

  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "About how many flows.") var flows = 100_000
  @Option(help: "How many ports this host has; they are held to a security group's rules.") var ports = 100
  @Option(help: "How often.") var runs = 15

  func run() throws {
    guard Allocations.areCounted else { throw RawConnection.Failure(description: "allocations are not counted") }
    let local =
      BenchGoal.base + [BenchGoal.usersGroup, BenchGoal.membersGroup]
      + (0..<ports).map { BenchGoal.port($0, security: .filtered([BenchGoal.users])) }
    // How many flows a neighbor and everything else has is the pipeline's affair.
    let first = [BenchGoal.neighbor(0)]
    let without = count(local + first)
    // On the same host as the first, so that nothing else changes.
    let each = count(local + first + [BenchGoal.neighbor(BenchGoal.hostCount)]) - without
    let neighbors = max(1, (flows - without) / max(1, each))
    let compiler = compiler(local + (0..<neighbors).map { BenchGoal.neighbor($0) })
    let units = compiler.units.sorted()

    var nanoseconds = Samples(), allocations = Samples()
    var made = compile(units, compiler)
    for _ in 0..<runs {
      let before = Allocations.count
      let start = Clock.threadCPU()
      made = compile(units, compiler)
      nanoseconds.add(Double(Clock.threadCPU() - start) / Double(made))
      allocations.add(Double(Allocations.count - before) / Double(made))
    }
    let rate = 1e3 / nanoseconds.median()
    try resultOptions.report(
      Verdict(
        "full compile, \(made.grouped) flows of \(units.count.grouped) units",
        "\(rate.text(2)) M flows/s [\((1e3 / nanoseconds.largest()).text(2))..\((1e3 / nanoseconds.smallest()).text(2))], "
          + "\(allocations.median().text(1)) allocations a flow; \(each) flows a neighbor",
        limit: ">= 1.00 M/s of one core", passed: rate >= 1))
  }

  private func compiler(_ resources: [Resource]) -> Compiler {
    var goal = HostGoalState()
    _ = goal.apply(BenchGoal.snapshot(resources))
    return Compiler(goal: goal, host: BenchGoal.host(ports: ports))
  }

  private func count(_ resources: [Resource]) -> Int {
    let compiler = compiler(resources)
    return compile(compiler.units, compiler)
  }

  @inline(never)
  private func compile(_ units: [Pipeline.Unit], _ compiler: Compiler) -> Int {
    units.reduce(0) { $0 + compiler.compile($1).flows.count }
  }
}
