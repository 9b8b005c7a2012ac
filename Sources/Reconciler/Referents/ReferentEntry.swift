import OpenFlow

/// What is known of one number of a group or a meter.
struct ReferentEntry: Sendable {
  /// Who wants it; the first has it.
  var claims: [Claim] = []
  /// What the switch is known to have.
  private(set) var installed: Referent?
  /// What is with the switch and not confirmed.
  private(set) var sent: Sent?
  /// The oldest change of what is desired that has not been sent.
  private(set) var change: UInt64?
  /// The change with which its last user let go of it. It may be deleted once everything up to that is confirmed.
  var released: UInt64 = 0
  /// Whether the switch has said that what is known of its being there is wrong, and has confirmed nothing since.
  private(set) var isDoubted = false

  struct Claim: Sendable {
    let owner: UInt32
    let referent: Referent
    /// Those of this side's that it needs.
    let references: Set<ReferentID>
  }

  struct Sent: Sendable {
    /// What there will be; nil after a deletion.
    let result: Referent?
    let change: UInt64
  }

  var desired: Referent? { claims.first?.referent }
  var isUnused: Bool { claims.isEmpty && installed == nil && sent == nil }
  var oldestChange: UInt64? { [change, sent?.change].compactMap(\.self).min() }

  /// Whether it was taken to be on the switch, or about to be, when a flow was sent that needs it.
  var isBelieved: Bool { installed != nil || sent != nil || isDoubted }

  /// Whether what is desired is confirmed; or where nobody wants it yet, whether it is there and will stay.
  func isReady(sweeping: Bool) -> Bool {
    guard sent == nil, let installed else { return false }
    return desired.map { $0 == installed } ?? !sweeping
  }

  /// Notes since which change the switch has something else, or is about to have it, than what is desired.
  mutating func compare(sweeping: Bool, now: UInt64) {
    let outcome = sent.map(\.result) ?? installed
    let differs = desired.map { $0 != outcome } ?? (sweeping && outcome != nil)
    change = differs ? change ?? now : nil
  }

  mutating func send() {
    sent = Sent(result: desired, change: change ?? 0)
    change = nil
  }

  /// The switch has what was sent.
  mutating func confirm() {
    guard let sent else { return }
    installed = sent.result
    self.sent = nil
    isDoubted = false
  }

  /// The switch has not taken what was sent.
  mutating func takeBack() {
    guard let sent else { return }
    change = min(change ?? .max, sent.change)
    self.sent = nil
  }

  /// The switch said, or was seen, to have this.
  mutating func observe(_ referent: Referent?) { installed = referent }

  /// The switch said that what was known of its being there is wrong.
  mutating func doubt(_ referent: Referent?) {
    installed = referent
    isDoubted = true
  }

  /// Nothing is known to be with the switch any more.
  mutating func forgetSent() {
    sent = nil
    change = nil
  }
}
