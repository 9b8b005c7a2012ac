/// A change of the flow tables (OpenFlow 1.3.5 section 7.3.4.2, ofp_flow_mod).
public enum FlowMod: Hashable, Sendable {
  /// Adds a flow, in place of one of the same key.
  case add(Flow)
  /// Deletes the flow of this key, if its cookie is one of these.
  case deleteStrict(FlowKey, cookie: CookieFilter)
  /// Deletes every flow with one of these cookies whose match is within `match`; nil means every table.
  case delete(table: TableID?, cookie: CookieFilter, match: Match)
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
  private enum Command {
    static let add: UInt8 = 0
    static let delete: UInt8 = 3
    static let deleteStrict: UInt8 = 4
  }

  /// The fields before the match: header, cookies, table, command, timeouts, priority, buffer, output filters, flags.
  private static let fixedLength = 48

  /// The number of bytes of the whole message.
  public var encodedLength: Int {
    switch self {
    case .add(let flow): FlowMod.fixedLength + flow.match.bytes.count + flow.instructionBytes.count
    case .deleteStrict(let key, _): FlowMod.fixedLength + key.match.bytes.count
    case .delete(_, _, let match): FlowMod.fixedLength + match.bytes.count
    }
  }

  /// Appends the whole message, header included. This is the hot path of a large change: fixed fields, then two arrays.
  ///
  /// - Parameter xid: The transaction id; in a bundle that of the bundle-add message.
  func encode(to bytes: inout [UInt8], xid: UInt32) {
    bytes.appendHeader(type: .flowMod, length: encodedLength, xid: xid)
    switch self {
    case .add(let flow):
      FlowMod.appendFixed(
        &bytes, cookie: CookieFilter(flow.cookie, mask: .max), cookieMask: 0, table: flow.table, command: Command.add,
        timeouts: UInt32(flow.idleTimeout) << 16 | UInt32(flow.hardTimeout), priority: flow.priority,
        flags: flow.flags)
      bytes.append(contentsOf: flow.match.bytes)
      bytes.append(contentsOf: flow.instructionBytes)
    case .deleteStrict(let key, let cookie):
      FlowMod.appendFixed(
        &bytes, cookie: cookie, cookieMask: cookie.mask, table: key.table, command: Command.deleteStrict, timeouts: 0,
        priority: key.priority, flags: [])
      bytes.append(contentsOf: key.match.bytes)
    case .delete(let table, let cookie, let match):
      FlowMod.appendFixed(
        &bytes, cookie: cookie, cookieMask: cookie.mask, table: table ?? .all, command: Command.delete, timeouts: 0,
        priority: 0, flags: [])
      bytes.append(contentsOf: match.bytes)
    }
  }

  @inline(__always)
  private static func appendFixed(
    _ bytes: inout [UInt8], cookie: CookieFilter, cookieMask: UInt64, table: TableID, command: UInt8, timeouts: UInt32,
    priority: UInt16, flags: FlowFlags
  ) {
    bytes.appendInteger(cookie.value)
    bytes.appendInteger(cookieMask)
    bytes.append(table.rawValue)
    bytes.append(command)
    bytes.appendInteger(timeouts)
    bytes.appendInteger(priority)
    bytes.appendInteger(UInt32.max)  // buffer_id: OFP_NO_BUFFER
    bytes.appendInteger(OFPort.any.rawValue)  // out_port
    bytes.appendInteger(UInt32.max)  // out_group: OFPG_ANY
    bytes.appendInteger(flags.rawValue)
    bytes.appendZeros(2)
  }
}

extension FlowMod {
  /// Reads a flow_mod from after its header, as a switch does.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let cookie = try reader.integer(UInt64.self)
    let cookieMask = try reader.integer(UInt64.self)
    let table = TableID(rawValue: try reader.integer())
    let start = reader
    let command = try reader.integer(UInt8.self)
    let idleTimeout = try reader.integer(UInt16.self)
    let hardTimeout = try reader.integer(UInt16.self)
    let priority = try reader.integer(UInt16.self)
    try reader.skip(12)
    let flags = FlowFlags(rawValue: try reader.integer())
    try reader.skip(2)
    let match = try Match(&reader)
    switch command {
    case Command.add:
      self = .add(
        Flow(
          table: table, priority: priority, cookie: cookie, match: match, instructionBytes: reader.takeRest(),
          idleTimeout: idleTimeout, hardTimeout: hardTimeout, flags: flags))
    case Command.delete:
      self = .delete(
        table: table == .all ? nil : table, cookie: CookieFilter(cookie, mask: cookieMask), match: match)
    case Command.deleteStrict:
      self = .deleteStrict(
        FlowKey(table: table, priority: priority, match: match), cookie: CookieFilter(cookie, mask: cookieMask))
    default: throw start.malformed("expected command 0 (add), 3 (delete) or 4 (delete strict), found \(command)")
    }
  }
}

extension FlowMod: CustomStringConvertible {
  /// As `ovs-ofctl add-flows` reads it from a file: `add table=…`, `delete_strict table=…`.
  public var description: String {
    let filter = { (cookie: CookieFilter) in
      cookie.mask == 0 ? "" : "cookie=0x\(String(cookie.value, radix: 16))/0x\(String(cookie.mask, radix: 16)),"
    }
    switch self {
    case .add(let flow): return "add \(flow)"
    case .deleteStrict(let key, let cookie): return "delete_strict \(filter(cookie))\(key)"
    case .delete(let table, let cookie, let match):
      return "delete \(filter(cookie))\(table.map { "table=\($0)," } ?? "")\(match)"
    }
  }
}
