import CBench
import Glibc
import Southbound
import Synchronization

/// The sessions of many simulated agents with one controller, all on one thread of their own, by nothing but system calls: so that what
/// is measured is the controller, and not how many agents a machine can be at once.
final class AgentSessions: Sendable {
  private struct State {
    var isOver = false
    var failure: (any Error)?
  }

  private final class Session {
    let agent: SimulatedAgent
    let descriptor: Int32
    var call = HTTP2Call()
    var isInPart = false
    /// When the agent last said something.
    var lastSaid: UInt64 = 0

    init(_ agent: SimulatedAgent, _ descriptor: Int32) {
      self.agent = agent
      self.descriptor = descriptor
    }

    deinit { close(descriptor) }
  }

  private let state = Mutex(State())

  private static let path = "/alioth.southbound.v1.Southbound/Session"
  /// As long as a controller asks an agent to be silent at most.
  private static let heartbeat: UInt64 = 10_000_000_000

  /// Runs the sessions until `body` returns; all begin at once.
  static func run(
    _ agents: [SimulatedAgent], controller: SouthboundAddress, _ body: (AgentSessions) async throws -> Void
  ) async throws {
    let sessions = AgentSessions()
    let thread = BlockingThread {
      do {
        try sessions.run(agents, controller)
      } catch {
        sessions.state.withLock { $0.failure = error }
      }
    }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(sessions))
    } catch {
      result = .failure(error)
    }
    sessions.state.withLock { $0.isOver = true }
    thread.join()
    try result.get()
  }

  /// Throws what ended the sessions, if anything has.
  func check() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private func run(_ agents: [SimulatedAgent], _ controller: SouthboundAddress) throws {
    let poll = epoll_create1(0)
    guard poll >= 0 else { throw RawConnection.Failure.system("epoll_create1") }
    defer { close(poll) }
    let sessions = try agents.map { Session($0, try ControllerCalls.socket(to: controller)) }
    for (number, session) in sessions.enumerated() {
      let opening = HTTP2Call.opening(path: AgentSessions.path, authority: controller.description)
      try say(opening + HTTP2Call.message(try session.agent.hello()), session)
      _ = fcntl(session.descriptor, F_SETFL, O_NONBLOCK)
      var event = epoll_event()
      event.events = EPOLLIN.rawValue
      event.data.u64 = UInt64(number)
      guard epoll_ctl(poll, EPOLL_CTL_ADD, session.descriptor, &event) == 0 else {
        throw RawConnection.Failure.system("epoll_ctl")
      }
    }
    try serve(sessions, poll)
  }

  private func serve(_ sessions: [Session], _ poll: Int32) throws {
    let heartbeat = HTTP2Call.message(try SimulatedAgent.heartbeat())
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var looked = Clock.now()
    while !state.withLock({ $0.isOver }) {
      let count = epoll_wait(poll, &events, Int32(events.count), 100)
      for event in events.prefix(Int(max(0, count))) { try receive(sessions[Int(event.data.u64)], buffer) }
      let now = Clock.now()
      guard now - looked > 100_000_000 else { continue }
      looked = now
      for session in sessions where now - session.lastSaid > AgentSessions.heartbeat { try say(heartbeat, session) }
    }
  }

  private func receive(_ session: Session, _ buffer: UnsafeMutableRawBufferPointer) throws {
    let count = recv(session.descriptor, buffer.baseAddress, buffer.count, 0)
    guard count > 0 else {
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      throw HTTP2Call.End(description: "\(session.agent.host): the controller closed the connection")
    }
    var reports: [UInt8] = []
    let answer = try session.call.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { message in
      if let report = try session.agent.take(message, &session.isInPart) { reports += HTTP2Call.message(report) }
    }
    if !answer.isEmpty || !reports.isEmpty { try say(answer + reports, session) }
  }

  /// What an agent says is little, and goes out at once.
  private func say(_ bytes: [UInt8], _ session: Session) throws {
    session.lastSaid = Clock.now()
    let sent = bytes.withUnsafeBytes { send(session.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    guard sent == bytes.count else { throw RawConnection.Failure.system("write of \(session.agent.host)") }
  }
}
