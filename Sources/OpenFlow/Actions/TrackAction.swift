/// Has a packet's connection tracked (Nicira's ct action).
public struct TrackAction: Hashable, Sendable {
  /// Where the zone comes from.
  public enum Zone: Hashable, Sendable {
    /// The zone itself.
    case number(UInt16)
    /// Sixteen bits of a field.
    case field(FieldSlice)
  }

  /// The zone of the connection.
  public var zone: Zone
  /// Whether the connection is remembered.
  public var commit: Bool
  /// Whether a connection that began in the other direction is forgotten first; only with `commit`.
  public var force: Bool
  /// The table where a tracked copy of the packet goes on; nil for none.
  public var table: TableID?
  /// The port of the protocol whose related connections are recognised: 21 FTP, 69 TFTP; 0 for none.
  public var helper: UInt16
  /// How the connection's addresses are translated.
  public var translation: TranslateAction?
  /// What marks and labels the connection.
  public var actions: [Action]

  /// Tracks in a zone; what is not said is not done.
  public init(
    zone: Zone = .number(0), commit: Bool = false, force: Bool = false, table: TableID? = nil, helper: UInt16 = 0,
    translation: TranslateAction? = nil, actions: [Action] = []
  ) {
    self.zone = zone
    self.commit = commit
    self.force = force
    self.table = table
    self.helper = helper
    self.translation = translation
    self.actions = actions
  }
}

extension TrackAction {
  private enum Flag {
    static let commit: UInt16 = 1
    static let force: UInt16 = 2
  }

  private static let noTable: UInt8 = 0xff

  /// Appends what follows the number of the action.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger((commit ? Flag.commit : 0) | (force ? Flag.force : 0))
    switch zone {
    case .number(let number):
      bytes.appendZeros(4)
      bytes.appendInteger(number)
    case .field(let slice):
      slice.wireField.appendHeader(to: &bytes, hasMask: false)
      bytes.appendInteger(slice.packed)
    }
    bytes.append(table?.rawValue ?? TrackAction.noTable)
    bytes.appendZeros(3)
    bytes.appendInteger(helper)
    translation?.encode(to: &bytes)
    for action in actions { action.encode(to: &bytes) }
  }

  /// Reads what follows the number of the action.
  init(_ reader: inout WireReader, depth: Int) throws(MalformedMessage) {
    guard depth < Action.deepestNesting else { throw reader.malformed("actions are nested too deeply") }
    let flags = try reader.integer(UInt16.self)
    var source = try reader.sub(4)
    let zone = try reader.integer(UInt16.self)
    self.init(
      zone: try source.peek(UInt32.self) == 0
        ? .number(zone) : .field(FieldSlice(try Field.readHeader(&source).field, packed: zone)),
      commit: flags & Flag.commit != 0, force: flags & Flag.force != 0)
    let number = try reader.integer(UInt8.self)
    table = number == TrackAction.noTable ? nil : TableID(rawValue: number)
    try reader.skip(3)
    helper = try reader.integer()
    translation = try TranslateAction(ifNext: &reader)
    actions = try Action.decodeList(&reader, depth: depth + 1)
  }
}
