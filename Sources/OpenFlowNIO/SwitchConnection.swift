import NIOCore
import NIOPosix
import OpenFlow
import Synchronization

/// A connection to a switch, with OpenFlow 1.3 agreed upon.
///
/// All of its state is the event loop's; the methods may be called from anywhere, several at a time. Every one of them
/// ends: with an answer, after the answer limit of the options, or with the connection. A connection that is released is
/// closed.
public final class SwitchConnection: Sendable {
  /// What was dialled.
  public let address: SwitchAddress
  /// What the switch said that it is.
  public let features: SwitchFeatures
  /// What the switch says without having been asked. There is one stream, for one reader; when it is not read, the oldest
  /// events are dropped. It ends with the connection.
  public let events: AsyncStream<SwitchEvent>

  private let channel: any Channel
  private let handler: NIOLoopBound<SwitchChannelHandler>
  private let closure: EventLoopFuture<ConnectionFailure>
  private let nextBundleXID = Mutex(SwitchSession.firstBundleXID)

  private init(address: SwitchAddress, features: SwitchFeatures, channel: any Channel, attempt: Attempt) {
    self.address = address
    self.features = features
    self.channel = channel
    events = attempt.events
    handler = attempt.handler
    closure = attempt.closed
  }

  deinit { channel.close(promise: nil) }

  /// Connects, and agrees on the version.
  ///
  /// - Throws: `ConnectionFailure`.
  public static func connect(
    to address: SwitchAddress, options: SwitchSessionOptions = SwitchSessionOptions(),
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) async throws -> SwitchConnection {
    // The handler is there before the first byte: Open vSwitch hangs up on a peer whose hello takes more than a second,
    // which it would on a busy machine if this task had to be scheduled first. A host name with several addresses makes
    // several channels, of which one wins.
    let attempts = Mutex<[ObjectIdentifier: Attempt]>([:])
    let bootstrap = ClientBootstrap(group: group)
      .connectTimeout(TimeAmount(options.handshakeLimit))
      .channelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = SwitchChannelHandler(options: options, eventLoop: channel.eventLoop)
          attempts.withLock { $0[ObjectIdentifier(channel)] = Attempt(handler, channel.eventLoop) }
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
    let channel: any Channel
    do {
      channel =
        switch address {
        case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
        case .tcp(let host, let port): try await bootstrap.connect(host: host, port: port).get()
        }
    } catch {
      throw ConnectionFailure.unreachable(address: "\(address)", reason: "\(error)")
    }
    guard let attempt = attempts.withLock({ $0[ObjectIdentifier(channel)] }) else {
      throw ConnectionFailure.closedLocally
    }
    let features = try await withTaskCancellationHandler {
      try await attempt.ready.get()
    } onCancel: {
      channel.close(promise: nil)
    }
    return SwitchConnection(address: address, features: features, channel: channel, attempt: attempt)
  }

  /// A channel's handler, and what comes of it.
  private struct Attempt: Sendable {
    let handler: NIOLoopBound<SwitchChannelHandler>
    let ready: EventLoopFuture<SwitchFeatures>
    let closed: EventLoopFuture<ConnectionFailure>
    let events: AsyncStream<SwitchEvent>

    init(_ handler: SwitchChannelHandler, _ eventLoop: any EventLoop) {
      self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
      ready = handler.ready.futureResult
      closed = handler.closed.futureResult
      events = handler.events
    }
  }

  /// Waits until the connection is gone, and tells why.
  public var closed: ConnectionFailure {
    get async { (try? await closure.get()) ?? .closedLocally }
  }

  /// Carries out `mods` in order, all of them or none, in one bundle.
  ///
  /// The changes are encoded on the caller's side, and committed only when the switch has accepted every one of them: Open
  /// vSwitch would commit the others of a bundle with a change that it cannot read. A started commit is not stopped by
  /// the task's cancellation, since its outcome is known only at its end.
  ///
  /// - Returns: Nothing when the switch has answered the commit. Otherwise the changes that it refused; nothing was
  ///   applied then, and there may be more to refuse than are named: some errors end the bundle at the first.
  /// - Throws: `ConnectionFailure`; whether the changes were applied is unknown then, except for `.refused`.
  public func commit(_ mods: [FlowMod]) async throws -> [BundleRefusal] {
    guard !mods.isEmpty else { return [] }
    return try await commit(
      EncodedBundle(mods, firstXID: reserveTransactionIDs(EncodedBundle.xidCount(for: mods.count))))
  }

