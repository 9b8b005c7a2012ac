import CBench
import Glibc
import NetworkTypes

/// Guests that boot on one link: each gets its address by DISCOVER, OFFER, REQUEST and ACK, a number of them at a time.
///
/// One thread does everything, without a pause while there is something to do: what a server can do is not to be limited
/// by who measures it. A guest is idle, selecting (its DISCOVER has no OFFER yet) or requesting (RFC 2131, figure 5), and
/// idle again with its address.
struct GuestLoad: ~Copyable {
  /// What is to be done.
  struct Plan: Sendable {
    var interface: String
    var guests = 1000
    /// How many exchanges are on their way at once.
    var window = 32
    /// When to end: after so many exchanges, those that failed included, or after so long.
    var exchanges: Int?
    var nanoseconds: UInt64 = 5_000_000_000
    /// What comes before is not counted.
    var warmUp: UInt64 = 0
    /// Exchanges that begin in a second, nil for as many as the window allows.
    var rate: Double?
    /// After how long a request is sent again, and how often it is sent in all.
    var timeout: UInt64 = 1_000_000_000
    var tries = 4
    var asksForBroadcast = false
    var serverPID: Int32?
    /// The guest whose replies are not to be looked at, because it floods.
    var ignoredGuest: Int?
  }

  private enum State { case idle, selecting, requesting }

  private struct Guest {
    var state = State.idle
    var xid: UInt32 = 0
    var server: UInt32 = 0
    var tries = 0
    var began: UInt64 = 0
    var sent: UInt64 = 0
    /// Its place among those that are not idle.
    var place = 0
  }

  private let plan: Plan
  private let socket: PacketSocket
  private let frames: GuestFrames
  private var incoming: FrameBatch
  private var outgoing: FrameBatch
  private var guests: [Guest]
  private var active: [Int] = []
  private var next = 0
  private var started = 0
  private var random = UInt64.random(in: 1 ... .max)
  private var figures = GuestFigures()

  init(_ plan: Plan) throws {
    let incoming = try FrameBatch(capacity: 64)
    let outgoing = try FrameBatch(capacity: 64)
    socket = try GuestLoad.open(plan)
    self.incoming = incoming
    self.outgoing = outgoing
    self.plan = plan
    frames = GuestFrames(asksForBroadcast: plan.asksForBroadcast)
    guests = [Guest](repeating: Guest(), count: plan.guests)
    active.reserveCapacity(plan.window)
  }

  /// A socket for replies only, and not for what the guests send themselves.
  private static func open(_ plan: Plan) throws -> PacketSocket {
    let socket = try PacketSocket(link: plan.interface, receiving: true)
    // Numbers of guests are small, so that nobody's address ends with ones only.
    guard accept_replies_except(socket.descriptor, plan.ignoredGuest.map(UInt32.init) ?? .max) == 0 else {
      throw RawConnection.Failure.system("filter on \(plan.interface)")
    }
    var yes: Int32 = 1
    setsockopt(socket.descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, socklen_t(MemoryLayout<Int32>.size))
    return socket
  }

  /// Plays the plan.
  consuming func run() throws -> GuestFigures {
    let beginning = Clock.now()
    var due = beginning
    let interval = plan.rate.map { UInt64(1e9 / $0) } ?? 0
    var scan = beginning
    let scanInterval = max(1_000_000, plan.timeout / 8)
    var measuring = beginMeasuring()
    var isWarm = plan.warmUp == 0
    while true {
      let now = Clock.now()
      if isOver(since: measuring.time, at: now), isWarm { break }
      if !isWarm, now - beginning >= plan.warmUp {
        isWarm = true
        measuring = beginMeasuring()
      }
      while active.count < plan.window, due <= now, plan.exchanges.map({ started < $0 }) ?? true {
        start(at: now)
        // Whoever is late does not catch up by a burst.
        due = max(due + interval, now - min(now, 10 * interval))
      }
      if now >= scan {
        resendOverdue(at: now)
        scan = now + scanInterval
      }
      flush()
      let pause = active.count < plan.window && interval > 0 ? due - min(due, Clock.now()) : 10_000_000
      guard wait_readable(socket.descriptor, Int(min(pause, 10_000_000))) != 0 else { continue }
      let count = try incoming.receive(on: socket.descriptor)
      let arrived = Clock.now()
      for number in 0..<count { handle(incoming.frame(number), at: arrived) }
    }
    figures.nanoseconds = Clock.now() - measuring.time
    figures.ownCPU = Clock.threadCPU() - measuring.ownCPU
    figures.serverCPU = plan.serverPID.map { ProcessTime.nanoseconds(of: $0) - measuring.serverCPU }
    return figures
  }

