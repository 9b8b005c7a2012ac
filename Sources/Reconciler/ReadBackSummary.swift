import OpenFlow

/// What reading the switch's flows, groups and meters found, against what was known before. Where it says flows,
/// groups and meters are meant too.
public struct ReadBackSummary: Sendable, Equatable {
  /// Flows that are as they were known, or as they are desired where nothing was known.
  public var intact = 0
  /// Flows that are there with other contents.
  public var changed = 0
  /// Flows that were known and are gone.
  public var missing = 0
  /// Flows that were neither known nor desired.
  public var unexpected = 0
  /// Entries that could not be read; they are left alone.
  public var unreadable = 0

  /// Numbers of flows.
  public init(intact: Int = 0, changed: Int = 0, missing: Int = 0, unexpected: Int = 0, unreadable: Int = 0) {
    self.intact = intact
    self.changed = changed
    self.missing = missing
    self.unexpected = unexpected
    self.unreadable = unreadable
  }

  /// How many flows there are.
  public var found: Int { intact + changed + unexpected }
  /// How many flows are not as they were known.
  public var differences: Int { changed + missing + unexpected }

  static func += (left: inout ReadBackSummary, right: ReadBackSummary) {
    left.intact += right.intact
    left.changed += right.changed
    left.missing += right.missing
    left.unexpected += right.unexpected
    left.unreadable += right.unreadable
  }

  /// What happened to the switch while it was out of sight.
  public enum Verdict: String, Sendable {
    /// Nothing: the connection went and came, the flows stayed.
    case intact
    /// Somebody changed some flows.
    case changed
    /// The flows are gone, as after a restart of the switch.
    case gone
  }

  /// What happened to the switch while it was out of sight, or before this side began.
  public var verdict: Verdict {
    if differences == 0 { return .intact }
    return intact == 0 && missing > 0 ? .gone : .changed
  }
}

/// A piece of an audit: the flows of one table whose cookies are among these.
public struct AuditScope: Hashable, Sendable {
  /// The table.
  public let table: TableID
  /// The cookies; a part of this side's.
  public let cookies: CookieFilter

  /// A piece.
  public init(table: TableID, cookies: CookieFilter) {
    self.table = table
    self.cookies = cookies
  }
}

extension CookieFilter {
  /// Parts of these cookies with about `size` of `flows` flows each: by their lowest bits, since where cookies are
  /// numbered or hashed those differ most.
  public func split(flows: Int, size: Int) -> [CookieFilter] {
    var parts: UInt64 = 1
    while parts < 1024, Int(parts) * max(1, size) < flows { parts *= 2 }
    let bits = (parts - 1) & ~mask
    return (0..<parts).filter { $0 & bits == $0 }.map { CookieFilter(value | $0, mask: mask | bits) }
  }
}

/// A pass over what the switch has.
struct ReadBack: Sendable {
  /// What is read; nil for everything.
  let scope: AuditScope?
  var summary = ReadBackSummary()
  var digest: UInt64 = 0
}
