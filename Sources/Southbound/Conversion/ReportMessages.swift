import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf

/// The text of a report: bounded, so that one entry cannot outgrow a message.
enum ReportText {
  static let maximumBytes = 1024

  /// `text` cut to its bound at a character's border.
  static func bounded(_ text: String) -> String {
    guard text.utf8.count > maximumBytes else { return text }
    var end = text.startIndex
    var bytes = 0
    let marker = "…"
    while end < text.endIndex {
      let size = text[end].utf8.count
      guard bytes + size <= maximumBytes - marker.utf8.count else { break }
      bytes += size
      end = text.index(after: end)
    }
    return text[..<end] + marker
  }

  /// `text` from a peer, bounded, and with spaces for its control characters.
  static func readable(_ text: String) -> String { bounded(printable(text)) }

  /// `text` from a peer, with spaces for its control characters.
  static func printable(_ text: String) -> String {
    var readable = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      readable.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(readable)
  }
}

/// The messages that say a report, each of a bounded size.
///
/// - Parameter now: The moment that ages are counted to.
func reportMessages(
  _ report: GoalStateReport, chunkBytes: Int, now: ContinuousClock.Instant = .now
) -> [Alioth_Southbound_V1_AgentMessage] {
  func part() -> Alioth_Southbound_V1_Report {
    .with {
      $0.epoch = report.applied.epoch
      $0.revision = report.applied.revision
    }
  }
  var parts: [Alioth_Southbound_V1_Report] = []
  var current = part()
  if let digests = report.digests { current.digests = Alioth_Southbound_V1_FlowDigests(digests) }
  if let oldest = report.oldestUnapplied { current.oldestUnappliedMilliseconds = (now - oldest).clampedMilliseconds }
  if let held = report.heldRemovals { current.heldRemovals = Alioth_Southbound_V1_HeldRemovals(held) }
  if let refused = report.refusedUpdate { current.refusedUpdate = Alioth_Southbound_V1_RefusedUpdate(refused) }
  var bytes = 0
  func makeRoom(for size: Int) {
    if bytes + size > chunkBytes, bytes > 0 {
      current.more = true
      parts.append(current)
      current = part()
      bytes = 0
    }
    bytes += size
  }
  for failure in report.failures {
    let entry = Alioth_Southbound_V1_Failure(failure)
    makeRoom(for: encodedSize(entry))
    current.failures.append(entry)
  }
  for pending in report.pending {
    let entry = Alioth_Southbound_V1_Pending(pending)
    makeRoom(for: encodedSize(entry))
    current.pending.append(entry)
  }
  for lease in report.leases {
    let entry = Alioth_Southbound_V1_Lease.with {
      $0.portID = lease.port.rawValue
      $0.lastMessage = lease.lastMessage
      $0.time = lease.time
      $0.address = lease.address?.description ?? ""
      $0.state = ReportText.bounded(lease.state)
      $0.ipVersion = UInt32(lease.version.rawValue)
      $0.hostName = ReportText.bounded(lease.hostName)
      $0.vendorClass = ReportText.bounded(lease.vendorClass)
      $0.declines = lease.declines
    }
    makeRoom(for: encodedSize(entry))
    current.leases.append(entry)
  }
  parts.append(current)
  return parts.map { part in .with { $0.report = part } }
}

extension Alioth_Southbound_V1_FlowDigests {
  init(_ digests: FlowDigests) {
    self.init()
    desired = digests.desired
    observed = digests.observed ?? 0
    hasObserved_p = digests.observed != nil
  }
}

extension FlowDigests {
  init(_ digests: Alioth_Southbound_V1_FlowDigests) {
    self.init(desired: digests.desired, observed: digests.hasObserved_p ? digests.observed : nil)
  }
}

extension Duration {
  /// Rounded down, 0 for what is negative, and within what the type holds.
  fileprivate var clampedMilliseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < 1_000_000_000_000 else { return .max }
    return UInt64(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}
