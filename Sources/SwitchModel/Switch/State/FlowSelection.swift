import OpenFlow

/// Which flows a request is about: modifications and deletions, and questions.
struct FlowSelection: Sendable {
  /// The table; nil for all.
  var table: TableID?
  var cookie: CookieFilter = .any
  var outPort: OFPort = .any
  var outGroup: UInt32 = FlowMod.anyGroup
  private let match: MatchScope

  /// The flows whose match is within `match`.
  init(within match: Match, table: TableID?) {
    self.match = MatchScope(match)
    self.table = table
  }

  init(_ filter: FlowFilter) {
    self.init(within: filter.match, table: filter.table)
    cookie = filter.cookie
    outPort = filter.outPort
    outGroup = filter.outGroup.rawValue
  }

  /// The flows of a loose modification or deletion.
  init(_ mod: FlowMod) {
    self.init(within: mod.flow.match, table: mod.flow.table == .all ? nil : mod.flow.table)
    restrict(to: mod)
  }

  /// The cookies, and for a deletion what the flows send to.
  mutating func restrict(to mod: FlowMod) {
    cookie = mod.cookieFilter
    guard mod.command == .delete || mod.command == .deleteStrict else { return }
    outPort = mod.outPort
    outGroup = mod.outGroup
  }

  /// Whether the flow is one of these, its match aside.
  func admits(_ flow: Flow) -> Bool {
    guard cookie.contains(flow.cookie) else { return false }
    guard outPort != .any || outGroup != FlowMod.anyGroup else { return true }
    let references = FlowReferences(flow.instructionBytes)
    return (outPort == .any || references.ports.contains(outPort))
      && (outGroup == FlowMod.anyGroup || references.groups.contains(outGroup))
  }

  /// Whether the flow is one of these.
  func contains(_ entry: FlowEntry) -> Bool {
    cookie.contains(entry.flow.cookie) && match.contains(entry.fields) && admits(entry.flow)
  }
}

/// The packets of a match, to compare other matches with.
struct MatchScope: Sendable {
  private let fields: [MatchField]

  init(_ match: Match) {
    fields = match.fields
  }

  /// Whether every packet of a match with these fields is among them.
  func contains(_ others: [MatchField]) -> Bool {
    fields.allSatisfy { field in
      guard let other = others.first(where: { $0.field == field.field }) else { return false }
      guard let mask = field.mask, let value = field.value, let otherMask = other.mask, let otherValue = other.value
      else {
        return field == other
      }
      return mask & otherMask == mask && otherValue & mask == value
    }
  }

  /// Whether there may be a packet that is among these and of a match with these fields.
  func overlaps(_ others: [MatchField]) -> Bool {
    fields.allSatisfy { field in
      guard let other = others.first(where: { $0.field == field.field }) else { return true }
      guard let mask = field.mask, let value = field.value, let otherMask = other.mask, let otherValue = other.value
      else {
        return field == other
      }
      return value & otherMask & mask == otherValue & mask & otherMask
    }
  }
}
