import GRPCCore
import GRPCNIOTransportHTTP2
import GoalState
import GoalStateProtobuf
import NIOCore
import Southbound
import SwiftProtobuf
import Synchronization

/// The least that an agent can be: it takes goal states in without looking at them, and says that they are in force.
final class SimulatedAgent: Sendable {
  /// What it has been sent.
  struct Received: Sendable {
    var version = GoalStateVersion(epoch: "", revision: 0)
    /// When that was, by `Clock.now()`.
    var at: UInt64 = 0
    var resources = 0
    /// The last update by itself.
    var lastResources = 0
    var bytes = 0
  }

  let host: String
  private let tunnelAddress: String
  private let address: SouthboundAddress
  private let state = Mutex(Received())

  init(host: String, tunnelAddress: String, controller address: SouthboundAddress) {
    self.host = host
    self.tunnelAddress = tunnelAddress
    self.address = address
  }

  var received: Received { state.withLock { $0 } }

  /// Keeps a session until the task is cancelled, or the session ends.
  func run(on eventLoop: any EventLoop) async throws {
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: address.host, port: address.port), transportSecurity: .plaintext,
      config: .defaults { $0.http2.targetWindowSize = 1 << 20 }, eventLoopGroup: eventLoop)
    let held = received.version
    let (reports, report) = AsyncStream.makeStream(of: GoalStateVersion.self, bufferingPolicy: .bufferingNewest(1))
    try await withGRPCClient(transport: transport) { client in
      try await client.bidirectionalStreaming(
        request: StreamingClientRequest { writer in
          try await writer.write(.with { $0.hello = self.hello(held) })
          for await version in reports {
            try await writer.write(
              .with {
                $0.report = .with {
                  $0.epoch = version.epoch
                  $0.revision = version.revision
                }
              })
          }
        },
        descriptor: Alioth_Southbound_V1_Southbound.Method.Session.descriptor,
        serializer: AgentMessageSerializer(), deserializer: SizedMessageDeserializer(), options: .defaults
      ) { response in
        var isInPart = false
        for try await message in response.messages {
          guard let version = self.take(message, &isInPart) else { continue }
          report.yield(version)
        }
        report.finish()
      }
    }
  }

  private func hello(_ held: GoalStateVersion) -> Alioth_Southbound_V1_Hello {
    .with {
      $0.hostID = host
      $0.tunnelAddress = tunnelAddress
      $0.agentVersion = "bench"
      $0.bootID = "bench"
      $0.epoch = held.epoch
      $0.revision = held.revision
    }
  }

  /// The version that is there whole with this message, if any is.
  private func take(_ sized: SizedMessage, _ isInPart: inout Bool) -> GoalStateVersion? {
    state.withLock { state in
      state.bytes += sized.size
      var count = 0
      var whole: GoalStateVersion?
      switch sized.message.message {
      case .resources(let resources): count = resources.upserts.count
      case .delta(let delta):
        count = delta.upserts.count + delta.removals.count
        if !delta.more { whole = GoalStateVersion(epoch: delta.epoch, revision: delta.toRevision) }
      case .snapshotEnd(let end):
        whole = GoalStateVersion(epoch: end.epoch, revision: end.revision)
      default: return nil
      }
      state.resources += count
      state.lastResources = (isInPart ? state.lastResources : 0) + count
      isInPart = whole == nil
      guard let whole else { return nil }
      state.version = whole
      state.at = Clock.now()
      return whole
    }
  }
}

/// A message of the controller's, and how long it is.
private struct SizedMessage: Sendable {
  let message: Alioth_Southbound_V1_ControllerMessage
  let size: Int
}

private struct SizedMessageDeserializer: MessageDeserializer {
  func deserialize<Bytes: GRPCContiguousBytes>(_ serializedMessageBytes: Bytes) throws -> SizedMessage {
    try serializedMessageBytes.withUnsafeBytes { bytes in
      SizedMessage(
        message: try Alioth_Southbound_V1_ControllerMessage(serializedBytes: [UInt8](bytes)), size: bytes.count)
    }
  }
}

private struct AgentMessageSerializer: MessageSerializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: Alioth_Southbound_V1_AgentMessage) throws -> Bytes {
    Bytes(try message.serializedBytes() as [UInt8])
  }
}
