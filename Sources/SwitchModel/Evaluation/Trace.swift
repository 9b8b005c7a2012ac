import OpenFlow

/// What happened to a packet, step by step, as `ovs-appctl ofproto/trace` tells it.
public struct Trace: Hashable, Sendable {
  /// One step.
  public struct Line: Hashable, Sendable {
    /// What kind of step it is.
    public enum Kind: Hashable, Sendable {
      /// The packet, parsed.
      case packet
      /// A lookup, and the flow that it found.
      case table
      /// A group's bucket.
      case bucket
      /// An action that is carried out.
      case action
      /// What an action came to.
      case detail
      /// Something that went wrong.
      case warning
      /// The packet comes back from connection tracking, or was parsed again.
      case resumed
      /// What was done in the end: packets out, packets to controllers, meters.
      case datapath
    }

    /// How deep it is in lookups and groups.
    public var depth: Int
    /// What kind of step it is.
    public var kind: Kind
    /// The step.
    public var text: String
    /// The flow that a lookup found.
    public var flow: FlowKey?
    /// That flow's cookie.
    public var cookie: UInt64?
  }

  /// The steps in order.
  public internal(set) var lines: [Line] = []

  /// The flows that were matched, in order.
  public var matchedFlows: [FlowKey] { lines.compactMap(\.flow) }
}

extension Trace: CustomStringConvertible {
  /// A line a step, indented by depth.
  public var description: String {
    lines.map { line in
      let indent = String(repeating: " ", count: min(line.depth, 40) * 4)
      switch line.kind {
      case .packet, .resumed: return "\(indent)\(line.text)"
      case .table, .bucket: return "\(indent)\(line.text)"
      case .action: return "\(indent)    \(line.text)"
      case .detail: return "\(indent)     -> \(line.text)"
      case .warning: return "\(indent)     >> \(line.text)"
      case .datapath: return "\(indent)=> \(line.text)"
      }
    }.joined(separator: "\n")
  }
}

/// Collects a trace's lines.
struct TraceBuilder {
  /// A packet's steps are bounded; so is what is told of them.
  private static let limit = 20_000

  private(set) var trace = Trace()
  /// How deep the next line is.
  var depth = 0

  mutating func add(_ kind: Trace.Line.Kind, _ text: @autoclosure () -> String) {
    guard trace.lines.count < TraceBuilder.limit else { return }
    trace.lines.append(Trace.Line(depth: depth, kind: kind, text: text(), flow: nil, cookie: nil))
  }

  mutating func addLookup(_ table: TableID, _ entry: FlowEntry?) {
    guard trace.lines.count < TraceBuilder.limit else { return }
    guard let entry else {
      add(.table, "\(table). No match.")
      return
    }
    let match = entry.flow.match.description
    let cookie = entry.flow.cookie == 0 ? "" : ", cookie 0x" + String(entry.flow.cookie, radix: 16)
    let text = "\(table). \(match.isEmpty ? "" : match + ", ")priority \(entry.flow.priority)\(cookie)"
    trace.lines.append(
      Trace.Line(depth: depth, kind: .table, text: text, flow: entry.flow.key, cookie: entry.flow.cookie))
  }
}
