import Glibc
import NetworkTypes
import OpenFlow
import SwitchModel
import Testing

/// The same random messages to the model and to a real Open vSwitch: the same answers and errors in the same order, and
/// the same flows, groups and meters afterwards.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized, .timeLimit(.minutes(10)))
struct SwitchDifferentialTests {
  /// How many sequences there are, and of how many messages.
  static let sequences = (EvaluationDifferentialTests.environment("MODEL_CASES") ?? 10) * 20
  static let length = 25

  @Test("messages are answered and refused as by Open vSwitch, and leave the same behind")
  func messages() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var pair = try SwitchPair(real)
    var differences: [String] = []
    var compared = 0
    for index in 0..<SwitchDifferentialTests.sequences {
      let seed = EvaluationDifferentialTests.seed &* 1_000_003 &+ UInt64(index)
      var generator = MessageGenerator(seed: seed, addresses: pair.addresses)
      let messages = generator.sequence(SwitchDifferentialTests.length)
      compared += messages.count
      differences += try pair.compare(messages).map { "seed \(seed): \($0)" }
    }
    print(
      "messages, seed \(EvaluationDifferentialTests.seed): \(SwitchDifferentialTests.sequences) sequences, "
        + "\(compared) messages, \(pair.errors) errors, \(pair.flows) flows listed, \(differences.count) differences")
    for difference in differences.prefix(40) { print(difference) }
    #expect(differences.count == 0)
    #expect(pair.errors > 0 && pair.flows > 0)
  }
}

extension SwitchDifferentialTests {
  @Test("who listens and monitors is told the same as by Open vSwitch, at once and when timeouts are over")
  func listening() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var pair = try SwitchPair(real)
    var differences: [String] = []
    for index in 0..<SwitchDifferentialTests.sequences / 10 {
      let seed = EvaluationDifferentialTests.seed &* 7_000_003 &+ UInt64(index)
      var generator = MessageGenerator(seed: seed, addresses: pair.addresses)
      let messages = generator.sequence(SwitchDifferentialTests.length)
      let watching = [generator.monitor(1), generator.monitor(2)]
      differences += try pair.compareTelling(messages, watching: watching, real).map { "seed \(seed): \($0)" }
    }
    print(
      "listening, seed \(EvaluationDifferentialTests.seed): \(SwitchDifferentialTests.sequences / 10) sequences, "
        + "\(pair.told) messages told, \(differences.count) differences")
    for difference in differences.prefix(20) { print(difference) }
    #expect(differences.count == 0)
    #expect(pair.told > 0)
  }
}

/// A real switch and the model, which are sent the same.
struct SwitchPair {
  private let socket: String
  private(set) var model: ModelSwitch
  private var nextConnection: UInt64 = 1
  /// The hardware addresses of ports 1 and on.
  let addresses: [UInt64]
  /// How many errors and flows were compared.
  private(set) var errors = 0
  private(set) var flows = 0
  /// How many messages were compared that nobody had asked for.
  private(set) var told = 0
  private var now = ModelTime.zero

  /// The model gets the ports and the identity of the real one.
  init(_ real: DummyOpenVSwitch) throws {
    socket = "\(real.directory)/br0.mgmt"
    let client = try BlockingClient(socket)
    var identity = ModelSwitchIdentity()
    var ports: [ModelPort] = []
    let replies = try client.exchange([Raw.message(5, xid: 1, []), Raw.multipart(13, xid: 2)])
    for reply in replies {
      switch try OpenFlowMessage.decode(reply).message {
      case .featuresReply(let features): identity.datapathID = features.datapathID
      case .multipartReply(let part):
        guard case .ports(let descriptions) = try part.answer() else { continue }
        ports = descriptions.map {
          ModelPort(
            $0.port, name: $0.name, hardwareAddress: $0.macAddress.rawValue,
            configuration: ModelPort.Configuration(rawValue: $0.configuration), hasLink: $0.state & 1 == 0)
        }
      default: continue
      }
    }
    model = ModelSwitch(identity: identity, ports: ports)
    addresses = ports.filter { $0.number != .local }.sorted { $0.number < $1.number }.map(\.hardwareAddress)
  }