  private mutating func beginMeasuring() -> (time: UInt64, ownCPU: UInt64, serverCPU: UInt64) {
    figures = GuestFigures()
    figures.exchanges.reserveCapacity(1 << 18)
    figures.requests.reserveCapacity(1 << 19)
    let serverCPU = plan.serverPID.map { ProcessTime.nanoseconds(of: $0) } ?? 0
    return (Clock.now(), Clock.threadCPU(), serverCPU)
  }

  private func isOver(since beginning: UInt64, at now: UInt64) -> Bool {
    if let exchanges = plan.exchanges { return figures.completed + figures.failed >= exchanges }
    return now - beginning >= plan.nanoseconds
  }

  private mutating func start(at now: UInt64) {
    while guests[next].state != .idle { next = next + 1 == guests.count ? 0 : next + 1 }
    // A xorshift generator: transaction ids have only to differ.
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    guests[next] = Guest(
      state: .selecting, xid: UInt32(truncatingIfNeeded: random >> 16), began: now, sent: now, place: active.count)
    active.append(next)
    started += 1
    send(next)
    next = next + 1 == guests.count ? 0 : next + 1
  }

  /// Puts the request in that its state asks for.
  private mutating func send(_ index: Int) {
    let guest = guests[index]
    let number = BenchNetwork.firstNumber + index
    if outgoing.count == outgoing.capacity { flush() }
    outgoing.append { [frames] bytes in
      guest.state == .requesting
        ? frames.writeRequest(
          of: number, xid: guest.xid, address: BenchNetwork.address(of: number).rawValue, server: guest.server,
          into: bytes)
        : frames.writeDiscover(of: number, xid: guest.xid, into: bytes)
    }
    guests[index].tries += 1
  }

  private mutating func flush() {
    figures.unsent += outgoing.send(on: socket.descriptor)
  }

  private mutating func handle(_ frame: UnsafeRawBufferPointer, at now: UInt64) {
    guard let reply = ServerReply(frame) else { return }
    let index = Int(reply.guest) - BenchNetwork.firstNumber
    guard guests.indices.contains(index) else { return }
    let guest = guests[index]
    guard guest.state != .idle, guest.xid == reply.xid else {
      figures.stray += 1
      return
    }
    if !reply.hasRightChecksums { figures.badChecksums += 1 }
    let isRight = reply.address == BenchNetwork.address(of: Int(reply.guest)).rawValue
    switch (guest.state, reply.type) {
    case (.selecting, DHCPFrame.offer) where isRight:
      figures.requests.append(Double(now - guest.sent))
      guests[index].state = .requesting
      guests[index].server = reply.server
      guests[index].sent = now
      guests[index].tries = 0
      send(index)
    case (.requesting, DHCPFrame.ack) where isRight:
      figures.requests.append(Double(now - guest.sent))
      figures.exchanges.append(Double(now - guest.began))
      figures.completed += 1
      release(index)
    case (.requesting, DHCPFrame.offer) where isRight:
      // The answer to a DISCOVER that was sent again.
      figures.stray += 1
    default:
      figures.wrong += 1
    }
  }

  private mutating func resendOverdue(at now: UInt64) {
    var place = 0
    while place < active.count {
      let index = active[place]
      if now - min(now, guests[index].sent) < plan.timeout {
        place += 1
      } else if guests[index].tries >= plan.tries {
        figures.failed += 1
        release(index)
      } else {
        figures.retries += 1
        guests[index].sent = now
        send(index)
        place += 1
      }
    }
  }

  /// Makes a guest idle; the last of those that are not takes its place.
  private mutating func release(_ index: Int) {
    guests[index].state = .idle
    let place = guests[index].place
    let last = active.removeLast()
    guard last != index else { return }
    active[place] = last
    guests[last].place = place
  }
}
