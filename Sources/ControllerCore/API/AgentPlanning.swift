import Foundation
import GoalState
import NetworkTypes
import Southbound

/// Hosts, as Neutron's API shows them: one agent each.
enum AgentPlanning {
  /// A host by its agent's id, or by its name.
  static func find(_ id: String, _ state: ModelState) -> Stored<HostRecord>? {
    state.hosts[HostID(id)] ?? state.hosts.values.first { $0.record.agentID == id }
  }

  static func delete(_ id: String, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = find(id, plan.state) else { throw .notFound(.agents, id) }
    let host = stored.record.host
    guard (plan.state.portsByHost[host] ?? []).isEmpty else {
      throw APIError(
        409, "AgentInUse",
        "Agent \(id) cannot be deleted: there are ports with binding:host_id \(host). Unbind or delete them first.")
    }
    plan.require(.modRevision(ModelKeys.host(host), stored.revision))
    plan.require(.nothingUnder(ModelKeys.ports(on: host)))
    plan.delete(ModelKeys.host(host))
    plan.delete(ModelKeys.tunnel(stored.record.tunnelAddress))
    plan.ids.append(host.rawValue)
  }

  /// The only thing that can be asked of an agent: to carry out the removals that it holds back.
  static func update(
    _ id: String, _ host: HostID, _ body: JSONValue, _ directory: HostDirectory
  ) throws(APIError) {
    guard body.members?.count == 1, body[releaseRemovals] == .boolean(true) else {
      throw .badRequest(
        "Agents cannot be changed; '\(releaseRemovals)': true has one carry out the removals that it holds back")
    }
    guard directory.releaseRemovals(of: host) else {
      throw APIError(409, "AgentNotConnected", "Agent \(id) is not connected: nothing can be said to it now.")
    }
  }

  private static let releaseRemovals = "alioth:release_removals"

  static func show(_ stored: Stored<HostRecord>, _ activity: HostActivity, isAlive: Bool) -> JSONValue {
    let record = stored.record
    let time = { (date: Date?) -> JSONValue in date.map { .string($0.agentText) } ?? .null }
    return .object([
      .init("id", .string(record.agentID)),
      .init("agent_type", .string("Alioth agent")),
      .init("binary", .string("aliothd")),
      .init("topic", .string("N/A")),
      .init("host", .string(record.host.rawValue)),
      .init("admin_state_up", .boolean(true)),
      .init("alive", .boolean(isAlive)),
      .init("created_at", time(record.createdAt)),
      .init("started_at", time(activity.startedAt)),
      .init("heartbeat_timestamp", time(activity.lastHeard)),
      .init("availability_zone", .null),
      .init("description", .null),
      .init("resources_synced", .null),
      .init("configurations", configurations(record, activity)),
    ])
  }

  private static func configurations(_ record: HostRecord, _ activity: HostActivity) -> JSONValue {
    let report = activity.report
    let revision = { (number: UInt64?) -> JSONValue in number.map { .integer(Int(clamping: $0)) } ?? .null }
    let failures = (report?.failures ?? []).map { failure -> JSONValue in
      .object([
        .init("resource", .string(failure.key.description)), .init("revision", revision(failure.revision)),
        .init("code", .string(failure.code.rawValue)), .init("message", .string(failure.message)),
      ])
    }
    let pending = (report?.pending ?? []).map { pending -> JSONValue in
      .object([
        .init("resource", .string(pending.key.description)), .init("revision", revision(pending.revision)),
        .init("reason", .string(pending.reason)),
      ])
    }
    return .object([
      .init("tunnel_address", .string(record.tunnelAddress.description)),
      .init("agent_version", activity.agentVersion.map { .string($0) } ?? .null),
      .init("connected", .boolean(activity.isConnected)),
      .init("peer", activity.peer.map { .string($0) } ?? .null),
      .init("epoch", report.map { .string($0.applied.epoch) } ?? .null),
      .init("applied_revision", revision(report?.applied.revision)),
      .init("sent_revision", revision(activity.sentRevision)),
      .init("behind_seconds", behind(activity)),
      .init("flows_in_sync", report?.digests?.agree.map { .boolean($0) } ?? .null),
      .init("desired_digest", digest(report?.digests?.desired)),
      .init("observed_digest", digest(report?.digests?.observed)),
      .init("identity", activity.identity.map(identity) ?? .null),
      .init("duplicate", activity.contender.map(duplicate) ?? .null),
      .init("failures", .array(failures)),
      .init("pending", .array(pending)),
      .init("held_removals", report?.heldRemovals.map(heldRemovals) ?? .null),
      .init(
        "refused_update",
        report?.refusedUpdate.map { .string("revision \($0.version.revision): \($0.reason)") } ?? .null),
    ])
  }

  private static func heldRemovals(_ held: GoalStateReport.HeldRemovals) -> JSONValue {
    let time = { (seconds: Int64) in JSONValue.string(Date(timeIntervalSince1970: TimeInterval(seconds)).agentText) }
    return .object([
      .init("in_force_revision", .integer(Int(clamping: held.version.revision))),
      .init("count", .integer(Int(clamping: held.count))),
      .init("resources", .array(held.resources.map { .string($0.description) })),
      .init("since", time(held.since)), .init("until", time(held.until)), .init("reason", .string(held.reason)),
    ])
  }

  /// How old the oldest change is that is not in force on a host that is connected: 0 when all is.
  private static func behind(_ activity: HostActivity) -> JSONValue {
    guard activity.isConnected else { return .null }
    guard let since = activity.behindSince else { return .number(0) }
    let (seconds, attoseconds) = (ContinuousClock.now - since).components
    return .number(max(0, Double(seconds) + (Double(attoseconds) / 1e17).rounded(.down) / 10))
  }

  private static func identity(_ identity: AgentIdentity) -> JSONValue {
    let text = { (text: String) -> JSONValue in text.isEmpty ? .null : .string(text) }
    return .object([
      .init("instance_id", text(identity.instance)), .init("machine_id", text(identity.machine)),
      .init("boot_id", text(identity.boot)),
    ])
  }

  /// Another agent that says it is the host.
  private static func duplicate(_ contender: HostClaims.Contender) -> JSONValue {
    .object([
      .init("address", .string(contender.address)), .init("identity", identity(contender.identity)),
      .init("first_seen", .string(contender.firstSeen.agentText)),
      .init("last_seen", .string(contender.lastSeen.agentText)), .init("attempts", .integer(contender.attempts)),
    ])
  }

  private static func digest(_ number: UInt64?) -> JSONValue {
    guard let number else { return .null }
    let digits = String(number, radix: 16)
    return .string(String(repeating: "0", count: max(0, 16 - digits.count)) + digits)
  }
}