  /// Sends messages to both; what was different of the answers, and of what both hold then. Both are empty at the end.
  mutating func compare(_ messages: [[UInt8]]) throws -> [String] {
    let client = try BlockingClient(socket)
    let connection = open()
    defer { _ = model.handle(.closed(connection), at: now) }
    var differences = difference(
      "answers", try client.exchange(messages), exchange(messages, connection), requests: messages)
    let questions = [
      Raw.multipart(
        1, xid: 0xe000_0001, [255, 0, 0, 0] + Raw.number(UInt64.max, 8) + Raw.number(0, 20) + Raw.match([])),
      Raw.multipart(7, xid: 0xe000_0002),
      Raw.multipart(10, xid: 0xe000_0003, Raw.number(UInt32.max, 4) + Raw.number(0, 4)),
      Raw.multipart(13, xid: 0xe000_0004), Raw.nicira(25, xid: 0xe000_0005, []),
      Raw.message(26, xid: 0xe000_0006, []), Raw.message(7, xid: 0xe000_0007, []),
    ]
    differences += difference("afterwards", try client.exchange(questions), exchange(questions, connection))
    // A connection that may only look on cannot clean up.
    let cleaner = try BlockingClient(socket)
    let cleaning = open()
    _ = try cleaner.exchange(MessageGenerator.cleaning(xid: 1))
    _ = exchange(MessageGenerator.cleaning(xid: 1), cleaning)
    _ = model.handle(.closed(cleaning), at: now)
    return differences
  }

  /// Sends messages to both while somebody listens, then lets time pass; what was different of what was told.
  mutating func compareTelling(
    _ messages: [[UInt8]], watching: [[UInt8]], _ switch: DummyOpenVSwitch
  ) throws -> [String] {
    let client = try BlockingClient(socket)
    let watcher = try BlockingClient(socket)
    let connections = (client: open(), watcher: open())
    let listen = [Raw.message(9, xid: 1, [0, 0, 0, 128])] + watching
    var differences = difference("monitors", try watcher.exchange(listen), exchange(listen, connections.watcher))
    var sent: [(ConnectionID, [UInt8])] = []
    for message in messages {
      sent += perform(.received(connections.client, message))
    }
    _ = try client.exchange(messages)
    differences += try compareTold("at once", watcher, sent, connections.watcher)
    for step in [12_000, 20_000] as [UInt64] {
      try `switch`.advance(milliseconds: step)
      now = now.advanced(milliseconds: step)
      differences += try compareTold("after \(step) ms", watcher, perform(.tick), connections.watcher)
    }
    _ = try watcher.exchange(MessageGenerator.cleaning(xid: 1))
    _ = exchange(MessageGenerator.cleaning(xid: 1), connections.watcher)
    _ = model.handle(.closed(connections.client), at: now)
    _ = model.handle(.closed(connections.watcher), at: now)
    return differences
  }

  private mutating func perform(_ event: ModelSwitch.Event) -> [(ConnectionID, [UInt8])] {
    model.handle(event, at: now).compactMap { if case .send(let id, let bytes) = $0 { (id, bytes) } else { nil } }
  }

  private mutating func compareTold(
    _ what: String, _ watcher: BlockingClient, _ sent: [(ConnectionID, [UInt8])], _ id: ConnectionID
  ) throws -> [String] {
    let expected = ToldText.lines(sent.filter { $0.0 == id }.map(\.1))
    var replies: [[UInt8]] = []
    // Open vSwitch tells of flows that are gone when no thread looks at them any more.
    for attempt in 0..<40 {
      replies += try watcher.exchange([])
      if ToldText.lines(replies).count >= expected.count, attempt > 1 { break }
      usleep(20_000)
    }
    let real = ToldText.lines(replies)
    told += real.count
    guard real != expected else { return [] }
    let missing = real.filter { !expected.contains($0) }
    let surplus = expected.filter { !real.contains($0) }
    return ["\(what): \(real.count) and \(expected.count)\n  real:  \(missing)\n  model: \(surplus)"]
  }

  private mutating func open() -> ConnectionID {
    let id = ConnectionID(nextConnection)
    nextConnection += 1
    _ = model.handle(.opened(id, .service), at: now)
    _ = model.handle(.received(id, [4, 0, 0, 8, 0, 0, 0, 0]), at: now)
    return id
  }

  private mutating func exchange(_ messages: [[UInt8]], _ id: ConnectionID) -> [[UInt8]] {
    messages.flatMap { message in
      model.handle(.received(id, message), at: now).compactMap { action in
        if case .send(id, let bytes) = action { bytes } else { nil }
      }
    }
  }

  private mutating func difference(
    _ what: String, _ real: [[UInt8]], _ model: [[UInt8]], requests: [[UInt8]] = []
  ) -> [String] {
    let orders = (real: real.map { Array($0[4..<8]) }, model: model.map { Array($0[4..<8]) })
    let real = real.compactMap(ComparableReply.init).sorted()
    let model = model.compactMap(ComparableReply.init).sorted()
    errors += real.count { $0.isError }
    flows += real.reduce(0) { $0 + $1.flowCount }
    if real == model { return orders.real == orders.model ? [] : ["\(what): the same answers in another order"] }
    let xids = Set(real.map(\.xid) + model.map(\.xid)).sorted()
    return xids.compactMap { xid in
      let left = real.filter { $0.xid == xid }
      let right = model.filter { $0.xid == xid }
      guard left != right else { return nil }
      let request = requests.filter { Array($0[4..<8]) == Raw.number(xid, 4) }
      return """
        \(what), xid \(xid): \(request.map(Comparison.hex).joined(separator: " "))
          real:  \(left.map(\.text).joined(separator: "\n         "))
          model: \(right.map(\.text).joined(separator: "\n         "))
        """
    }
  }
}

