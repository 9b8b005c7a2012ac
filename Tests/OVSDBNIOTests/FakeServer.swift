import Glibc
import NIOCore
import NIOPosix
import OVSDB
import Synchronization

/// A server on a unix socket that answers each message by a function, in bytes of the test's choosing.
final class FakeServer: Sendable {
  /// What to send back for a message; nil closes the connection.
  typealias Answer = @Sendable (JSONRPCMessage) -> [String]?

  let path: String
  private let recorder: Recorder

  private init(path: String, recorder: Recorder) {
    self.path = path
    self.recorder = recorder
  }

  /// Messages that came, in order.
  var messages: [JSONRPCMessage] { recorder.messages }

  /// A schema with all columns in use, as the answer to `get_schema`. The counts are integers, the rest sets of strings.
  static func schema(leavingOut column: String = "") -> JSONValue {
    let strings = JSONValue.object(["key": "string", "min": 0, "max": "unlimited"])
    let tables = OpenVSwitchSchema.columns.mapValues { columns in
      let kept = columns.filter { $0 != column }.map { name in
        (name, JSONValue.object(["type": name.hasSuffix("_cfg") ? "integer" : strings]))
      }
      return JSONValue.object(["columns": .object(Dictionary(uniqueKeysWithValues: kept))])
    }
    return .object(["name": "Open_vSwitch", "version": "8.3.1", "tables": .object(tables)])
  }

  static func response(_ id: JSONValue, _ result: JSONValue) -> String {
    JSONRPCMessage.response(id: id, result: result).json.description
  }

  /// Serves while `body` runs. `get_schema` is answered unless `answer` is to see that too; a server that is not modern knows
  /// only RFC 7047's own monitors.
  static func with<T>(
    answeringSchema: Bool = true, isModern: Bool = false, _ answer: @escaping Answer,
    _ body: (FakeServer) async throws -> T
  ) async throws -> T {
    let path = "/tmp/dbx-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
    let recorder = Recorder()
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            Handler(answeringSchema: answeringSchema, isModern: isModern, answer: answer, recorder: recorder))
        }
      }
      .bind(unixDomainSocketPath: path).get()
    let server = FakeServer(path: path, recorder: recorder)
    defer { unlink(path) }
    do {
      let result = try await body(server)
      try await channel.close()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }

  final class Recorder: Sendable {
    private let storage = Mutex<[JSONRPCMessage]>([])
    var messages: [JSONRPCMessage] { storage.withLock { $0 } }
    func append(_ message: JSONRPCMessage) { storage.withLock { $0.append(message) } }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var splitter = JSONMessageSplitter()
    private let answeringSchema: Bool
    private let isModern: Bool
    private let answer: Answer
    private let recorder: Recorder

    init(answeringSchema: Bool, isModern: Bool, answer: @escaping Answer, recorder: Recorder) {
      self.answeringSchema = answeringSchema
      self.isModern = isModern
      self.answer = answer
      self.recorder = recorder
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      splitter.append(unwrapInboundIn(data).readableBytesView)
      do {
        while let bytes = try splitter.next() {
          let message = try JSONRPCMessage(json: JSONValue(parsing: bytes))
          recorder.append(message)
          var texts: [String]?
          if answeringSchema, case .request(let id, "get_schema", _) = message {
            texts = [FakeServer.response(id, FakeServer.schema())]
          } else if !isModern, case .request(let id, let method, _) = message, method.hasPrefix("monitor_cond") {
            texts = [JSONRPCMessage.failure(id: id, error: "unknown method").json.description]
          } else {
            texts = answer(message)
          }
          guard let texts else { return context.close(promise: nil) }
          for text in texts {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
          }
        }
      } catch {
        context.close(promise: nil)
      }
    }
  }
}
