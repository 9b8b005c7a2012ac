import GRPCCore
import GRPCNIOTransportHTTP2
import GRPCProtobuf
import GoalState
import GoalStateProtobuf
import Logging
import Synchronization

/// Runs the sessions of a server. Each has a task that reads, one that writes updates, one that writes heartbeats and
/// one that watches the clock; the first to end ends the session.
final class SouthboundService: RegistrableRPCService {
  let shutdown = ShutdownSignal()
  private let handler: any AgentSessionHandler
  private let requiresIdentity: Bool
  private let limits: SouthboundLimits
  private let timing: SouthboundTiming
  private let logger: Logger
  private let sessions = Atomic<Int>(0)

  init(
    handler: any AgentSessionHandler, requiresIdentity: Bool, limits: SouthboundLimits, timing: SouthboundTiming,
    logger: Logger
  ) {
    self.handler = handler
    self.requiresIdentity = requiresIdentity
    self.limits = limits
    self.timing = timing
    self.logger = logger
  }

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(
      forMethod: Alioth_Southbound_V1_Southbound.Method.Session.descriptor,
      deserializer: ProtobufDeserializer<Alioth_Southbound_V1_AgentMessage>(), serializer: OutgoingFrameSerializer()
    ) { request, context in
      StreamingServerResponse { writer in
        try await self.session(request: request.messages, response: writer, context: context)
        return [:]
      }
    }
  }

  private func session(
    request: RPCAsyncSequence<Alioth_Southbound_V1_AgentMessage, any Error>,
    response: RPCWriter<OutgoingFrame>,
    context: ServerContext
  ) async throws {
    let count = sessions.add(1, ordering: .relaxed).newValue
    defer { sessions.subtract(1, ordering: .relaxed) }
    guard count <= limits.maximumSessions else {
      let message = "the controller has its limit of \(limits.maximumSessions) sessions"
      logger.warning("agent refused: \(message)", metadata: ["peer": "\(context.remotePeer)"])
      throw RPCError(code: .resourceExhausted, message: message)
    }
    let session = ServerSession(
      peer: context.remotePeer, identity: identity(context), handler: handler, limits: limits, timing: timing,
      logger: logger)
    let shutdown = shutdown
    try await session.run(request: request, response: response) {
      // Ends with the connection, or with the server.
      await withTaskGroup(of: String.self) { group in
        group.addTask {
          await shutdown.wait()
          return "the controller is shutting down"
        }
        group.addTask {
          try? await context.cancellation.cancelled
          return "the connection is gone"
        }
        let reason = await group.next() ?? ""
        group.cancelAll()
        return reason
      }
    }
  }

  /// Whom the peer's certificate speaks for; nil in plaintext, where everyone is believed.
  private func identity(_ context: ServerContext) -> NodeIdentity? {
    guard requiresIdentity else { return nil }
    let transport = context.transportSpecific as? HTTP2ServerTransport.Posix.Context
    guard let certificate = transport?.peerCertificate else { return NodeIdentity(hosts: []) }
    return NodeIdentity(certificate)
  }
}