/// What a switch tells unasked, a line each, in one order and without times and counters.
enum ToldText {
  static func lines(_ messages: [[UInt8]]) -> [String] {
    messages.flatMap { bytes -> [String] in
      switch try? OpenFlowMessage.decode(bytes).message {
      case .flowRemoved(let removed):
        return ["removed \(removed.key) cookie \(removed.cookie) reason \(removed.reason) "
          + "timeouts \(removed.idleTimeout) \(removed.hardTimeout)"]
      case .multipartReply(let part):
        guard case .flowUpdates(let updates)? = try? part.answer() else { return ["unreadable"] }
        return updates.map(line)
      case .portStatus(let status): return ["\(status.reason) \(status.description.port) \(status.description.configuration)"]
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

/// A reply in a form in which those of two switches are equal: lists in one order, without times and counters.
struct ComparableReply: Equatable, Comparable {
  let xid: UInt32
  let text: String
  var isError: Bool { text.hasPrefix("error") }
  var flowCount: Int { text.hasPrefix("flows") ? text.count { $0 == "\n" } : 0 }

  init?(_ bytes: [UInt8]) {
    guard let (header, message) = try? OpenFlowMessage.decode(bytes) else { return nil }
    xid = header.xid
    switch message {
    case .error(let error):
      // For a field that is not there Open vSwitch answers the one or the other by what is in a bucket of a hash table.
      let code = error.experimenter == nil && error.type == 2 && error.code == 14 ? 13 : error.code
      text = "error \(error.type) \(code) \(error.experimenter ?? 0) of \(Comparison.hex(error.data))"
    case .multipartReply(let part): text = (try? ComparableReply.text(part.answer())) ?? "unreadable"
    case .queueGetConfigReply(let configuration):
      text = "queues of \(configuration.port): \(configuration.queues.map { "\($0)" }.sorted())"
    default: text = Comparison.hex(bytes)
    }
  }

  private static func text(_ answer: MultipartAnswer) -> String {
    switch answer {
    case .flows(let flows): "flows:\n" + flows.map(ComparableReply.line).sorted().joined()
    case .aggregate(let statistics): "aggregate \(statistics.flows)"
    case .tables(let tables): "tables \(tables.filter { $0.flows > 0 }.map { "\($0.table): \($0.flows)" })"
    case .ports(let ports):
      "ports \(ports.sorted { $0.port < $1.port }.map { "\($0.port) \($0.name) \($0.configuration) \($0.state)" })"
    case .groups(let groups): "groups \(groups.map { "\($0.group): \($0.references) \($0.buckets.count)" }.sorted())"
    case .groupDescriptions(let groups): "groups\n" + groups.map(ComparableReply.line).sorted().joined()
    case .meterConfigurations(let meters): "\(meters.sorted { $0.id < $1.id })"
    case .meters(let meters): "meters \(meters.map { "\($0.meter): \($0.flows) \($0.bands.count)" }.sorted())"
    case .queues(let queues): "\(queues.sorted { $0.port < $1.port })"
    case .description: "description"
    case .flowUpdates: "updates"
    default: "\(answer)"
    }
  }

  /// A flow. Actions that Open vSwitch lists in another form than they came in are not compared.
  private static func line(_ statistics: FlowStatistics) -> String {
    let flow = statistics.flow
    let text = "\(flow)"
    let actions = text.firstRange(of: " actions=").map { text[$0.upperBound...] } ?? ""
    let end = text.firstRange(of: " actions=")?.lowerBound ?? text.endIndex
    return "\(text[..<end]) flags \(flow.flags.rawValue) \(isComparable(actions) ? actions : "")\n"
  }

  private static func isComparable(_ actions: Substring) -> Bool {
    ["raw(", "controller(", "->", "output:NX", "output:OX"].allSatisfy { !actions.contains($0) }
  }

  private static func line(_ group: Group) -> String {
    let buckets = group.buckets.map { bucket in
      let actions = bucket.actions.map(\.description).joined(separator: ",")
      return "\(bucket.weight) \(bucket.watchPort) \(bucket.watchGroup) \(isComparable(actions[...]) ? actions : "")"
    }
    return "\(group.id) \(group.type) \(buckets)\n"
  }

  static func < (lhs: ComparableReply, rhs: ComparableReply) -> Bool { (lhs.xid, lhs.text) < (rhs.xid, rhs.text) }
}
