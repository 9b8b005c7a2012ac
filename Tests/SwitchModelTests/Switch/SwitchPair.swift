import Glibc
import NetworkTypes
import OpenFlow
import SwitchModel
import SwitchTestSupport

/// A real switch and the model, which are sent the same.
struct SwitchPair {
  let socket: String
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
    // Open vSwitch tells of the flows that were there before when no thread looks at them any more.
    for _ in 0..<10 {
      usleep(20_000)
      _ = try watcher.exchange([])
    }
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
    guard !differences.isEmpty else { return [] }
    return differences + ["the messages were\n" + (watching + messages).map(Comparison.hex).joined(separator: "\n")]
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

  mutating func handle(_ event: ModelSwitch.Event) -> [ModelSwitch.Action] { model.handle(event, at: now) }

  mutating func open() -> ConnectionID {
    let id = ConnectionID(nextConnection)
    nextConnection += 1
    _ = model.handle(.opened(id, .service), at: now)
    _ = model.handle(.received(id, [4, 0, 0, 8, 0, 0, 0, 0]), at: now)
    return id
  }

  mutating func exchange(_ messages: [[UInt8]], _ id: ConnectionID) -> [[UInt8]] {
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
