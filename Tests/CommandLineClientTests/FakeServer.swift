import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import CommandLineClient

/// An HTTP server on the loopback or on a unix socket that answers by a closure and remembers what it was asked.
final class FakeServer: Sendable {
  struct Request: Sendable, Equatable {
    var method: String
    var uri: String
    var body: JSONValue?
  }

  struct Answer: Sendable {
    var status = 200
    var body: [UInt8]

    init(_ status: Int = 200, _ body: JSONValue) throws {
      self.status = status
      self.body = try body.compactBytes()
    }

    init(status: Int, text: String) {
      self.status = status
      self.body = Array(text.utf8)
    }
  }

  private let channel: any Channel
  private let log: RequestLog
  var requests: [Request] { log.all }
  var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

  private init(channel: any Channel, log: RequestLog) {
    self.channel = channel
    self.log = log
  }

  /// Runs `body` with a server that answers with `answer`.
  static func with<Result: Sendable>(
    unixSocket path: String? = nil, answer: @escaping @Sendable (Request) throws -> Answer,
    _ body: (FakeServer) async throws -> Result
  ) async throws -> Result {
    let log = RequestLog()
    let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
        try channel.pipeline.syncOperations.addHandler(Answering(log: log, answer: answer))
      }
    }
    let channel =
      if let path {
        try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
      } else {
        try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
      }
    do {
      let result = try await body(FakeServer(channel: channel, log: log))
      try await channel.close()
      return result
    } catch {
      try await channel.close()
      throw error
    }
  }
}

final class RequestLog: Sendable {
  private let requests = Mutex<[FakeServer.Request]>([])
  var all: [FakeServer.Request] { requests.withLock { $0 } }
  func append(_ request: FakeServer.Request) { requests.withLock { $0.append(request) } }
}

private final class Answering: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let log: RequestLog
  private let answer: @Sendable (FakeServer.Request) throws -> FakeServer.Answer
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(log: RequestLog, answer: @escaping @Sendable (FakeServer.Request) throws -> FakeServer.Answer) {
    self.log = log
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body(let bytes): body += Array(bytes.readableBytesView)
    case .end: respond(context)
    }
  }

  private func respond(_ context: ChannelHandlerContext) {
    guard let head else { return }
    let request = FakeServer.Request(
      method: head.method.rawValue, uri: head.uri, body: try? JSONValue(parsing: body))
    body = []
    log.append(request)
    let answer = (try? answer(request)) ?? FakeServer.Answer(status: 500, text: "the fake server's closure failed")
    let headers: HTTPHeaders = ["content-length": String(answer.body.count)]
    let response = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}
