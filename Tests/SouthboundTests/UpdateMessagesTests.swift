import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Updates cut into messages")
struct UpdateMessagesTests {
  @Test("a snapshot is bounded messages between its markers, and assembles to itself")
  func snapshot() throws {
    let update = GoalStateUpdate(scope: .snapshot, version: version("e", 9), upserts: try neighbors(2000))
    let messages = Array(UpdateMessages(update, lastSent: version("", 0), chunkBytes: 8192))
    #expect(messages.count > 20)
    for message in messages { #expect(try message.serializedData().count <= 8192 + 16) }
    var state = AgentStreamState.welcomed()
    #expect(try state.handle(messages) == [.deliver(update)])
  }

  @Test("an empty snapshot is its markers")
  func emptySnapshot() throws {
    let update = GoalStateUpdate(scope: .snapshot, version: version("e", 9))
    let messages = Array(UpdateMessages(update, lastSent: version("", 0), chunkBytes: 8192))
    #expect(messages == [.begin("e", 9), .end("e", 9, count: 0)])
  }

  @Test("a delta is cut too, removals after upserts, and every size of part assembles to the same")
  func delta() throws {
    let removals = (1...200).map { ResourceKey.port(PortID("port-\($0)")) }
    let update = GoalStateUpdate(
      scope: .delta(from: 4), version: version("e", 9), upserts: try neighbors(100), removals: removals)
    for chunk in [1, 50, 500, 5000, 1_000_000] {
      let messages = Array(UpdateMessages(update, lastSent: version("e", 4), chunkBytes: chunk))
      #expect(messages.last?.delta.more == false)
      #expect(messages.dropLast().allSatisfy { $0.delta.more })
      var state = AgentStreamState.welcomed(held: version("e", 4))
      #expect(try state.handle(messages) == [.deliver(update)])
      #expect(messages.count == (chunk == 1 ? 300 : chunk == 1_000_000 ? 1 : messages.count))
    }
  }

  @Test("a delta without changes is progress when it builds on what was sent last, and says so otherwise")
  func progress() {
    let update = GoalStateUpdate(scope: .delta(from: 4), version: version("e", 9))
    #expect(Array(UpdateMessages(update, lastSent: version("e", 4), chunkBytes: 100)) == [.progress(9)])
    #expect(Array(UpdateMessages(update, lastSent: version("e", 3), chunkBytes: 100)) == [.delta("e", 4, 9)])
    #expect(Array(UpdateMessages(update, lastSent: version("f", 4), chunkBytes: 100)) == [.delta("e", 4, 9)])
  }
}
