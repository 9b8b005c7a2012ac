import NIOCore
import OpenFlow
import OpenFlowNIO

/// Takes the packets that a switch hands to its controller, on a connection of their own: programming and its answers
/// never wait for packets, nor packets for them, and a flood of packets costs the packets only.
///
/// ```
///  dial ──▶ told which packets to send ──▶ packets ──▶ `packets`, the oldest dropped when nobody keeps up
///    ▲                                        │
///    └────────── backoff ◀── lost ◀───────────┘
/// ```
///
/// The actor owns the connection. What is sent goes to the connection that there is, or nowhere: a packet that could not
/// be sent at once is of no use later. It runs on the event loop of its connection: a packet that comes there is on its way to
/// whoever reads it without changing threads, if that runs there, too.
public actor SwitchPackets {
  /// Makes a connection on this event loop, with these options, which say what it is for.
  public typealias Dial = @Sendable (SwitchSessionOptions, any EventLoop) async throws -> SwitchConnection

  /// What has happened since the start; each counts up.
  public struct Counters: Hashable, Sendable {
    /// Packets that came.
    public var received = 0
    /// Packets that were dropped because nobody took them.
    public var dropped = 0
    /// Packets and resumptions that were handed to a connection.
    public var sent = 0
    /// Packets and resumptions that there was no connection for.
    public var unsent = 0
    /// What the switch refused of that.
    public var refused = 0
    /// Connections so far.
    public var connections = 0
  }

  /// The packets as they come, for one reader.
  public nonisolated let packets: AsyncStream<PacketIn2>
  /// What has happened since the start.
  public private(set) var counters = Counters()
  /// Why there is no connection; nil while there is one.
  public private(set) var problem: String? = "not connected yet"

  private let options: SwitchSessionOptions
  private let eventLoop: any EventLoop
  private let dial: Dial
  private let arrivals: AsyncStream<PacketIn2>.Continuation
  private var connection: SwitchConnection?
  private var backoff = ReconnectionBackoff()
  private let start = ContinuousClock.now

  /// Nothing is connected before `run`.
  ///
  /// - Parameters:
  ///   - controllerID: The number that `controller` actions address.
  ///   - bufferSize: How many packets wait for the reader.
  ///   - eventLoop: Where everything happens.
  public init(
    controllerID: UInt16, bufferSize: Int = 1024, eventLoop: any EventLoop, dial: @escaping Dial
  ) {
    self.eventLoop = eventLoop
    options = SwitchSessionOptions(purpose: .packets(controllerID: controllerID, format: .nicira2))
    self.dial = dial
    (packets, arrivals) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(max(1, bufferSize)))
  }

  /// The event loop's.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  /// Connects, and connects again, until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      do {
        let new = try await dial(options, eventLoop)
        counters.connections += 1
        backoff.connected(at: ContinuousClock.now - start)
        connection = new
        problem = nil
        await follow(new)
        problem = "\(await new.closed)"
        connection = nil
        await new.close()
      } catch {
        problem = "\(error)"
      }
      if Task.isCancelled { break }
      try? await Task.sleep(for: backoff.lost(at: ContinuousClock.now - start))
    }
    arrivals.finish()
  }

  private func follow(_ connection: SwitchConnection) async {
    await withTaskCancellationHandler {
      for await event in connection.events { take(event) }
    } onCancel: {
      Task { await connection.close() }
    }
  }

  private func take(_ event: SwitchEvent) {
    switch event {
    case .packetIn2(let packet):
      counters.received += 1
      backoff.wasUseful()
      if case .dropped = arrivals.yield(packet) { counters.dropped += 1 }
    case .error: counters.refused += 1
    default: break
    }
  }

  /// Has the switch act on a packet; returns whether there was a connection to send it on.
  @discardableResult
  public func send(_ packet: PacketOut) -> Bool { send(.packetOut(packet)) }

  /// Lets a paused packet go on, changed or not. It must be the packet that came, with its continuation, and only once.
  @discardableResult
  public func resume(_ packet: PacketIn2) -> Bool { send(.resume(packet)) }

  private func send(_ message: OpenFlowMessage) -> Bool {
    guard let connection else {
      counters.unsent += 1
      return false
    }
    connection.send(message)
    counters.sent += 1
    return true
  }
}
