import Foundation
import GoalState
import OVSDB

/// How the agent's connections stand, as each session last said; read for the status, never for decisions.
actor StatusBoard {
  struct ControllerLink: Sendable {
    var state = "connecting"
    var since: Date?
    var error: String?
  }

  private(set) var controller = ControllerLink()
  private(set) var databaseProblem: String? = "not connected yet"
  private(set) var bridgeProblem: String?
  private(set) var underlayProblem: String?
  private(set) var datapathType: String?
  private(set) var datapathID: UInt64?

  func controller(_ link: ControllerLink) { controller = link }

  /// Returns whether the problem is another than before.
  @discardableResult
  func database(problem: String?) -> Bool {
    defer { databaseProblem = problem }
    return databaseProblem != problem
  }

  @discardableResult
  func bridge(problem: String?) -> Bool {
    defer { bridgeProblem = problem }
    return bridgeProblem != problem
  }

  @discardableResult
  func underlay(problem: String?) -> Bool {
    defer { underlayProblem = problem }
    return underlayProblem != problem
  }

  func datapath(_ row: BridgeRow?) {
    datapathType = row.map { $0.datapathType.isEmpty ? "system" : $0.datapathType }
    datapathID = row?.datapathID
  }
}
