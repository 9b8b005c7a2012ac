import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// The messages that say an update, made one by one as they are sent, each of a bounded size.
struct UpdateFrames: Sequence, IteratorProtocol {
  private enum Step {
    case snapshotBegin
    case resources
    case snapshotEnd
    case delta(from: UInt64)
    case progress
    case done
  }

  private enum Upserts {
    case plain([VersionedResource])
    case encoded([EncodedResource])

    var count: Int {
      switch self {
      case .plain(let resources): resources.count
      case .encoded(let resources): resources.count
      }
    }

    subscript(_ index: Int) -> EncodedResource {
      switch self {
      case .plain(let resources): EncodedResource(resources[index])
      case .encoded(let resources): resources[index]
      }
    }
  }

  /// Without its upserts.
  private let update: GoalStateUpdate
  private let upserts: Upserts
  private let chunkBytes: Int
  private let dryRun: UInt64
  private var step: Step
  private var upsert = 0
  /// The next upsert, when it had no room in the message before.
  private var carried: EncodedResource?
  private var removal = 0

  /// - Parameters:
  ///   - lastSent: the version that the agent holds once everything before this update has arrived.
  ///   - dryRun: the number of a dry run; 0 for an update that is to be taken in.
  init(_ update: GoalStateUpdate, lastSent: GoalStateVersion, chunkBytes: Int, dryRun: UInt64 = 0) {
    var rest = update
    rest.upserts = []
    self.init(rest, .plain(update.upserts), lastSent: lastSent, chunkBytes: chunkBytes, dryRun: dryRun)
  }

  /// - Parameter lastSent: the version that the agent holds once everything before this update has arrived.
  init(_ update: PreparedUpdate, lastSent: GoalStateVersion, chunkBytes: Int) {
    self.init(update.withoutUpserts, .encoded(update.upserts), lastSent: lastSent, chunkBytes: chunkBytes, dryRun: 0)
  }

  private init(
    _ update: GoalStateUpdate, _ upserts: Upserts, lastSent: GoalStateVersion, chunkBytes: Int, dryRun: UInt64
  ) {
    self.update = update
    self.upserts = upserts
    self.chunkBytes = chunkBytes
    self.dryRun = dryRun
    switch update.scope {
    case .snapshot: step = .snapshotBegin
    case .delta(let from):
      // Progress does not say what it builds on: it is only good when that is what was sent before.
      let continues = dryRun == 0 && lastSent == GoalStateVersion(epoch: update.version.epoch, revision: from)
      step = continues && upserts.count == 0 && update.removals.isEmpty ? .progress : .delta(from: from)
    }
  }

  mutating func next() -> OutgoingFrame? {
    switch step {
    case .snapshotBegin:
      step = upserts.count == 0 ? .snapshotEnd : .resources
      return OutgoingFrame(
        .with {
          $0.snapshotBegin = .with {
            $0.epoch = update.version.epoch
            $0.revision = update.version.revision
            $0.removalsIntended = update.areRemovalsIntended
            $0.allOrNothing = update.isAllOrNothing
            $0.dryRun = dryRun
          }
        })
    case .resources:
      let chunk = nextUpserts(budget: chunkBytes).resources
      if upsert == upserts.count { step = .snapshotEnd }
      return OutgoingFrame(.with { $0.resources = .init() }, upserts: chunk)
    case .snapshotEnd:
      step = .done
      return OutgoingFrame(
        .with {
          $0.snapshotEnd = .with {
            $0.epoch = update.version.epoch
            $0.revision = update.version.revision
            $0.resourceCount = UInt64(upserts.count)
          }
        })
    case .delta(let from):
      let (chunk, bytes) = nextUpserts(budget: chunkBytes)
      let removals = upsert == upserts.count ? nextRemovals(budget: chunkBytes - bytes) : []
      let more = upsert < upserts.count || removal < update.removals.count
      if !more { step = .done }
      return OutgoingFrame(
        .with {
          $0.delta = .with {
            $0.epoch = update.version.epoch
            $0.fromRevision = from
            $0.toRevision = update.version.revision
            $0.removals = removals
            $0.more = more
            $0.removalsIntended = update.areRemovalsIntended
            $0.allOrNothing = update.isAllOrNothing
            $0.dryRun = dryRun
          }
        }, upserts: chunk)
    case .progress:
      step = .done
      return OutgoingFrame(.with { $0.progress = .with { $0.revision = update.version.revision } })
    case .done: return nil
    }
  }

  /// The next resources that fit into `budget` bytes, at least one if there are any.
  private mutating func nextUpserts(budget: Int) -> (resources: [EncodedResource], bytes: Int) {
    var chunk: [EncodedResource] = []
    var bytes = 0
    while upsert < upserts.count {
      let resource = carried ?? upserts[upsert]
      let size = OutgoingFrame.size(of: resource)
      guard chunk.isEmpty || bytes + size <= budget else {
        carried = resource
        break
      }
      carried = nil
      chunk.append(resource)
      bytes += size
      upsert += 1
    }
    return (chunk, bytes)
  }

  /// The next removals that fit into `budget` bytes; none when it is used up, for they come in a part of their own then.
  private mutating func nextRemovals(budget: Int) -> [Alioth_Southbound_V1_ResourceKey] {
    var chunk: [Alioth_Southbound_V1_ResourceKey] = []
    var bytes = 0
    while removal < update.removals.count {
      let key = Alioth_Southbound_V1_ResourceKey(update.removals[removal])
      let size = encodedSize(key)
      // A budget that nothing else uses takes at least one.
      guard bytes + size <= budget || (chunk.isEmpty && budget == chunkBytes) else { break }
      chunk.append(key)
      bytes += size
      removal += 1
    }
    return chunk
  }
}

/// The same messages as the generated code has them, for those that look into them.
struct UpdateMessages: Sequence, IteratorProtocol {
  private var frames: UpdateFrames

  init(_ update: GoalStateUpdate, lastSent: GoalStateVersion, chunkBytes: Int, dryRun: UInt64 = 0) {
    frames = UpdateFrames(update, lastSent: lastSent, chunkBytes: chunkBytes, dryRun: dryRun)
  }

  mutating func next() -> Alioth_Southbound_V1_ControllerMessage? { frames.next()?.wholeMessage }
}

/// The bytes that `message` takes as an element of a repeated field: its own, its tag, and its length in up to 4.
func encodedSize(_ message: some SwiftProtobuf.Message) -> Int {
  // Encoding fails for none of these messages: proto3 has no required fields, and none holds an Any.
  let bytes: [UInt8]? = try? message.serializedBytes(partial: true)
  return (bytes?.count ?? 0) + 5
}
