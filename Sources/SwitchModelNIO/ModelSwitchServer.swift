import NIOCore
import NIOPosix
import OpenFlow
import SwitchModel

/// Where a model of a switch listens.
public enum ModelSwitchAddress: Hashable, Sendable {
  /// A unix socket; a file that is left over there is replaced.
  case unix(String)
  /// A TCP port of 127.0.0.1; 0 for a free one.
  case loopback(port: Int)
}

/// Serves a `ModelSwitch` to any number of connections, and breaks when told to.
///
/// The switch and its connections are one event loop's; the methods may be called from anywhere, and are carried out one
/// after the other. Time is the machine's, and what `advance` adds to it.
public final class ModelSwitchServer: Sendable {
  /// Where it listens: for TCP with the port that it got.
  public let address: ModelSwitchAddress
  private let eventLoop: any EventLoop
  private let host: NIOLoopBound<ModelSwitchHost>
  private let listener: NIOLoopBound<Listener>
  private let ticker: RepeatedTask

  /// The socket that listens, while there is one.
  private final class Listener {
    var channel: (any Channel)?

    init(_ channel: any Channel) {
      self.channel = channel
    }
  }

  private init(
    address: ModelSwitchAddress, eventLoop: any EventLoop, host: NIOLoopBound<ModelSwitchHost>,
    listener: NIOLoopBound<Listener>, ticker: RepeatedTask
  ) {
    self.address = address
    self.eventLoop = eventLoop
    self.host = host
    self.listener = listener
    self.ticker = ticker
  }

  /// How often the switch looks for timeouts.
  private static let tick = TimeAmount.milliseconds(100)

  /// Starts serving a switch.
  ///
  /// - Parameter kind: What its connections are: as on a bridge's management socket, or as to a controller that the
  ///   switch was told of.
  public static func start(
    _ model: ModelSwitch = ModelSwitch(), at address: ModelSwitchAddress, kind: ConnectionKind = .service,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) async throws -> ModelSwitchServer {
    let eventLoop = group.next()
    let host = try await eventLoop.submit {
      NIOLoopBound(ModelSwitchHost(model, kind: kind, eventLoop: eventLoop), eventLoop: eventLoop)
    }.get()
    let channel = try await bind(address, host, eventLoop)
    let listener = try await eventLoop.submit { NIOLoopBound(Listener(channel), eventLoop: eventLoop) }.get()
    let ticker = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in host.value.handle(.tick) }
    var bound = address
    if case .loopback = address { bound = .loopback(port: channel.localAddress?.port ?? 0) }
    return ModelSwitchServer(address: bound, eventLoop: eventLoop, host: host, listener: listener, ticker: ticker)
  }

  private static func bind(
    _ address: ModelSwitchAddress, _ host: NIOLoopBound<ModelSwitchHost>, _ eventLoop: any EventLoop
  ) async throws -> any Channel {
    // One event loop for all: a connection's handler calls the host directly.
    let bootstrap = ServerBootstrap(group: eventLoop, childGroup: eventLoop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(host.value.makeHandler())
        }
      }
    switch address {
    case .unix(let path):
      return try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    case .loopback(let port): return try await bootstrap.bind(host: "127.0.0.1", port: port).get()
    }
  }

  /// Ends the connections and stops listening.
  public func stop() async {
    ticker.cancel()
    await stopListening()
    await perform { $0.cut() }
  }

  private func perform<Result: Sendable>(
    _ body: @escaping @Sendable (ModelSwitchHost) -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      eventLoop.execute { [host] in continuation.resume(returning: body(host.value)) }
    }
  }

  // MARK: The switch

  /// The switch as it is now.
  public var model: ModelSwitch {
    get async { await perform(\.model) }
  }

  /// Changes the switch behind the back of its controllers.
  public func modify(_ change: @escaping @Sendable (inout ModelSwitch) -> Void) async {
    await perform { $0.modify(change) }
  }

  /// Lets something happen to the switch: a packet, a port.
  public func handle(_ event: ModelSwitch.Event) async {
    await perform { $0.handle(event) }
  }

  /// Takes in a packet; the packets that leave because of it.
  public func receive(_ packet: PacketInput) async -> [PacketOutput] {
    await perform { host in
      _ = host.takeOutputs()
      host.handle(.packet(packet))
      return host.takeOutputs()
    }
  }

  /// The packets that have left since this was asked last.
  public func takeOutputs() async -> [PacketOutput] {
    await perform { $0.takeOutputs() }
  }

  /// How many messages have come, by kind.
  public var receivedMessages: [MessageKind: Int] {
    get async { await perform(\.received) }
  }

  /// Lets time pass for the switch: its timeouts, not those of its controllers.
  public func advance(milliseconds: UInt64) async {
    await perform { $0.advance(milliseconds: milliseconds) }
  }

  // MARK: Faults

  /// Refuses messages that the switch would carry out; see `ModelSwitch.refusal`. Nil refuses nothing.
  public func refuse(_ refusal: (@Sendable (OpenFlowMessage, ModelSwitch.Moment) -> Refusal?)?) async {
    await perform { $0.modify { $0.refusal = refusal } }
  }

  /// Lets something go wrong, once, when its time has come. Several faults are independent of each other.
  public func arm(_ fault: Fault) async {
    await perform { $0.faults.arm(fault) }
  }

  /// Forgets the faults that have not happened.
  public func disarm() async {
    await perform { $0.faults.disarm() }
  }

  /// Reads nothing for a while: what controllers send stays in their sockets.
  public func stallReading(for duration: Duration) async {
    await perform { $0.stallReading(for: TimeAmount(duration)) }
  }

  /// Answers nothing for a while, then everything.
  public func holdAnswers(for duration: Duration) async {
    await perform { $0.holdAnswers(for: TimeAmount(duration)) }
  }

  /// Sends every message so much later from now on.
  public func delayAnswers(by duration: Duration) async {
    await perform { $0.answerDelay = TimeAmount(duration) }
  }

  /// Ends all connections.
  public func cutConnections() async {
    await perform { $0.cut() }
  }

  /// Ends all connections and begins anew.
  ///
  /// - Parameter keepingFlows: Whether flows, groups and meters are there again, as when something has put them back.
  public func restart(keepingFlows: Bool) async {
    await perform { host in
      host.handle(.restart(keepingFlows: keepingFlows))
      host.cut()
    }
  }

  /// Refuses connections until `listen`. Those that are open stay.
  public func stopListening() async {
    let channel = await withCheckedContinuation { continuation in
      eventLoop.execute { [listener] in
        continuation.resume(returning: listener.value.channel)
        listener.value.channel = nil
      }
    }
    try? await channel?.close()
  }

  /// Takes connections again, at the same address.
  public func listen() async throws {
    let channel = try await ModelSwitchServer.bind(address, host, eventLoop)
    try await eventLoop.submit { [listener] in listener.value.channel = channel }.get()
  }
}
