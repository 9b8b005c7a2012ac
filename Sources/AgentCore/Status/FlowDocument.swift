import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine

/// A page of the agent's flows for whoever asks on its socket.
struct FlowDocument: Codable, Sendable {
  struct Entry: Codable, Sendable {
    /// The resource that it was made from, or `host`; absent for a flow that nobody wants.
    var resource: String?
    /// `in force`, `waiting`, `sent`, `stale` or `unknown`.
    var state: String
    var table: String
    /// The flow as ovs-ofctl writes it.
    var flow: String
  }

  var flows: [Entry]
  /// Where to go on; absent at the end.
  var next: Int?

  /// How many of the agent's books' places one page looks at.
  static let pageSize = 2000
}

/// Which flows to show.
struct FlowQuery: Sendable {
  var cursor = 0
  var resource: ResourceKey?
  var table: TableID?

  /// Reads the query of a request.
  ///
  /// - Throws: `FlowQuery.Mistake` with what is wrong.
  init(cursor: String?, resource: String?, table: String?) throws(Mistake) {
    if let cursor {
      guard let number = Int(cursor), number >= 0 else { throw Mistake("cursor \(cursor) is not a number") }
      self.cursor = number
    }
    if let resource {
      let parts = resource.split(separator: "/", maxSplits: 1)
      guard parts.count == 2, let kind = ResourceKind.allCases.first(where: { "\($0)" == parts[0] }) else {
        throw Mistake("resource \(resource) is not KIND/ID with network, subnet, port or neighbor")
      }
      self.resource = ResourceKey(kind, String(parts[1]))
    }
    if let table {
      let known = PipelineTable.allCases.first { "\($0.id)" == table || $0.name == table }
      guard let found = known else {
        let names = PipelineTable.allCases.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
        throw Mistake("table \(table) is none of \(names)")
      }
      self.table = found.id
    }
  }

  /// What is wrong with a query.
  struct Mistake: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}

extension Agent {
  /// A page of flows.
  nonisolated func flows(_ query: FlowQuery) async -> FlowDocument {
    if let resource = query.resource {
      let found = await engine.listing(of: Unit(resource)).filter { query.table == nil || $0.flow.table == query.table }
      return FlowDocument(flows: found.map(FlowDocument.Entry.init), next: nil)
    }
    let page = await engine.listing(from: query.cursor, limit: FlowDocument.pageSize, table: query.table)
    return FlowDocument(flows: page.flows.map(FlowDocument.Entry.init), next: page.next)
  }
}

extension FlowDocument.Entry {
  init(_ listing: FlowListing<Pipeline.Unit>) {
    resource = listing.owner.map { "\($0)" }
    state = listing.state.rawValue
    table = PipelineTable.allCases.first { $0.id == listing.flow.table }?.name ?? "\(listing.flow.table)"
    flow = "\(listing.flow)"
  }
}
