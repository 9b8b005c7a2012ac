/// Asks for changes of flows as they happen (ONF extension 187, onf_flow_monitor_request).
public struct FlowMonitorRequest: Hashable, Sendable {
  /// What is told (ofp_flow_monitor_flags).
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt16

    /// The flags of these bits.
    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// The flows that are there now.
    public static let initial = Flags(rawValue: 1)
    /// Flows that are added.
    public static let add = Flags(rawValue: 2)
    /// Flows that are deleted.
    public static let delete = Flags(rawValue: 4)
    /// Flows that are modified.
    public static let modify = Flags(rawValue: 8)
    /// With their instructions.
    public static let instructions = Flags(rawValue: 16)
    /// Changes by this controller in full, not abbreviated.
    public static let own = Flags(rawValue: 32)
  }

  /// The number of the monitor, which the controller chooses.
  public var id: UInt32
  /// What is told.
  public var flags: Flags
  /// Flows that send to this port; `.any` for all.
  public var outPort: OFPort
  /// Flows of this table; nil for all.
  public var table: TableID?
  /// Flows whose match is within this one.
  public var match: Match

  /// A monitor of every flow, but for what is said.
  public init(id: UInt32, flags: Flags, outPort: OFPort = .any, table: TableID? = nil, match: Match = .any) {
    self.id = id
    self.flags = flags
    self.outPort = outPort
    self.table = table == .all ? nil : table
    self.match = match
  }
}

/// A change of flows (ONF extension 187, ofp_flow_update_header).
public enum FlowUpdate: Hashable, Sendable {
  /// What happened to a flow.
  public enum Event: UInt16, Hashable, Sendable, CaseIterable {
    /// It was added, or was there when the monitor began.
    case added = 0
    /// It was deleted.
    case deleted = 1
    /// It was modified.
    case modified = 2
  }

  /// A flow is as it says now, or was when it was deleted. Its instructions are there when they were asked for; its flags
  /// are never told.
  case change(Event, reason: UInt16, Flow)
  /// This controller's flow modification with this transaction id has been carried out.
  case abbreviated(xid: UInt32)
}

extension FlowMonitorRequest: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let id = try reader.integer(UInt32.self)
    let flags = Flags(rawValue: try reader.integer())
    let start = reader
    let matchLength = Int(try reader.integer(UInt16.self))
    let outPort = OFPort(rawValue: try reader.integer())
    let table = TableID(rawValue: try reader.integer())
    try reader.skip(3)
    guard try reader.peek(UInt16.self, at: 2) == matchLength else {
      throw start.malformed("expected the match's own length, found \(matchLength)")
    }
    self.init(id: id, flags: flags, outPort: outPort, table: table, match: try Match(&reader))
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(id)
    bytes.appendInteger(flags.rawValue)
    bytes += match.bytes[2..<4]  // the length without padding
    bytes.appendInteger(outPort.rawValue)
    bytes.append((table ?? .all).rawValue)
    bytes.appendZeros(3)
    bytes += match.bytes
  }
}

extension FlowUpdate: WireValue {
  private static let abbreviatedEvent: UInt16 = 3

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 8 else { throw start.malformed("expected an update of at least 8 bytes, found \(length)") }
    var body = try reader.sub(length - 2, structure: "ofp_flow_update")
    let number = try body.integer(UInt16.self)
    if number == FlowUpdate.abbreviatedEvent {
      self = .abbreviated(xid: try body.integer())
      try body.requireEnd()
      return
    }
    guard let event = Event(rawValue: number) else {
      throw start.malformed("expected an event of 0 to 3, found \(number)")
    }
    let reason = try body.integer(UInt16.self)
    let priority = try body.integer(UInt16.self)
    let idleTimeout = try body.integer(UInt16.self)
    let hardTimeout = try body.integer(UInt16.self)
    let matchLength = Int(try body.integer(UInt16.self))
    let table = TableID(rawValue: try body.integer())
    try body.skip(1)
    let cookie = try body.integer(UInt64.self)
    guard try body.peek(UInt16.self, at: 2) == matchLength else {
      throw body.malformed("expected a match of the \(matchLength) bytes that the update says")
    }
    let match = try Match(&body)
    let flow = Flow(
      table: table, priority: priority, cookie: cookie, match: match, instructionBytes: body.takeRest(),
      idleTimeout: idleTimeout, hardTimeout: hardTimeout, flags: [])
    self = .change(event, reason: reason, flow)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendZeros(2)
    switch self {
    case .abbreviated(let xid):
      bytes.appendInteger(FlowUpdate.abbreviatedEvent)
      bytes.appendInteger(xid)
    case .change(let event, let reason, let flow):
      bytes.appendInteger(event.rawValue)
      bytes.appendInteger(reason)
      bytes.appendInteger(flow.priority)
      bytes.appendInteger(flow.idleTimeout)
      bytes.appendInteger(flow.hardTimeout)
      bytes += flow.match.bytes[2..<4]  // the length without padding
      bytes.append(flow.table.rawValue)
      bytes.appendZeros(1)
      bytes.appendInteger(flow.cookie)
      bytes += flow.match.bytes
      bytes += flow.instructionBytes
    }
    bytes.setLength(bytes.count - start, at: start)
  }
}
