import OVSDB
import Testing

@Suite struct SessionStateMachineTests {
  private var machine = SessionStateMachine(backoff: SessionBackoff(shortest: .seconds(1), longest: .seconds(4)))
  private let request = MonitorRequest(database: "D", tables: ["T": ["c"]])

  private mutating func handle(_ event: SessionStateMachine.Event, at seconds: Int = 0) -> [SessionStateMachine.Action]
  {
    machine.handle(event, now: .seconds(seconds))
  }

  private mutating func connect(at seconds: Int = 0) -> [SessionStateMachine.Action] {
    #expect(handle(.start, at: seconds).isEmpty != handle(.waited, at: seconds).isEmpty)
    return handle(.connected, at: seconds)
  }

  @Test("the waits double up to the longest, and begin anew after a connection that lasted")
  mutating func backoff() {
    #expect(handle(.start) == [.report(.connecting), .dial])
    for delay in [1, 2, 4, 4] {
      let wait = Duration.seconds(delay)
      #expect(handle(.failed("no")) == [.report(.waiting(problem: "no", delay: wait)), .wait(wait)])
      #expect(handle(.waited) == [.report(.connecting), .dial])
    }
    // One that is lost at once is no better than none.
    #expect(handle(.connected, at: 10) == [.report(.connected(connection: 1))])
    #expect(handle(.lost("gone"), at: 11).last == .wait(.seconds(4)))
    _ = handle(.waited, at: 15)
    #expect(handle(.connected, at: 15) == [.report(.connected(connection: 2))])
    #expect(handle(.lost("gone"), at: 19).last == .wait(.seconds(1)))
  }

  @Test("monitors start with each connection, going on from what they have, and say by which connection a state came")
  mutating func monitors() {
    let id = machine.makeMonitorID()
    #expect(handle(.watch(id, request)) == [])
    #expect(connect().last == .startMonitor(id, request, resuming: nil))
    let replica = Replica()
    #expect(
      handle(.replica(id, replica, connection: 1)) == [.deliver(id, SessionSnapshot(replica: replica, connection: 1))])
    _ = handle(.lost("gone"))
    #expect(handle(.replica(id, replica, connection: 1)) == [])
    #expect(connect().last == .startMonitor(id, request, resuming: replica))
    #expect(handle(.replica(id, replica, connection: 1)) == [], "what the old connection told late")
    #expect(
      handle(.replica(id, replica, connection: 2)) == [.deliver(id, SessionSnapshot(replica: replica, connection: 2))])
    #expect(handle(.unwatch(id)) == [.stopMonitor(id)])
    _ = handle(.lost("gone"))
    #expect(connect() == [.report(.connected(connection: 3))])
  }

  @Test("other rows are asked for when the monitor runs, and on the next connection from the start")
  mutating func selection() {
    let id = machine.makeMonitorID()
    _ = handle(.watch(id, request))
    _ = connect()
    #expect(handle(.select(id, ["T": .none])) == [])
    #expect(handle(.monitorReady(id, connection: 1)) == [.select(id, ["T": .none])])
    #expect(handle(.select(id, ["T": .none])) == [])
    #expect(handle(.select(id, [:])) == [], "while the server has not answered")
    #expect(handle(.monitorReady(id, connection: 1)) == [.select(id, [:])])
    #expect(handle(.monitorReady(id, connection: 1)) == [])
    _ = handle(.lost("gone"))
    #expect(handle(.select(id, ["T": .none])) == [])
    let none = MonitorRequest(database: "D", tables: ["T": ["c"]], selections: ["T": .none])
    #expect(connect().last == .startMonitor(id, none, resuming: nil))
    #expect(handle(.monitorReady(id, connection: 2)) == [])
  }

  @Test("a monitor that the server will not have ends; one that it is too slow for is tried on another connection")
  mutating func failedMonitor() {
    let id = machine.makeMonitorID()
    let other = machine.makeMonitorID()
    _ = handle(.watch(id, request))
    _ = handle(.watch(other, request))
    _ = connect()
    let refused = RequestError.refused(method: "monitor", error: "no")
    #expect(handle(.monitorFailed(id, refused, connection: 1)) == [.failMonitor(id, refused)])
    let late = RequestError.timedOut(method: "monitor", after: .seconds(1))
    #expect(handle(.monitorFailed(other, .closed(.peerClosed), connection: 1)) == [])
    #expect(handle(.monitorFailed(other, late, connection: 1)) == [.disconnect])
    _ = handle(.lost("requested"))
    #expect(handle(.monitorFailed(other, late, connection: 1)) == [])
    #expect(connect() == [.report(.connected(connection: 2)), .startMonitor(other, request, resuming: nil)])
  }

  @Test("a lock is asked for on each connection, is stolen once only, and counts its terms across them")
  mutating func locks() {
    #expect(handle(.lock("l", stealing: true)) == [.tell("l", .requested)])
    #expect(connect().last == .lock("l", stealing: true))
    #expect(handle(.lockState("l", .held(term: 1), connection: 1)) == [.tell("l", .held(term: 1))])
    #expect(handle(.lock("l", stealing: true)) == [.tell("l", .held(term: 1))], "asked for again")
    #expect(handle(.lockState("l", .stolen, connection: 1)) == [.tell("l", .stolen)])
    #expect(handle(.lockState("l", .held(term: 2), connection: 1)) == [.tell("l", .held(term: 2))])
    #expect(handle(.lost("gone")).first == .tell("l", .requested))
    #expect(connect().last == .lock("l", stealing: false))
    #expect(handle(.lockState("l", .held(term: 2), connection: 1)) == [])
    #expect(handle(.lockState("l", .waiting, connection: 2)) == [.tell("l", .waiting)])
    #expect(handle(.lockState("l", .held(term: 1), connection: 2)) == [.tell("l", .held(term: 3))])
    #expect(handle(.lockFailed("l", .timedOut(method: "lock", after: .seconds(1)), connection: 2)) == [.disconnect])
    #expect(handle(.unlock("l")) == [.unlock("l")])
    #expect(handle(.lockState("l", .held(term: 1), connection: 2)) == [])
    #expect(handle(.unlock("l")) == [])
  }

  @Test("the end comes once, and nothing happens after it")
  mutating func end() {
    _ = connect()
    #expect(handle(.stop) == [.disconnect, .report(.ended)])
    #expect(handle(.stop) == [])
    #expect(handle(.lost("requested")) == [])
    #expect(handle(.start) == [])
    var idle = SessionStateMachine()
    #expect(idle.handle(.stop, now: .zero) == [.report(.ended)])
    #expect(idle.handle(.start, now: .zero) == [])
  }

  @Test("events that do not belong to the state change nothing")
  mutating func strays() {
    #expect(handle(.connected) == [])
    #expect(handle(.lost("x")) == [])
    #expect(handle(.waited) == [])
    _ = handle(.start)
    #expect(handle(.start) == [])
    #expect(handle(.lost("x")) == [])
    _ = handle(.connected)
    #expect(handle(.failed("x")) == [])
    #expect(handle(.waited) == [])
    #expect(machine.connections == 1)
  }
}
