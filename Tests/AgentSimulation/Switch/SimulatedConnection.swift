import OpenFlow
import SwitchEngine
import SwitchModel

/// One connection of the agent to the switch: the product's own session, without a socket.
///
/// Of the loop's thread.
final class SimulatedConnection: ProgrammableSwitch, @unchecked Sendable {
  private typealias Waiter = @Sendable (Result<SwitchAnswer, any Error>) -> Void
  private typealias Reader = AsyncThrowingStream<[UInt8], any Error>.Continuation

  let id: ConnectionID
  /// The marks of flows that are not committed yet, by bundle.
  var marks: [Int: Set<UInt64>] = [:]
  private let owner: SimulatedSwitch
  private var session = SwitchSession(options: SwitchSessionOptions(purpose: .programming))
  private var waiters: [SwitchSession.RequestID: Waiter] = [:]
  private var readers: [SwitchSession.RequestID: Reader] = [:]
  private var lastRequest: UInt64 = 0
  private var nextXID = SwitchSession.firstBundleXID
  private var isSubmitting = false
  private var timer: (due: Duration, number: UInt64)?
  private var opening: CheckedContinuation<SwitchFeatures, any Error>?
  private var end: ConnectionFailure?
  private var awaitingEnd: [CheckedContinuation<ConnectionFailure, Never>] = []
  private var isSilent = false
  private(set) var features = SwitchFeatures(datapathID: 0)
  private lazy var toSwitch = Pipe<[UInt8]>(owner.loop, latency: 0...3) { [self] in owner.receive($0, from: id) }
  private lazy var toAgent = Pipe<[UInt8]>(owner.loop, latency: 0...3) { [self] bytes in
    owner.trace.note("to agent", bytes) { "connection \(id.rawValue)" }
    handle(.received(bytes))
  }

  init(_ id: ConnectionID, to owner: SimulatedSwitch) {
    self.id = id
    self.owner = owner
  }

  /// Agrees on the version.
  func open() async throws {
    features = try await withCheckedThrowingContinuation { continuation in
      opening = continuation
      handle(.opened)
    }
  }

  // MARK: The switch's side

  func answer(_ bytes: [UInt8]) { toAgent.send(bytes) }

  func fallSilent() {
    isSilent = true
    toAgent.cut()
    toSwitch.cut()
  }

  /// What is under way never arrives.
  func lost() {
    let wasSilent = isSilent
    fallSilent()
    guard !wasSilent else { return }
    owner.loop.after(owner.loop.drawn(0...2)) { self.handle(.disconnected(.closedByPeer)) }
  }

  // MARK: The session

  private func handle(_ event: SwitchSession.Event) {
    for action in session.handle(event, at: owner.loop.time) { perform(action) }
    schedule()
  }

  private func perform(_ action: SwitchSession.Action) {
    switch action {
    case .send(let bytes): toSwitch.send(bytes)
    case .sendBulk(_, let pieces): for piece in pieces { toSwitch.send(piece) }
    case .dropBulk: break
    case .ready(let features):
      opening?.resume(returning: features)
      opening = nil
    case .part(let id, let body): readers[id]?.yield(body)
    case .answer(let id, let answer):
      readers.removeValue(forKey: id)?.finish()
      tell(waiters.removeValue(forKey: id), .success(answer))
    case .fail(let id, let failure):
      readers.removeValue(forKey: id)?.finish(throwing: failure)
      tell(waiters.removeValue(forKey: id), .failure(failure))
    case .publish: break
    case .close(let failure):
      fallSilent()
      end = failure
      opening?.resume(throwing: failure)
      opening = nil
      for waiter in awaitingEnd { waiter.resume(returning: failure) }
      awaitingEnd = []
      owner.closed(id)
    }
  }

  private func tell(_ waiter: Waiter?, _ result: Result<SwitchAnswer, any Error>) {
    guard let waiter else { return }
    if isSubmitting { owner.loop.execute { waiter(result) } } else { waiter(result) }
  }

  private func schedule() {
    guard let due = session.nextDeadline else {
      timer.map { owner.loop.cancel($0.number) }
      timer = nil
      return
    }
    if let timer {
      if timer.due <= due { return }
      owner.loop.cancel(timer.number)
    }
    let number = owner.loop.after(due - owner.loop.time) {
      self.timer = nil
      self.handle(.tick)
    }
    timer = (due, number)
  }

  private func submit(_ request: SwitchRequest, _ waiter: Waiter?, _ reader: Reader? = nil) {
    isSubmitting = true
    defer { isSubmitting = false }
    lastRequest += 1
    let id = SwitchSession.RequestID(lastRequest)
    waiters[id] = waiter
    readers[id] = reader
    handle(.request(id, request))
  }

  // MARK: ProgrammableSwitch

  func reserveTransactionIDs(_ count: Int) -> UInt32 {
    defer { nextXID += UInt32(count) }
    return nextXID
  }

  func commit(_ bundle: EncodedBundle, completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
    guard bundle.refusals.isEmpty else { return owner.loop.execute { completion(.success(bundle.refusals)) } }
    submit(.commit(bundle)) { answer in
      completion(answer.map { if case .committed(let refusals) = $0 { refusals } else { [] } })
    }
  }

  func apply(_ messages: [[UInt8]], completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
    let xid = reserveTransactionIDs(EncodedSequence.xidCount(for: messages.count))
    let sequence = EncodedSequence(messages, firstXID: xid)
    guard !messages.isEmpty, sequence.refusals.isEmpty else {
      return owner.loop.execute { completion(.success(sequence.refusals)) }
    }
    submit(.apply(sequence)) { answer in
      completion(answer.map { if case .applied(let refusals) = $0 { refusals } else { [] } })
    }
  }

  func groups() async throws -> [Group] {
    guard case .groupDescriptions(let groups) = try await ask(.groupDescriptions) else { return [] }
    return groups
  }

  func meters() async throws -> [Meter] {
    guard case .meterConfigurations(let meters) = try await ask(.meterConfigurations(.all)) else { return [] }
    return meters
  }

  func tableSizes() async throws -> [TableID: Int] {
    guard case .tables(let tables) = try await ask(.tables) else { return [:] }
    return Dictionary(tables.map { ($0.table, Int($0.flows)) }) { $1 }
  }

  func readFlows(
    table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    let (stream, reader) = AsyncThrowingStream.makeStream(of: [UInt8].self)
    submit(.parts(.flows(table: table, cookie: cookies)), nil, reader)
    for try await body in stream { try await part(body) }
  }

  private func ask(_ question: MultipartRequest) async throws -> MultipartAnswer {
    let answer = try await withCheckedThrowingContinuation { continuation in
      submit(.multipart(question)) { continuation.resume(with: $0) }
    }
    guard case .multipart(let answer) = answer else { return MultipartAnswer(to: question) }
    return answer
  }

  var closed: ConnectionFailure {
    get async {
      if let end { return end }
      return await withCheckedContinuation { awaitingEnd.append($0) }
    }
  }

  func disconnect() { owner.loop.execute { self.handle(.close) } }
}
