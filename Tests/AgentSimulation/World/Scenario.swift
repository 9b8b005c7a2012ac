@testable import CloudTestSupport

/// One life without surprises, for faults that are tried at every place in it: a goal state, changes that take away as well as
/// add, and another controller that takes over.
enum Scenario {
  static func run(_ prepare: (Simulation) -> Void) -> (simulation: Simulation, failure: String?) {
    let simulation = Simulation(seed: 4, faults: [])
    prepare(simulation)
    return (simulation, simulation.failure { simulation throws(Simulation.Failure) in try simulation.live() })
  }
}

extension Simulation {
  fileprivate func live() throws(Failure) {
    begin()
    loop.run(for: .seconds(2))
    for _ in 0..<3 {
      for _ in 0..<2 { cloud = generator.change(cloud).cloud }
      for guest in cloud.guests where guest.host == 0 { attach(guest.id) }
      plug()
      controller.publish(cloud.resources(for: 0))
      loop.run(for: .seconds(1))
    }
    controller.failOver()
    loop.run(for: .seconds(2))
    try finish()
  }
}
