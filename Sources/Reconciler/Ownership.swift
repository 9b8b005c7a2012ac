import OpenFlow

/// What on the switch is this side's; all else is neither read nor touched.
///
/// Flows carry a cookie that says whose they are. Groups and meters carry nothing, so theirs is a matter of numbers.
public struct Ownership: Hashable, Sendable {
  /// The cookies of this side's flows.
  public var cookies: CookieFilter
  /// The numbers of this side's groups; nil for none.
  public var groups: ClosedRange<GroupID>?
  /// The numbers of this side's meters; nil for none.
  public var meters: ClosedRange<MeterID>?

  /// What is this side's.
  public init(cookies: CookieFilter, groups: ClosedRange<GroupID>? = nil, meters: ClosedRange<MeterID>? = nil) {
    self.cookies = cookies
    self.groups = groups
    self.meters = meters
  }

  /// Whether any groups or meters are this side's.
  public var hasReferents: Bool { groups != nil || meters != nil }

  /// Whether a group or a meter is this side's.
  public func contains(_ id: ReferentID) -> Bool {
    switch id {
    case .group(let id): groups?.contains(id) == true
    case .meter(let id): meters?.contains(id) == true
    }
  }
}
