// What a connection to a switch does, without a socket and without a clock: events in, actions out.
//
//   connecting ──opened──▶ greeting ──their hello──▶ asking ──features──▶ ready
//        any of them ──failure, garbage, silence, close──▶ closed
//
// greeting   our hello is sent, theirs is awaited
// asking     version 1.3 is agreed, the features are asked for
// ready      requests are sent and matched to their answers by transaction id
// closed     every request has failed with the reason; later events do nothing

/// The state of one connection to a switch.
public struct SwitchSession: Sendable {
  /// Identifies a request of this side's caller.
  public struct RequestID: Hashable, Sendable {
    let number: UInt64
    /// The request with this number, which the caller gives out.
    public init(_ number: UInt64) { self.number = number }
  }

  /// What happens to a connection.
  public enum Event: Sendable {
    /// The transport is there.
    case opened
    /// Bytes came.
    case received([UInt8])
    /// The caller asks for something.
    case request(RequestID, SwitchRequest)
    /// Time passed; due when `nextDeadline` is reached.
    case tick
    /// The transport is gone.
    case disconnected(ConnectionFailure)
    /// The caller wants the connection to end.
    case close
  }

  /// What the connection must do.
  public enum Action: Hashable, Sendable {
    /// Send these whole messages, before anything that is bulk and not sent yet.
    case send([UInt8])
    /// Send these pieces of a request, each of whole messages, in order.
    case sendBulk(RequestID, [[UInt8]])
    /// Forget the pieces of this request that are not sent yet.
    case dropBulk(RequestID)
    /// The handshake is done.
    case ready(SwitchFeatures)
    /// A part of the answer to a request came: its body.
    case part(RequestID, [UInt8])
    /// A request has its answer.
    case answer(RequestID, SwitchAnswer)
    /// A request has failed.
    case fail(RequestID, ConnectionFailure)
    /// The switch has something to say that nobody asked for.
    case publish(SwitchEvent)
    /// Close the transport; requests have failed already.
    case close(ConnectionFailure)
  }

  enum State {
    case connecting
    case greeting(deadline: Duration)
    case asking(deadline: Duration)
    case ready
    case closed(ConnectionFailure)
  }

  let options: SwitchSessionOptions
  var state = State.connecting
  var framing = MessageFraming()
  var requests = RequestTable()
  /// The transaction ids of the messages that say what the connection is for.
  var setupXIDs: Set<UInt32> = []
  private var nextXID: UInt32 = 1
  var lastReceived = Duration.zero
  var hasProbed = false
  private(set) var now = Duration.zero
  var actions: [Action] = []

  /// When to send a tick at the latest; nil when nothing is waited for.
  public private(set) var nextDeadline: Duration?

  /// How many messages could not be decoded, and were passed over.
  public internal(set) var undecodableMessages = 0

  /// Bundles and sequences have the transaction ids from here on, everything else those below.
  public static let firstBundleXID: UInt32 = 0x1000_0000

  /// A session that has not begun.
  public init(options: SwitchSessionOptions = SwitchSessionOptions()) {
    self.options = options
  }

  /// Takes an event that happens at `now`, counted from any fixed point.
  public mutating func handle(_ event: Event, at now: Duration) -> [Action] {
    self.now = max(now, self.now)
    switch event {
    case .opened: open()
    case .received(let bytes): receive(bytes)
    case .request(let id, let request): start(request, id)
    case .tick: break
    case .disconnected(let failure): close(failure)
    case .close: close(.closedLocally)
    }
    checkDeadlines()
    nextDeadline = deadline
    defer { actions = [] }
    return actions
  }

  private var deadline: Duration? {
    switch state {
    case .connecting, .closed: return nil
    case .greeting(let deadline), .asking(let deadline): return deadline
    case .ready:
      let keepalive = lastReceived + (hasProbed ? options.silenceLimit : options.probeInterval)
      return requests.earliestDeadline.map { min($0, keepalive) } ?? keepalive
    }
  }
}

extension SwitchSession {
  private mutating func open() {
    guard case .connecting = state else { return }
    lastReceived = now
    state = .greeting(deadline: now + options.handshakeLimit)
    actions.append(.send(Hello.encodeOffer(xid: takeXID())))
  }

  mutating func close(_ failure: ConnectionFailure) {
    if case .closed = state { return }
    state = .closed(failure)
    for request in requests.all where !request.isAbandoned {
      actions.append(.fail(request.id, failure))
    }
    requests = RequestTable()
    framing = MessageFraming()
    actions.append(.close(failure))
  }

  private mutating func checkDeadlines() {
    switch state {
    case .connecting, .closed: return
    case .greeting(let deadline), .asking(let deadline):
      if now >= deadline { close(.handshakeTimeout(options.handshakeLimit)) }
    case .ready:
      if now >= lastReceived + options.silenceLimit, hasProbed {
        close(.silent(options.silenceLimit))
        return
      }
      if now >= lastReceived + options.probeInterval, !hasProbed {
        hasProbed = true
        // A process that was stopped for a while finds a long silence that is its own: the switch still gets its time to
        // answer.
        lastReceived = max(lastReceived, now - options.probeInterval)
        actions.append(.send(PlainMessage.encode(.echoRequest, xid: takeXID())))
      }
      while let request = requests.removeExpired(at: now) {
        abandon(request, .noAnswer(options.answerLimit))
      }
    }
  }

  /// A transaction id that no request is waiting with.
  mutating func takeXID() -> UInt32 {
    repeat {
      nextXID = nextXID >= SwitchSession.firstBundleXID - 1 ? 1 : nextXID + 1
    } while requests.contains(nextXID)
    return nextXID
  }
}
