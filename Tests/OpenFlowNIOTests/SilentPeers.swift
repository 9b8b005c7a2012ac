import NIOCore
import NIOPosix

/// Peers that connect and say nothing.
struct SilentPeers {
  private let channels: [any Channel]

  init(count: Int, host: String, port: Int) async throws {
    var channels: [any Channel] = []
    for _ in 0..<count {
      channels.append(
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: host, port: port).get())
    }
    self.channels = channels
  }

  /// Waits until the other side has closed all of them.
  func waitForEnds() async {
    for channel in channels { try? await channel.closeFuture.get() }
  }
}
