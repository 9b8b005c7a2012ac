import GRPCCore
import GRPCNIOTransportHTTP2
import GRPCProtobuf
import GoalStateProtobuf
import NIOCore
import NIOPosix

/// How a client reaches its controller: all of it that has a socket.
protocol ControllerDialler: Sendable {
  /// Sends one message to the controller.
  typealias Writer = @Sendable (Alioth_Southbound_V1_AgentMessage) async throws -> Void

  /// Dials, and makes one call, until the controller ends it.
  ///
  /// - Parameters:
  ///   - send: Given what to send with; the agent's side of the call ends with it.
  ///   - receive: Called with each message of the controller, one after the other.
  /// - Throws: what one of them threw, or what happened to the connection.
  func call(
    send: @escaping @Sendable (@escaping Writer) async throws -> Void,
    receive: @escaping @Sendable (ControllerFrame) async throws -> Void
  ) async throws
}

/// Reaches a controller by gRPC; each call is a connection of its own.
struct GRPCDialler: ControllerDialler {
  let address: SouthboundAddress
  let security: ClientSecurity
  let limits: SouthboundLimits
  var eventLoop: (any EventLoop)?

  func call(
    send: @escaping @Sendable (@escaping Writer) async throws -> Void,
    receive: @escaping @Sendable (ControllerFrame) async throws -> Void
  ) async throws {
    // Credentials are files, which whoever dials on an event loop must not wait for.
    let transport = try await NIOThreadPool.singleton.runIfActive { [self] in
      try SouthboundClient.transport(to: address, security: security, eventLoop: eventLoop)
    }
    let client = GRPCClient(transport: transport)
    var options = CallOptions.defaults
    options.maxRequestMessageBytes = limits.maximumMessageBytes
    options.maxResponseMessageBytes = limits.maximumMessageBytes
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await client.runConnections()
        return false
      }
      group.addTask { [options] in
        try await client.bidirectionalStreaming(
          request: StreamingClientRequest { writer in try await send { try await writer.write($0) } },
          descriptor: Alioth_Southbound_V1_Southbound.Method.Session.descriptor,
          serializer: ProtobufSerializer<Alioth_Southbound_V1_AgentMessage>(),
          deserializer: ControllerFrameDeserializer(), options: options
        ) { response in
          for try await message in response.messages { try await receive(message) }
        }
        return true
      }
      defer {
        client.beginGracefulShutdown()
        group.cancelAll()
      }
      // The connection's own task may end first; what the call says about it is the better reason.
      while let ended = try await group.next(), !ended {}
    }
  }
}
