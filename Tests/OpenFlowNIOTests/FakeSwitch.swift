import NIOCore
import NIOPosix
import OpenFlow
import Synchronization

/// A peer on a unix socket that answers each whole message with what a closure says: bytes to send, or nil to close.
final class FakeSwitch: Sendable {
  typealias Answer = @Sendable (_ message: [UInt8]) -> [UInt8]?

  let path: String
  private let channel: any Channel
  private let log: Log

  /// The messages that came, in order.
  var messages: [[UInt8]] { log.messages.withLock { $0 } }

  init(greeting: [UInt8], answer: @escaping Answer) async throws {
    let path = "/tmp/alioth-fake-switch-\(UInt64.random(in: 0...(.max)))"
    self.path = path
    let log = Log()
    self.log = log
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(greeting: greeting, log: log, answer: answer))
        }
      }
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
  }

  func stop() async { try? await channel.close() }

  private final class Log: Sendable {
    let messages = Mutex<[[UInt8]]>([])
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let greeting: [UInt8]
    private let log: Log
    private let answer: Answer
    private var buffer: [UInt8] = []

    init(greeting: [UInt8], log: Log, answer: @escaping Answer) {
      self.greeting = greeting
      self.log = log
      self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
      context.writeAndFlush(NIOAny(ByteBuffer(bytes: greeting)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      buffer += unwrapInboundIn(data).readableBytesView
      var start = 0
      defer { buffer.removeFirst(start) }
      while buffer.count - start >= 8 {
        let length = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
        guard length >= 8, buffer.count - start >= length else { return }
        let message = Array(buffer[start..<(start + length)])
        start += length
        log.messages.withLock { $0.append(message) }
        guard let bytes = answer(message) else {
          context.close(promise: nil)
          return
        }
        if !bytes.isEmpty { context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil) }
      }
    }
  }
}

/// Messages as a switch sends them.
enum SwitchBytes {
  /// Version 6 with a bitmap of 1.0, 1.3, 1.4 and 1.5.
  static let hello: [UInt8] = [6, 0, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 0x72]
  /// The same without 1.3.
  static let helloWithout13: [UInt8] = [6, 0, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 0x62]

  static func message(_ type: UInt8, xid: ArraySlice<UInt8>, _ body: [UInt8] = []) -> [UInt8] {
    let length = 8 + body.count
    return [4, type, UInt8(length >> 8), UInt8(length & 0xff)] + xid + body
  }

  /// Datapath 0x2a with 254 tables.
  static func features(xid: ArraySlice<UInt8>) -> [UInt8] {
    message(6, xid: xid, [0, 0, 0, 0, 0, 0, 0, 0x2a] + [0, 0, 0, 0, 254, 0, 0, 0] + [0, 0, 0, 0x4f, 0, 0, 0, 0])
  }

  /// What a well-behaved switch says: features, and yes to bundle control and barriers.
  static func obliging(_ message: [UInt8]) -> [UInt8] {
    let xid = message[4..<8]
    switch message[1] {
    case 5: return features(xid: xid)
    case 20: return self.message(21, xid: xid)
    case 4 where message.count == 24:
      var reply = message
      reply[21] += 1  // the reply's type is the request's plus one
      return reply
    default: return []
    }
  }
}
