import Foundation
import GoalState
import GoalStateProtobuf
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("A message of 1 GiB", .serialized, .timeLimit(.minutes(3)))
struct MessageSizeTests {
  private static let gibibyte: UInt32 = 1 << 30

  @Test("is refused by the controller when it is announced, without room for it, and other agents go on")
  func toController() async throws {
    let controller = TestController()
    try await withServer(controller) { address in
      let agent = TestAgent(host: "node2")
      try await withClient(agent, to: address) {
        let other = try await controller.sessions.take()
        let before = residentBytes()
        let refused = try await offThePool {
          let peer = try RawPeer(to: address)
          peer.send(RawFrame.preface + RawFrame(kind: RawFrame.settings).bytes)
          peer.send(
            RawFrame.headers([
              (":method", "POST"), (":scheme", "http"), (":path", "/alioth.southbound.v1.Southbound/Session"),
              (":authority", "controller"), ("te", "trailers"), ("content-type", "application/grpc"),
            ]).bytes)
          peer.send(try RawFrame.whole(ToController.hello(host: "node1").serializedBytes()).bytes)
          guard peer.awaitFrame([RawFrame.data], stream: 1) != nil else { return false }
          peer.send(RawFrame.message(length: MessageSizeTests.gibibyte, [0x0a]).bytes)
          // The stream's end: a status, or a reset.
          return peer.awaitFrame([RawFrame.headers, RawFrame.reset], stream: 1) != nil
        }
        #expect(refused)
        let session = try await controller.sessions.take()
        _ = try await session.ended.take()
        #expect(residentBytes() - before < 256 << 20)
        other.updates.put(GoalStateUpdate(scope: .snapshot, version: version("e", 1)))
        #expect(try await agent.updates.take().version == version("e", 1))
      }
    }
  }

  @Test("is refused by the agent, which says so and dials again")
  func toAgent() async throws {
    let listener = try RawListener()
    let agent = TestAgent()
    let before = residentBytes()
    try await withClient(agent, to: listener.address) {
      for _ in 0..<2 {
        try await offThePool {
          let peer = listener.accept()
          peer.send(RawFrame(kind: RawFrame.settings).bytes)
          guard peer.awaitFrame(afterPreface: [RawFrame.data]) else { return }
          peer.send(RawFrame.headers([(":status", "200"), ("content-type", "application/grpc")]).bytes)
          peer.send(try RawFrame.whole(ToAgent.welcome().serializedBytes()).bytes)
          peer.send(RawFrame.message(length: MessageSizeTests.gibibyte, [0x0a]).bytes)
          // Until the agent has had enough.
          while !peer.receive().isEmpty {}
        }
        let reason = try await agent.disconnection()
        #expect(reason == "the other end sent a message that is longer than is taken, or none of gRPC's")
      }
      #expect(residentBytes() - before < 256 << 20)
    }
  }
}

extension RawFrame {
  /// A whole message of gRPC's.
  fileprivate static func whole(_ bytes: [UInt8]) -> RawFrame { .message(length: UInt32(bytes.count), bytes) }
}

extension RawPeer {
  fileprivate func awaitFrame(afterPreface kinds: Set<UInt8>) -> Bool {
    skip(RawFrame.preface.count)
    return awaitFrame(kinds, stream: 1) != nil
  }
}

/// Runs what blocks on a thread of its own.
private func offThePool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}
