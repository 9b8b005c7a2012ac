import OVSDB

extension FuzzCheck {
  /// A connection to a database server that says anything. The control characters, which no JSON has, are what this side
  /// does meanwhile; all others are received. Every request ends once, nothing happens after the end, what is written is
  /// bounded by what came, and the pieces that bytes come in make no difference.
  public static let ovsdb = FuzzCheck("ovsdb") { (bytes) throws(FuzzFinding) in
    var run = DatabaseRun()
    for part in bytes.split(whereSeparator: { (1...8).contains($0) || (14...20).contains($0) }, keeping: true) {
      try run.step(Array(part))
    }
    try run.handle(.transportClosed(nil))
    try run.requireEnd()
  }
}

extension [UInt8] {
  /// The parts between bytes for which `isSeparator` holds, and those bytes as parts of their own.
  fileprivate func split(whereSeparator isSeparator: (UInt8) -> Bool, keeping: Bool) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var start = startIndex
    for index in indices where isSeparator(self[index]) {
      if start < index { parts.append(self[start..<index]) }
      if keeping { parts.append(self[index...index]) }
      start = index + 1
    }
    if start < endIndex { parts.append(self[start...]) }
    return parts
  }
}

/// A connection with its books of what it has been asked and what it has done.
private struct DatabaseRun {
  private static let configuration = ClientStateMachine.Configuration(
    pendingLimit: 4, limits: JSONLimits(messageBytes: 8192, depth: 16, numberLength: 64))
  private static let monitor = OpenVSwitchSchema.monitorRequest
  /// A few columns of each shape.
  private static let schema: DatabaseSchema? = {
    let column = { (type: String) in #"{"type":\#(type)}"# }
    let optional = column(#"{"key":"integer","min":0,"max":1}"#)
    let map = column(#"{"key":"string","value":"string","min":0,"max":"unlimited"}"#)
    let set = column(#"{"key":{"type":"uuid","refTable":"Port"},"min":0,"max":"unlimited"}"#)
    let columns =
      #"{"columns":{"name":\#(column(#""string""#)),"ofport":\#(optional),"external_ids":\#(map),"ports":\#(set)}}"#
    let text =
      #"{"name":"Open_vSwitch","version":"1","tables":{"Bridge":\#(columns),"Port":\#(columns),"Interface":\#(columns)}}"#
    return (try? JSONValue(parsing: text)).flatMap { try? DatabaseSchema(json: $0) }
  }()
  private var machine = ClientStateMachine(configuration: configuration, now: .zero)
  /// The same connection, which gets its bytes in pieces.
  private var slow = ClientStateMachine(configuration: configuration, now: .zero)
  private var now = Duration.zero
  private var open: Set<ClientStateMachine.RequestID> = []
  private var asked: [ClientStateMachine.RequestID] = []
  private var hasClosed = false

  mutating func step(_ bytes: [UInt8]) throws(FuzzFinding) {
    switch bytes.first {
    case 1:
      try ask { (machine, now) throws(RequestError) in
        try machine.monitor(DatabaseRun.monitor, timeout: .seconds(9), now: now)
      }
    case 2:
      try ask { (machine, now) throws(RequestError) in
        try machine.request("transact", parameters: ["a", 1], timeout: .seconds(9), now: now)
      }
    case 3: if let last = asked.last { try abandon(last, .abandon(last)) }
    case 4: if let first = asked.first { try abandon(first, .stopMonitor(first)) }
    case 5:
      now += .seconds(1)
      try handle(.tick)
    case 6:
      now += .seconds(6)
      try handle(.tick)
    case 7: try handle(.close)
    case 14:
      try ask { (machine, now) throws(RequestError) in
        try machine.monitor(DatabaseRun.monitor, schema: DatabaseRun.schema, timeout: .seconds(9), now: now)
      }
    case 15, 16:
      try ask { (machine, now) throws(RequestError) in
        try machine.lock("l", stealing: bytes.first == 16, timeout: .seconds(9), now: now)
      }
    case 17: try ask { (machine, now) throws(RequestError) in try machine.unlock("l", timeout: .seconds(9), now: now) }
    case 18:
      guard let first = asked.first else { return }
      try ask { (machine, now) throws(RequestError) in
        try machine.select(["Port": .none], monitor: first, timeout: .seconds(9), now: now)
      }
    case 8: try handle(.transportClosed("reset"))
    default: try handle(.received(bytes))
    }
  }

  private mutating func ask(
    _ ask: (inout ClientStateMachine, Duration) throws(RequestError) -> (
      ClientStateMachine.RequestID, [ClientStateMachine.Action]
    )
  ) throws(FuzzFinding) {
    guard let (id, actions) = try? ask(&machine, now) else {
      try require((try? ask(&slow, now)) == nil, "the same connection takes a request that was refused")
      return
    }
    try require(!hasClosed, "a request is taken after the end")
    try require((try? ask(&slow, now))?.1 == actions, "the same connection does something else")
    try require(open.insert(id).inserted, "\(id) is given twice")
    asked = (asked + [id]).suffix(4)
    for action in actions { try note(action) }
  }

  private mutating func abandon(
    _ id: ClientStateMachine.RequestID, _ event: ClientStateMachine.Event
  ) throws(FuzzFinding) {
    open.remove(id)
    try handle(event)
  }

  mutating func handle(_ event: ClientStateMachine.Event) throws(FuzzFinding) {
    let actions = machine.handle(event, now: now)
    try require(actions.isEmpty || !hasClosed, "\(actions) happen after the end")
    for action in actions { try note(action) }
    guard case .received(let bytes) = event else {
      try require(slow.handle(event, now: now) == actions, "the same connection does something else")
      return
    }
    // An answer repeats what came, with escapes six times as long at most.
    try require(
      actions.written <= 6 * bytes.count + 6 * 8192 + 64 * bytes.count, "\(actions.written) bytes are written")
    var slowly: [ClientStateMachine.Action] = []
    for start in stride(from: 0, to: bytes.count, by: 5) {
      slowly += slow.handle(.received(Array(bytes[start..<min(bytes.count, start + 5)])), now: now)
    }
    // Updates that come together give one replica: only the last of each monitor counts.
    try require(slowly.comparable == actions.comparable, "in pieces bytes do \(slowly), together \(actions)")
    try require(slowly.replicas == actions.replicas || hasClosed, "in pieces bytes give other replicas")
  }

  private mutating func note(_ action: ClientStateMachine.Action) throws(FuzzFinding) {
    switch action {
    case .write: break
    case .complete(let id, let result):
      try require(open.remove(id) != nil, "\(id) ends twice or after it was abandoned")
      if case .failure(let error) = result { _ = error.description }
    case .replica(_, let replica): _ = try? OpenVSwitchView(replica)
    case .lock: break
    case .close(let reason):
      try require(open.isEmpty, "\(open) have not ended with the connection: \(reason)")
      hasClosed = true
    }
  }

  func requireEnd() throws(FuzzFinding) {
    try require(hasClosed && open.isEmpty && machine.closeReason != nil, "\(open) have not ended")
  }
}

extension [ClientStateMachine.Action] {
  fileprivate var written: Int {
    reduce(0) { if case .write(let bytes) = $1 { $0 + bytes.count } else { $0 } }
  }

  /// What must be the same however the bytes come: not which of several mistakes in an object is found first.
  fileprivate var comparable: [ClientStateMachine.Action] {
    compactMap { action in
      switch action {
      case .replica: nil
      case .close: .close(.requested)
      case .complete(let id, .failure(.closed)): .complete(id, .failure(.closed(.requested)))
      case .write, .complete, .lock: action
      }
    }
  }

  fileprivate var replicas: [ClientStateMachine.RequestID: Replica] {
    reduce(into: [:]) { if case .replica(let id, let replica) = $1 { $0[id] = replica } }
  }
}
