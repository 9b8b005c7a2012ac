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

  let channel: any Channel
  private let handler: NIOLoopBound<SwitchChannelHandler>
  private let closure: EventLoopFuture<ConnectionFailure>
  private let nextBundleXID = Mutex(SwitchSession.firstBundleXID)

  init(address: SwitchAddress, features: SwitchFeatures, channel: any Channel, attempt: SwitchAttempt) {
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
  /// - Parameters:
  ///   - address: Where the switch is; `.ssl` asks for `credentials`.
  ///   - datapathID: Which switch it must be; nil for any, or for the one of the options.
  ///   - credentials: The certificates and the key for TLS, read now.
  /// - Throws: `ConnectionFailure`.
  public static func connect(
    to address: SwitchAddress, expecting datapathID: UInt64? = nil, credentials: SwitchCredentials? = nil,
    options: SwitchSessionOptions = SwitchSessionOptions(),
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) async throws -> SwitchConnection {
    var options = options
    if let datapathID { options.expectedDatapathID = datapathID }
    let (channel, attempt) = try await dial(address, credentials, options, group)
    let features = try await withTaskCancellationHandler {
      try await attempt.ready.get()
    } onCancel: {
      channel.close(promise: nil)
    }
    return SwitchConnection(address: address, features: features, channel: channel, attempt: attempt)
  }

  private static func dial(
    _ address: SwitchAddress, _ credentials: SwitchCredentials?, _ options: SwitchSessionOptions,
    _ group: any EventLoopGroup
  ) async throws -> (any Channel, SwitchAttempt) {
    var security = SwitchAttempt.Security.none
    if case .ssl = address {
      guard let credentials else { throw ConnectionFailure.credentials("none are given for \(address)") }
      security = .client(try credentials.context(isServer: false))
    }
    // A host name with several addresses makes several channels, of which one wins.
    let attempts = Mutex<[ObjectIdentifier: SwitchAttempt]>([:])
    let bootstrap = ClientBootstrap(group: group)
      .connectTimeout(TimeAmount(options.handshakeLimit))
      .channelOption(.writeBufferWaterMark, value: SwitchAttempt.waterMark)
      // A switch that lists its flows waits for every socket's fill of them to be read.
      .channelOption(.maxMessagesPerRead, value: 16)
      .channelInitializer { [security] channel in
        channel.eventLoop.makeCompletedFuture {
          let attempt = try SwitchAttempt(channel, security, options)
          attempts.withLock { $0[ObjectIdentifier(channel)] = attempt }
        }
      }
    let channel: any Channel
    do {
      channel =
        switch address {
        case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
        case .tcp(let host, let port), .ssl(let host, let port):
          try await bootstrap.connect(host: host, port: Int(try checked(port))).get()
        }
    } catch {
      throw ConnectionFailure.unreachable(address: "\(address)", reason: "\(error)")
    }
    guard let attempt = attempts.withLock({ $0[ObjectIdentifier(channel)] }) else {
      throw ConnectionFailure.closedLocally
    }
    return (channel, attempt)
  }

  private static func checked(_ port: Int) throws -> UInt16 {
    guard let port = UInt16(exactly: port), port > 0 else { throw NoSuchPort() }
    return port
  }

  private struct NoSuchPort: Error, CustomStringConvertible {
    let description = "a TCP port is a number from 1 to 65535"
  }

  /// Waits until the connection is gone, and tells why.
  public var closed: ConnectionFailure {
    get async { (try? await closure.get()) ?? .closedLocally }
  }

  /// Whether the connection is not known to have ended.
  var isOpen: Bool { channel.isActive }

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
  public nonisolated(nonsending) func commit(_ bundle: EncodedBundle) async throws -> [BundleRefusal] {
    guard bundle.refusals.isEmpty else { return bundle.refusals }
    guard case .committed(let refusals) = try await perform(.commit(bundle)) else { return [] }
    return refusals
  }

  /// Carries out the changes of an encoded bundle in order, all of them or none; see `commit` of flow mods.
  ///
  /// A task that waits for an answer goes on by way of another thread first, which takes longer than the switch takes for
  /// one change; a completion does not.
  ///
  /// - Parameters:
  ///   - bundle: Encoded with transaction ids of `reserveTransactionIDs`.
  ///   - completion: Called once, on the connection's event loop, and not before this returns.
  public func commit(
    _ bundle: EncodedBundle, completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void
  ) {
    guard bundle.refusals.isEmpty else {
      channel.eventLoop.execute { completion(.success(bundle.refusals)) }
      return
    }
    onEventLoop { handler in
      handler.submit(.commit(bundle)) { answer in
        completion(answer.map { if case .committed(let refusals) = $0 { refusals } else { [] } })
      }
    }
  }

  /// Waits until the switch has worked off everything that was sent before.
  ///
  /// - Throws: `ConnectionFailure`.
  public func barrier() async throws {
    _ = try await perform(.barrier)
  }

  /// Ends the connection, and waits until it is gone: what is waited for fails with `closedLocally`.
  public func close() async {
    disconnect()
    try? await channel.closeFuture.get()
  }

  /// Ends the connection without waiting; see `close`.
  public func disconnect() {
    channel.eventLoop.execute { [handler] in handler.value.close() }
  }

  /// Asks for something, on whichever actor the caller is: an engine on the event loop changes no thread.
  nonisolated(nonsending) func perform(_ request: SwitchRequest) async throws -> SwitchAnswer {
    try await withCheckedThrowingContinuation { continuation in
      onEventLoop { $0.submit(request) { continuation.resume(with: $0) } }
    }
  }

  /// Runs this at once when the caller is on the event loop already.
  func onEventLoop(_ body: @escaping @Sendable (SwitchChannelHandler) -> Void) {
    if channel.eventLoop.inEventLoop {
      body(handler.value)
    } else {
      channel.eventLoop.execute { [handler] in body(handler.value) }
    }
  }

  func valueOnEventLoop<Value: Sendable>(
    _ read: @escaping @Sendable (SwitchChannelHandler) -> Value
  ) async -> Value? {
    try? await channel.eventLoop.submit { [handler] in read(handler.value) }.get()
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
