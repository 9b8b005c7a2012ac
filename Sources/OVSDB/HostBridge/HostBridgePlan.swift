/// What to do so that the host has the bridge and the ports asked for: one transaction, empty when all is in place.
///
/// A transaction counts Open_vSwitch.next_cfg up; once cur_cfg has reached the count, ovs-vswitchd has put it into effect.
/// It begins with `wait` operations that fail at once when somebody else has changed what the plan rests on: two creators of
/// one bridge, a bridge deleted or handed to another owner meanwhile. `TransactionFailure.isRaceLost` tells that case, and
/// the answer to it is a new plan from a new view.
///
/// Rows that are not marked as ours are never written, with two exceptions that cannot be avoided: the root row's next_cfg
/// and its list of bridges.
public struct HostBridgePlan: Hashable, Sendable {
  /// The transaction; empty when there is nothing to do.
  public let operations: [Operation]
  /// What is made and repaired, a line of text each, for the log.
  public let changes: [String]

  /// Whether everything is in place.
  public var isEmpty: Bool { operations.isEmpty }

  /// Plans the way from what is there to what is asked for.
  public init(for request: HostBridgeRequest, in view: OpenVSwitchView) throws(HostBridgeConflict) {
    try request.validate()
    guard let root = view.root else { throw .notInitialized }
    var planner = HostBridgePlanner(request: request, view: view, root: root)
    try planner.plan()
    changes = planner.draft.changes
    operations = planner.draft.operations
  }

  /// The count that Open_vSwitch.cur_cfg has to reach for the transaction of `results` to be in effect.
  public static func awaitedConfiguration(_ results: [OperationResult]) -> Int64? {
    guard case .rows(let rows) = results.last, case .set(let atoms) = rows.first?["next_cfg"],
      case .integer(let count) = atoms.first
    else { return nil }
    return count
  }
}

extension HostBridgeRequest {
  fileprivate func validate() throws(HostBridgeConflict) {
    let names = [("bridge", bridge), ("tunnel port", tunnel.name), ("DHCP port", dhcpInterface)]
    for (what, name) in names { try Self.validate(name: name, of: what) }
    guard Set(names.map(\.1)).count == names.count else {
      throw .invalidRequest(
        "the bridge (\(bridge)), the tunnel port (\(tunnel.name)) and the DHCP port (\(dhcpInterface)) need different names"
      )
    }
    try Self.validate(destinationPort: tunnel.destinationPort, of: tunnel.type)
  }

  /// Refuses names that the kernel or Open vSwitch would not take.
  static func validate(name: String, of what: String) throws(HostBridgeConflict) {
    // IFNAMSIZ is 16 with the final zero; ovs-vswitchd refuses names with a slash, the kernel white space and colons.
    let isValid =
      (1...15).contains(name.utf8.count) && name != "." && name != ".."
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
    guard isValid else {
      throw .invalidRequest(
        "'\(name)' cannot name the \(what): 1 to 15 printable ASCII characters without '/' and ':'")
    }
  }

  /// Refuses UDP ports that a tunnel cannot have.
  static func validate(
    destinationPort: UInt16?, of type: Tunnel.Encapsulation
  ) throws(HostBridgeConflict) {
    if destinationPort != nil, type == .gre {
      throw .invalidRequest("a GRE tunnel has no port number: leave tunnel.port out")
    }
    if destinationPort == 0 { throw .invalidRequest("0 is no port number for tunnels") }
  }
}
