import EventLoopTasks
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite("A turn of an event loop's sockets")
struct SocketTurnTests {
  @Test("comes back when what could be read before it has been read")
  func order() async throws {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let turn = try await SocketTurn(eventLoop)
    var ends: [CInt] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let (input, output) = (ends[0], ends[1])
    let reader = ReadCounter()
    let channel = try await NIOPipeBootstrap(group: eventLoop)
      .channelInitializer { $0.pipeline.addHandler(reader) }
      .takingOwnershipOfDescriptor(input: input).get()
    try await Task(executorPreference: EventLoopTaskExecutor.forever(on: eventLoop)) {
      for number in 1...100 {
        try #require(write(output, "x", 1) == 1)
        await turn.take()
        #expect(reader.count == number)
      }
    }.value
    close(output)
    try await channel.closeFuture.get()
  }

  @Test("serves many that wait at once")
  func many() async throws {
    let turn = try await SocketTurn(MultiThreadedEventLoopGroup.singleton.next())
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<100 { group.addTask { await turn.take() } }
    }
  }
}

/// Counts the bytes that come.
private final class ReadCounter: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let bytes = Atomic(0)

  var count: Int { bytes.load(ordering: .sequentiallyConsistent) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytes.add(unwrapInboundIn(data).readableBytes, ordering: .sequentiallyConsistent)
  }
}
