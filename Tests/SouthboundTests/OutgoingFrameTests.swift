import GoalState
import GoalStateProtobuf
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Messages put together from encoded resources")
struct OutgoingFrameTests {
  @Test("are the bytes that the generated code makes of the whole message", arguments: 1...20 as ClosedRange<UInt64>)
  func bytes(seed: UInt64) throws {
    var generator = ResourceGenerator(seed: seed)
    for update in try generator.updates() {
      for chunk in [1, 300, 4000, 1_000_000] {
        var upserts: [VersionedResource] = []
        for frame in UpdateFrames(update, lastSent: version("e", 4), chunkBytes: chunk, dryRun: seed % 3) {
          let bytes: [UInt8] = try frame.serializedBytes()
          #expect(bytes == (try frame.wholeMessage.serializedBytes()), "seed \(seed), chunks of \(chunk)")
          upserts += frame.upserts.map(\.resource)
        }
        #expect(upserts == update.upserts, "seed \(seed), chunks of \(chunk)")
      }
    }
  }

  @Test("are the same for resources that were encoded before", arguments: 1...20 as ClosedRange<UInt64>)
  func prepared(seed: UInt64) throws {
    var generator = ResourceGenerator(seed: seed)
    for var update in try generator.updates() {
      update.isAllOrNothing = false
      let prepared = PreparedUpdate(
        scope: update.scope, version: update.version, upserts: update.upserts.map { EncodedResource($0) },
        removals: update.removals, areRemovalsIntended: update.areRemovalsIntended)
      #expect(prepared.update == update)
      for chunk in [1, 300, 4000] {
        let plain = UpdateFrames(update, lastSent: version("e", 4), chunkBytes: chunk)
        let encoded = UpdateFrames(prepared, lastSent: version("e", 4), chunkBytes: chunk)
        #expect(try encoded.map(bytes) == plain.map(bytes), "seed \(seed), chunks of \(chunk)")
      }
    }
  }

  private func bytes(_ frame: OutgoingFrame) throws -> [UInt8] { try frame.serializedBytes() }
}

extension ResourceGenerator {
  /// A snapshot, a delta with all that it may have, and one without resources.
  fileprivate mutating func updates() throws -> [GoalStateUpdate] {
    var resources: [VersionedResource] = []
    for _ in 0..<20 {
      for resource in [try network(), securityGroup(), router(), port(), neighbor()] {
        resources.append(VersionedResource(resource, revision: number(0...UInt64.max)))
      }
    }
    let revision = number(5...UInt64.max) as UInt64
    let removals = (0..<number(0...40)).map { ResourceKey.port(PortID("gone-\($0)")) }
    let isMarked = number(0...1) == 1
    let version = GoalStateVersion(epoch: "e", revision: revision)
    return [
      GoalStateUpdate(scope: .snapshot, version: version, upserts: resources, areRemovalsIntended: isMarked),
      GoalStateUpdate(
        scope: .delta(from: 4), version: version, upserts: resources, removals: removals,
        areRemovalsIntended: isMarked, isAllOrNothing: !isMarked),
      GoalStateUpdate(scope: .delta(from: 4), version: version, removals: removals),
    ]
  }
}
