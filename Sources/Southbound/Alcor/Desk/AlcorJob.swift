import GoalStateProtobuf
import SwiftProtobuf

/// A message on its way through the desk: its operations, and what has become of them.
struct AlcorJob: Sendable {
  /// When something happened, as an offset from any fixed instant.
  struct Times: Sendable {
    /// The operations began to be taken in.
    var began: Duration
    /// Their update was handed to the agent.
    var handedOver: Duration
    /// The switch confirmed, or was waited for no longer.
    var ended: Duration
    /// Whether there was anything for the switch.
    var wasProgrammed: Bool
  }

  let ticket: AlcorTicket
  let formatVersion: UInt32
  let received: Duration
  private(set) var operations: [AlcorOperation]
  private var next = 0
  private var statuses: [Alcor_Schema_GoalStateOperationReply.GoalStateOperationStatus] = []

  init(_ operations: [AlcorOperation], formatVersion: UInt32, received: Duration) {
    ticket = AlcorTicket()
    self.operations = operations
    self.formatVersion = formatVersion
    self.received = received
    statuses.reserveCapacity(operations.count)
  }

  /// The operation that is to be taken in next.
  var nextOperation: AlcorOperation? { next < operations.count ? operations[next] : nil }

  mutating func advance() { next += 1 }

  /// Notes what the next of the operations that have been taken in came to: in the order in which they were.
  mutating func note(_ operation: AlcorOperation, _ verdict: AlcorVerdict, _ times: Times) {
    statuses.append(
      .with {
        $0.resourceID = operation.subject.id
        $0.resourceType = operation.subject.type
        $0.operationType = operation.operation
        $0.operationStatus = verdict.status
        $0.networkConfigurationTime = (times.handedOver - times.began).wholeMicroseconds
        $0.dataplaneProgrammingTime = times.wasProgrammed ? (times.ended - times.handedOver).wholeMicroseconds : 0
        $0.stateElapseTime = (times.ended - received).wholeMicroseconds
      })
  }

  /// Whether everything has been noted.
  var isDone: Bool { statuses.count == operations.count }

  func reply(now: Duration) -> Alcor_Schema_GoalStateOperationReply {
    .with {
      $0.formatVersion = formatVersion
      $0.operationStatuses = statuses
      $0.messageTotalOperationTime = max(1, (now - received).wholeMicroseconds)
    }
  }
}

extension Duration {
  /// Rounded down, and within what the type holds.
  var wholeMicroseconds: UInt32 {
    let (seconds, attoseconds) = components
    guard (0..<4_294).contains(seconds) else { return seconds < 0 ? 0 : .max }
    guard attoseconds >= 0 else { return 0 }
    return UInt32(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}
