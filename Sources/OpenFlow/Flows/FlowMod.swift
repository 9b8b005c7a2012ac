/// A change of the flow tables (OpenFlow 1.3.5 section 7.3.4.2, ofp_flow_mod).
public struct FlowMod: Hashable, Sendable {
  /// What is done with the flow or the flows (ofp_flow_mod_command).
  public enum Command: UInt8, CaseIterable, Sendable {
    /// Adds the flow, in place of one of the same key.
    case add = 0
    /// Gives every flow within the match these instructions.
    case modify = 1
    /// Gives the flow of this key these instructions.
    case modifyStrict = 2
    /// Deletes every flow within the match.
    case delete = 3
    /// Deletes the flow of this key.
    case deleteStrict = 4
  }

  /// What is done.
  public var command: Command
  /// Table, priority, match, and what the flow is to be; for a deletion only the first three count.
  public var flow: Flow
  /// For everything but an addition: only flows whose cookies agree with the flow's cookie in these bits.
  public var cookieMask: UInt64
  /// A packet that the switch keeps and that goes through the new flow; `noBuffer` for none.
  public var bufferID: UInt32
  /// For a deletion: only flows that send to this port; `.any` for all.
  public var outPort: OFPort
  /// For a deletion: only flows that send to this group; `anyGroup` for all.
  public var outGroup: UInt32

  /// No packet (OFP_NO_BUFFER).
  public static let noBuffer = UInt32.max
  /// Whatever the group (OFPG_ANY).
  public static let anyGroup = UInt32.max

  /// A change with all of its fields.
  public init(
    _ command: Command, _ flow: Flow, cookieMask: UInt64 = 0, bufferID: UInt32 = noBuffer, outPort: OFPort = .any,
    outGroup: UInt32 = anyGroup
  ) {
    self.command = command
    self.flow = flow
    self.cookieMask = cookieMask
    self.bufferID = bufferID
    self.outPort = outPort
    self.outGroup = outGroup
  }

  /// Adds a flow, in place of one of the same key.
  public static func add(_ flow: Flow) -> FlowMod { FlowMod(.add, flow) }

  /// Deletes the flow of this key, if its cookie is one of these.
  public static func deleteStrict(_ key: FlowKey, cookie: CookieFilter) -> FlowMod {
    let flow = Flow(
      table: key.table, priority: key.priority, cookie: cookie.value, match: key.match, instructions: [])
    return FlowMod(.deleteStrict, flow, cookieMask: cookie.mask)
  }

  /// Deletes every flow with one of these cookies whose match is within `match`; nil means every table.
  public static func delete(table: TableID?, cookie: CookieFilter, match: Match) -> FlowMod {
    let flow = Flow(table: table ?? .all, priority: 0, cookie: cookie.value, match: match, instructions: [])
    return FlowMod(.delete, flow, cookieMask: cookie.mask)
  }

  /// The cookies that a change of existing flows is restricted to.
  public var cookieFilter: CookieFilter { CookieFilter(flow.cookie, mask: cookieMask) }
}

/// A set of cookies: those that agree with `value` in the bits of `mask`.
public struct CookieFilter: Hashable, Sendable {
  /// The bits to agree with.
  public let value: UInt64
  /// The bits that count.
  public let mask: UInt64

  /// The cookies that agree with `value` in the bits of `mask`.
  public init(_ value: UInt64, mask: UInt64) {
    self.value = value & mask
    self.mask = mask
  }

  /// Every cookie.
  public static let any = CookieFilter(0, mask: 0)

  /// Just this cookie.
  public static func exactly(_ cookie: UInt64) -> CookieFilter { CookieFilter(cookie, mask: .max) }

  /// Whether `cookie` is in the set.
  public func contains(_ cookie: UInt64) -> Bool { cookie & mask == value }
}

extension FlowMod {
  /// The fields before the match: header, cookies, table, command, timeouts, priority, buffer, output filters, flags.
  static let fixedLength = 48

  /// The number of bytes of the whole message.
  public var encodedLength: Int {
    FlowMod.fixedLength + flow.match.bytes.count + flow.instructionBytes.count
  }

  /// Appends the whole message, header included.
  ///
  /// - Parameter xid: The transaction id; in a bundle that of the bundle-add message.
  func encode(to bytes: inout [UInt8], xid: UInt32) {
    bytes.appendHeader(type: .flowMod, length: encodedLength, xid: xid)
    encodeBody(to: &bytes)
  }

  /// Appends the message without its header.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(flow.cookie)
    bytes.appendInteger(cookieMask)
    bytes.append(flow.table.rawValue)
    bytes.append(command.rawValue)
    bytes.appendInteger(flow.idleTimeout)
    bytes.appendInteger(flow.hardTimeout)
    bytes.appendInteger(flow.priority)
    bytes.appendInteger(bufferID)
    bytes.appendInteger(outPort.rawValue)
    bytes.appendInteger(outGroup)
    bytes.appendInteger(flow.flags.rawValue)
    bytes.appendZeros(2)
    bytes += flow.match.bytes
    bytes += flow.instructionBytes
  }

  /// Reads a flow_mod from after its header, as a switch does.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let cookie = try reader.integer(UInt64.self)
    self.cookieMask = try reader.integer()
    let table = TableID(rawValue: try reader.integer())
    let start = reader
    guard let command = Command(rawValue: try reader.integer()) else {
      throw start.malformed("expected a flow_mod command of 0 to 4")
    }
    self.command = command
    let idleTimeout = try reader.integer(UInt16.self)
    let hardTimeout = try reader.integer(UInt16.self)
    let priority = try reader.integer(UInt16.self)
    self.bufferID = try reader.integer()
    self.outPort = OFPort(rawValue: try reader.integer())
    self.outGroup = try reader.integer()
    let flags = FlowFlags(rawValue: try reader.integer())
    try reader.skip(2)
    let match = try Match(&reader)
    self.flow = Flow(
      table: table, priority: priority, cookie: cookie, match: match, instructionBytes: reader.takeRest(),
      idleTimeout: idleTimeout, hardTimeout: hardTimeout, flags: flags)
  }
}
