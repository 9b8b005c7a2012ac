import Daemon
import GoalState

extension RemovalLimits {
  /// Nil when the check is turned off.
  init?(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    let standard = RemovalLimits()
    let isEnabled = try reader.boolean("removals.check") ?? true
    self.init(
      percent: try reader.integer("removals.percent", in: 1...99) ?? standard.percent,
      minimum: try reader.integer("removals.minimum", in: 1...1_000_000) ?? standard.minimum,
      holdTime: try reader.integer("removals.hold-seconds", in: 1...604_800).map { .seconds($0) } ?? standard.holdTime)
    guard isEnabled else { return nil }
  }
}