  /// Carries out the changes of an encoded bundle in order, all of them or none; see `commit` of flow mods.
  ///
  /// - Parameter bundle: Encoded with transaction ids of `reserveTransactionIDs`.
  /// - Throws: `ConnectionFailure`.
  public func commit(_ bundle: EncodedBundle) async throws -> [BundleRefusal] {
    guard bundle.refusals.isEmpty else { return bundle.refusals }
    guard case .committed(let refusals) = try await perform(.commit(bundle)) else { return [] }
    return refusals
  }

  /// The flows whose cookies agree with `cookie` in the bits of `mask`.
  ///
  /// - Throws: `ConnectionFailure`.
  public func flows(cookie: UInt64 = 0, mask: UInt64 = 0) async throws -> [Flow] {
    try await flowStatistics(cookie: cookie, mask: mask).map(\.flow)
  }

  /// The flows whose cookies agree with `cookie` in the bits of `mask`, with what they have counted.
  ///
  /// - Throws: `ConnectionFailure`.
  public func flowStatistics(
    cookie: UInt64 = 0, mask: UInt64 = 0, table: TableID? = nil
  ) async throws -> [FlowStatistics] {
    let request = MultipartRequest.flows(table: table, cookie: CookieFilter(cookie, mask: mask))
    guard case .multipart(.flows(let flows)) = try await perform(.multipart(request)) else { return [] }
    return flows
  }

  /// Flows in parts, undecoded, as they come: see `FlowStatisticsEntry`.
  ///
  /// - Parameters:
  ///   - table: The table to read; nil for all.
  ///   - cookies: The cookies of the flows to read.
  /// - Returns: The bodies of the parts. The stream throws `ConnectionFailure`.
  public func flowParts(table: TableID?, cookies: CookieFilter) -> AsyncThrowingStream<[UInt8], any Error> {
    let (stream, reader) = AsyncThrowingStream.makeStream(of: [UInt8].self)
    channel.eventLoop.execute { [handler] in handler.value.submit(.flows(table: table, cookie: cookies), reader) }
    return stream
  }

  /// The ports.
  ///
  /// - Throws: `ConnectionFailure`.
  public func ports() async throws -> [PortDescription] {
    guard case .multipart(.ports(let ports)) = try await perform(.multipart(.ports)) else { return [] }
    return ports
  }

  /// Waits until the switch has worked off everything that was sent before.
  ///
  /// - Throws: `ConnectionFailure`.
  public func barrier() async throws {
    _ = try await perform(.barrier)
  }

  /// How many messages of the switch could not be decoded, and were passed over.
  public var undecodableMessages: Int {
    get async { (try? await channel.eventLoop.submit { [handler] in handler.value.undecodableMessages }.get()) ?? 0 }
  }

  /// Ends the connection: what is waited for fails with `closedLocally`.
  public func close() async {
    channel.eventLoop.execute { [handler] in handler.value.close() }
    try? await channel.closeFuture.get()
  }

  private func perform(_ request: SwitchRequest) async throws -> SwitchAnswer {
    try await withCheckedThrowingContinuation { continuation in
      if channel.eventLoop.inEventLoop {
        handler.value.submit(request, continuation)
      } else {
        channel.eventLoop.execute { [handler] in handler.value.submit(request, continuation) }
      }
    }
  }

  /// Takes consecutive transaction ids for a bundle. They begin anew at the end of the range, which no open bundle
  /// reaches back to.
  public func reserveTransactionIDs(_ count: Int) -> UInt32 {
    nextBundleXID.withLock { next in
      let count = UInt32(clamping: count)
      let (end, overflows) = next.addingReportingOverflow(count)
      if overflows || end == .max {
        next = SwitchSession.firstBundleXID &+ count
        return SwitchSession.firstBundleXID
      }
      defer { next = end }
      return next
    }
  }
}
