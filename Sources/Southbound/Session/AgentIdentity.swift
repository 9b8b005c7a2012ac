/// What tells an agent from another one that says it is the same host. Each part is empty when it is not known.
///
/// The host's name does not: it is in a file that somebody copies. Neither does the connection: an agent that crashed, was
/// started again or lost its network comes back on another while the old one is still open.
public struct AgentIdentity: Hashable, Sendable, CustomStringConvertible {
  /// The machine, from its /etc/machine-id: stays the same for as long as the machine is not installed anew.
  public var machine: String
  /// The agent's state directory, which has an id of its own: it stays the same for as long as the directory.
  public var instance: String
  /// This run of the machine's kernel: no two machines have the same at once, and none has one again.
  public var boot: String

  /// All parts.
  public init(machine: String = "", instance: String = "", boot: String = "") {
    self.machine = machine
    self.instance = instance
    self.boot = boot
  }

  /// Whether the other is an agent of its own, and not this one once more: its machine or its state directory is another.
  ///
  /// What either does not say is no difference, so that an agent that says nothing is never refused.
  public func isAnother(than other: AgentIdentity) -> Bool {
    func differ(_ one: String, _ two: String) -> Bool { !one.isEmpty && !two.isEmpty && one != two }
    return differ(machine, other.machine) || differ(instance, other.instance)
  }

  /// For people.
  public var description: String {
    let parts = [("instance", instance), ("machine", machine), ("boot", boot)].filter { !$0.1.isEmpty }
    return parts.isEmpty ? "of unknown instance" : parts.map { "\($0) \($1)" }.joined(separator: ", ")
  }
}
