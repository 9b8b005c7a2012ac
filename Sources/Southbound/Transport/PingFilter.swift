import NIOCore

/// The bytes that a client sends on a connection of HTTP/2, with its PING frames taken out (RFC 9113 section 6.7). Everything
/// else is passed on as it comes; no more is held back than the beginning of a frame.
struct PingFilter: Sendable {
  private static let prefaceLength = 24
  private static let headerLength = 9
  private static let pingType: UInt8 = 6
  private static let pingLength = 8

  /// How many bytes go by before the next frame begins; the connection's preface at first.
  private var remaining = PingFilter.prefaceLength
  /// The beginning of a frame that is not all there.
  private var held: [UInt8] = []

  /// What is to be passed on, and the opaque data of each PING.
  mutating func filter(_ bytes: some Collection<UInt8>) -> (passed: [UInt8], pings: [[UInt8]]) {
    var passed: [UInt8] = []
    passed.reserveCapacity(bytes.count + held.count)
    var pings: [[UInt8]] = []
    let input = held + bytes
    held = []
    var rest = input[...]
    while !rest.isEmpty {
      if remaining > 0 {
        let part = rest.prefix(remaining)
        passed += part
        rest = rest.dropFirst(part.count)
        remaining -= part.count
        continue
      }
      guard rest.count >= PingFilter.headerLength else { break }
      let header = Array(rest.prefix(PingFilter.headerLength))
      let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
      // An answer to a ping of ours is not asked for by the client.
      guard header[3] == PingFilter.pingType, length == PingFilter.pingLength, header[4] & 1 == 0 else {
        remaining = PingFilter.headerLength + length
        continue
      }
      let frame = rest.prefix(PingFilter.headerLength + PingFilter.pingLength)
      guard frame.count == PingFilter.headerLength + PingFilter.pingLength else { break }
      pings.append(Array(frame.dropFirst(PingFilter.headerLength)))
      rest = rest.dropFirst(frame.count)
    }
    held = Array(rest)
    return (passed, pings)
  }

  /// The frame that answers a PING.
  static func answer(_ data: [UInt8]) -> [UInt8] { [0, 0, 8, pingType, 1, 0, 0, 0, 0] + data }
}

/// Answers a client's pings before the transport counts them: it closes a connection after 200 control frames in 30 s, and gRPC's
/// other clients send a ping for much of the data that they receive, to measure what a connection carries.
///
/// A client with more pings than its limit is cut off. For the channel's event loop.
final class PingAnswerer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How many pings a second are answered.
  static let limit = 1_000

  private var filter = PingFilter()
  private var second = NIODeadline.uptimeNanoseconds(0)
  private var count = 0

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    let (passed, pings) = filter.filter(buffer.readableBytesView)
    if !pings.isEmpty { answer(pings, context) }
    if !passed.isEmpty { context.fireChannelRead(wrapInboundOut(context.channel.allocator.buffer(bytes: passed))) }
  }

  private func answer(_ pings: [[UInt8]], _ context: ChannelHandlerContext) {
    let now = NIODeadline.now()
    if now - second > .seconds(1) { (second, count) = (now, 0) }
    count += pings.count
    guard count <= PingAnswerer.limit else {
      // Nobody measures that often.
      context.close(promise: nil)
      return
    }
    let bytes = pings.flatMap { PingFilter.answer($0) }
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
  }
}
