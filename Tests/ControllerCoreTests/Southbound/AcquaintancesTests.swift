import GoalState
import Testing

@testable import ControllerCore

@Suite("Hosts that know each other")
struct AcquaintancesTests {
  private let a = HostID("a")
  private let b = HostID("b")
  private let c = HostID("c")

  private func ids(_ names: String...) -> Set<NeighborID> { Set(names.map { NeighborID($0) }) }

  @Test("who asks is known to whom it asked for, and a host knows so many and no more")
  func meeting() {
    var hosts = Acquaintances(limit: 1)
    let meetings = [hosts.meet(a, b), hosts.meet(b, a), hosts.meet(a, c), hosts.meet(c, a)]
    #expect(meetings == [.first, .again, .refused, .refused])
    #expect(hosts.knows(a, b) && hosts.knows(b, a) && !hosts.knows(a, c))
    #expect(Array(hosts.hosts(of: a)) == [b] && Array(hosts.hosts(of: c)).isEmpty)
  }

  @Test("they part when all ports of each are idle at the other, in whatever order that is said")
  func parting() {
    var hosts = Acquaintances()
    _ = hosts.meet(a, b)
    func idle(_ names: Set<NeighborID>, at host: HostID, of other: HostID) -> Bool {
      let (ports, others) = host == a ? (ids("b1", "b2"), ids("a1")) : (ids("a1"), ids("b1", "b2"))
      return hosts.idle(names, at: host, of: other, ports: ports, others: others)
    }
    let some = [idle(ids("b1"), at: a, of: b), idle(ids("a1"), at: b, of: a)]
    #expect(some == [false, false] && hosts.knows(a, b))
    let last = idle(ids("b2"), at: a, of: b)
    #expect(last && !hosts.knows(a, b) && !hosts.knows(b, a))
    // Said of hosts that do not know each other, it means nothing.
    let late = idle(ids("b1", "b2"), at: a, of: b)
    #expect(!late)
  }

  @Test("a question takes back what was said, and a port that came later is not idle")
  func again() {
    var hosts = Acquaintances()
    _ = hosts.meet(a, b)
    let first = hosts.idle(ids("b1"), at: a, of: b, ports: ids("b1"), others: ids("a1"))
    let question = hosts.meet(a, b)
    let second = hosts.idle(ids("a1"), at: b, of: a, ports: ids("a1"), others: ids("b1"))
    let withAnother = hosts.idle(ids("b1"), at: a, of: b, ports: ids("b1", "b2"), others: ids("a1"))
    #expect(!first && question == .again && !second && !withAnother)
  }

  @Test("an agent that has all ports in any case is not waited for")
  func older() {
    var hosts = Acquaintances()
    _ = hosts.meet(a, b)
    let parted = hosts.idle(ids("b1"), at: a, of: b, ports: ids("b1"), others: nil)
    #expect(parted && !hosts.knows(b, a))
  }
}
