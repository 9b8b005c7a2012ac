import GoalStateProtobuf
import Logging

/// The reasons of what was no success, as far as one update may fill the log with them: Alcor's replies have no place for them.
struct AlcorComplaints {
  static let limit = 20
  private var lines: [(level: Logger.Level, metadata: Logger.Metadata)] = []
  private var count = 0

  mutating func note(_ operation: AlcorOperation, _ verdict: AlcorVerdict) {
    guard let reason = verdict.reason else { return }
    count += 1
    guard lines.count < AlcorComplaints.limit else { return }
    lines.append(
      (
        verdict.status == .pending ? .info : .warning,
        [
          "operation": "\(operation.operation)", "resource": "\(operation.subject.type)",
          "id": "\(reportableIdentifier(operation.subject.id))", "status": "\(verdict.status)", "reason": "\(reason)",
        ]
      ))
  }

  func log(to logger: Logger) {
    for line in lines { logger.log(level: line.level, "operation not in force", metadata: line.metadata) }
    if count > lines.count {
      logger.warning("more operations not in force", metadata: ["count": "\(count - lines.count)"])
    }
  }
}
