import OpenFlow

/// A reply in a form in which those of two switches are equal: lists in one order, without times and counters.
struct ComparableReply: Equatable, Comparable {
  let xid: UInt32
  private let head: String
  /// What the flows or the groups in it do, in their order; nil where Open vSwitch lists it in another form than it came
  /// in.
  private var actions: [String?] = []

  var isError: Bool { head.hasPrefix("error") }
  var flowCount: Int { head.hasPrefix("flows") ? actions.count : 0 }
  var text: String {
    guard !actions.isEmpty else { return head }
    return zip(head.split(separator: "\n").dropFirst(), actions).map { "\($0) \($1 ?? "…")" }.joined(separator: "\n")
  }

  init?(_ bytes: [UInt8]) {
    guard let (header, message) = try? OpenFlowMessage.decode(bytes) else { return nil }
    xid = header.xid
    switch message {
    case .error(let error):
      // For a field that is not there Open vSwitch answers the one or the other by what is in a bucket of a hash table.
      let code = error.experimenter == nil && error.type == 2 && error.code == 14 ? 13 : error.code
      head = "error \(error.type) \(code) \(error.experimenter ?? 0) of \(Comparison.hex(error.data))"
    case .multipartReply(let part):
      guard let answer = try? part.answer() else { return nil }
      switch answer {
      case .flows(let flows):
        let lines = flows.map { ComparableReply.line($0.flow) }.sorted { $0.head < $1.head }
        head = "flows\n" + lines.map(\.head).joined(separator: "\n")
        actions = lines.map(\.actions)
      case .groupDescriptions(let groups):
        let lines = groups.sorted { $0.id < $1.id }.map(ComparableReply.line)
        head = "groups\n" + lines.map(\.head).joined(separator: "\n")
        actions = lines.map(\.actions)
      default: head = ComparableReply.text(answer)
      }
    case .queueGetConfigReply(let configuration):
      head = "queues of \(configuration.port): \(configuration.queues.map { "\($0)" }.sorted())"
    default: head = Comparison.hex(bytes)
    }
  }

  private static func text(_ answer: MultipartAnswer) -> String {
    switch answer {
    case .aggregate(let statistics): "aggregate \(statistics.flows)"
    case .tables(let tables): "tables \(tables.filter { $0.flows > 0 }.map { "\($0.table): \($0.flows)" })"
    case .ports(let ports):
      "ports \(ports.sorted { $0.port < $1.port }.map { "\($0.port) \($0.name) \($0.configuration) \($0.state)" })"
    case .groups(let groups): "groups \(groups.map { "\($0.group): \($0.references) \($0.buckets.count)" }.sorted())"
    case .meterConfigurations(let meters): "\(meters.sorted { $0.id < $1.id })"
    case .meters(let meters): "meters \(meters.map { "\($0.meter): \($0.flows) \($0.bands.count)" }.sorted())"
    case .queues(let queues): "\(queues.sorted { $0.port < $1.port })"
    case .description: "description"
    case .flowUpdates: "updates"
    default: "\(answer)"
    }
  }

  private static func line(_ flow: Flow) -> (head: String, actions: String?) {
    let text = "\(flow)"
    let range = text.firstRange(of: " actions=")
    let actions = range.map { String(text[$0.upperBound...]) } ?? ""
    let head = "\(text[..<(range?.lowerBound ?? text.endIndex)]) flags \(flow.flags.rawValue)"
    return (head, comparable(actions))
  }

  private static func line(_ group: Group) -> (head: String, actions: String?) {
    let head = "\(group.id) \(group.type) \(group.buckets.map { "\($0.weight) \($0.watchPort) \($0.watchGroup)" })"
    let actions = group.buckets.flatMap { $0.actions.map(\.description) + ["/"] }.joined(separator: ",")
    return (head, comparable(actions))
  }

  private static func comparable(_ actions: String) -> String? {
    ["raw(", "raw_", "controller(", "->", "output:NX", "output:OX"].contains { actions.contains($0) } ? nil : actions
  }

  static func == (lhs: ComparableReply, rhs: ComparableReply) -> Bool {
    lhs.xid == rhs.xid && lhs.head == rhs.head && lhs.actions.count == rhs.actions.count
      && zip(lhs.actions, rhs.actions).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
  }

  static func < (lhs: ComparableReply, rhs: ComparableReply) -> Bool { (lhs.xid, lhs.head) < (rhs.xid, rhs.head) }
}

/// What a switch tells unasked, a line each, in one order and without times and counters.
enum ToldText {
  static func lines(_ messages: [[UInt8]]) -> [String] {
    messages.flatMap { bytes -> [String] in
      switch try? OpenFlowMessage.decode(bytes).message {
      case .flowRemoved(let removed):
        return [
          "removed \(removed.key) cookie \(removed.cookie) reason \(removed.reason) "
            + "timeouts \(removed.idleTimeout) \(removed.hardTimeout)"
        ]
      case .multipartReply(let part):
        guard case .flowUpdates(let updates)? = try? part.answer() else { return ["unreadable"] }
        return updates.map(line)
      case .portStatus(let status):
        return ["\(status.reason) \(status.description.port) \(status.description.configuration)"]
      case .error(let error): return ["error \(error.type) \(error.code)"]
      case .packetIn: return ["packet-in"]
      default: return [Comparison.hex(bytes)]
      }
    }.sorted()
  }

  private static func line(_ update: FlowUpdate) -> String {
    switch update {
    case .abbreviated(let xid): return "abbreviated \(xid)"
    case .change(let event, let reason, let flow):
      let actions = flow.instructionBytes.isEmpty ? "without instructions" : "with instructions"
      return "\(event) \(reason) \(flow.key) cookie \(flow.cookie) \(flow.idleTimeout) \(flow.hardTimeout) \(actions)"
    }
  }
}
