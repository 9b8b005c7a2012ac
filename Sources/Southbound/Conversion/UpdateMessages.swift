import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// The messages that say an update, made one by one as they are sent, each of a bounded size.
struct UpdateMessages: Sequence, IteratorProtocol {
  private enum Step {
    case snapshotBegin
    case resources
    case snapshotEnd
    case delta(from: UInt64)
    case progress
    case done
  }

  private let update: GoalStateUpdate
  private let chunkBytes: Int
  private let dryRun: UInt64
  private var step: Step
  private var upsert = 0
  private var removal = 0

  /// - Parameters:
  ///   - lastSent: the version that the agent holds once everything before this update has arrived.
  ///   - dryRun: the number of a dry run; 0 for an update that is to be taken in.
  init(_ update: GoalStateUpdate, lastSent: GoalStateVersion, chunkBytes: Int, dryRun: UInt64 = 0) {
    self.update = update
    self.chunkBytes = chunkBytes
    self.dryRun = dryRun
    switch update.scope {
    case .snapshot: step = .snapshotBegin
    case .delta(let from):
      // Progress does not say what it builds on: it is only good when that is what was sent before.
      let continues = dryRun == 0 && lastSent == GoalStateVersion(epoch: update.version.epoch, revision: from)
      step = continues && update.upserts.isEmpty && update.removals.isEmpty ? .progress : .delta(from: from)
    }
  }

  mutating func next() -> Alioth_Southbound_V1_ControllerMessage? {
    switch step {
    case .snapshotBegin:
      step = update.upserts.isEmpty ? .snapshotEnd : .resources
      return .with {
        $0.snapshotBegin = .with {
          $0.epoch = update.version.epoch
          $0.revision = update.version.revision
          $0.removalsIntended = update.areRemovalsIntended
          $0.allOrNothing = update.isAllOrNothing
          $0.dryRun = dryRun
        }
      }
    case .resources:
      let chunk = nextUpserts(budget: chunkBytes).resources
      if upsert == update.upserts.count { step = .snapshotEnd }
      return .with { $0.resources = .with { $0.upserts = chunk } }
    case .snapshotEnd:
      step = .done
      return .with {
        $0.snapshotEnd = .with {
          $0.epoch = update.version.epoch
          $0.revision = update.version.revision
          $0.resourceCount = UInt64(update.upserts.count)
        }
      }
    case .delta(let from):
      let (chunk, bytes) = nextUpserts(budget: chunkBytes)
      let removals = upsert == update.upserts.count ? nextRemovals(budget: chunkBytes - bytes) : []
      let more = upsert < update.upserts.count || removal < update.removals.count
      if !more { step = .done }
      return .with {
        $0.delta = .with {
          $0.epoch = update.version.epoch
          $0.fromRevision = from
          $0.toRevision = update.version.revision
          $0.upserts = chunk
          $0.removals = removals
          $0.more = more
          $0.removalsIntended = update.areRemovalsIntended
          $0.allOrNothing = update.isAllOrNothing
          $0.dryRun = dryRun
        }
      }
    case .progress:
      step = .done
      return .with { $0.progress = .with { $0.revision = update.version.revision } }
    case .done: return nil
    }
  }

  /// The next resources that fit into `budget` bytes, at least one if there are any.
  private mutating func nextUpserts(budget: Int) -> (resources: [Alioth_Southbound_V1_Resource], bytes: Int) {
    var chunk: [Alioth_Southbound_V1_Resource] = []
    var bytes = 0
    while upsert < update.upserts.count {
      let resource = Alioth_Southbound_V1_Resource(update.upserts[upsert])
      let size = UpdateMessages.size(of: update.upserts[upsert].resource) ?? encodedSize(resource)
      guard chunk.isEmpty || bytes + size <= budget else { break }
      chunk.append(resource)
      bytes += size
      upsert += 1
    }
    return (chunk, bytes)
  }

  /// No less than the bytes of a neighbor, which nearly all resources are: to encode it just for its size would take as long as
  /// to send it. Nil for other kinds.
  private static func size(of resource: Resource) -> Int? {
    guard case .neighbor(let neighbor) = resource else { return nil }
    // The revisions, the MAC address (17), the host's address (39 at most), and what each field has in front of it.
    var size = 160 + neighbor.id.text.utf8Count + neighbor.networkID.text.utf8Count
    for fixedIP in neighbor.fixedIPs { size += 64 + fixedIP.subnetID.text.utf8Count }
    size += 80 * neighbor.allowedAddressPairs.count
    for group in neighbor.securityGroupIDs { size += 8 + group.text.utf8Count }
    return size
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

/// The bytes that `message` takes as an element of a repeated field: its own, its tag, and its length in up to 4.
func encodedSize(_ message: some SwiftProtobuf.Message) -> Int {
  // Encoding fails for none of these messages: proto3 has no required fields, and none holds an Any.
  let bytes: [UInt8]? = try? message.serializedBytes(partial: true)
  return (bytes?.count ?? 0) + 5
}
