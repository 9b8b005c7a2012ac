import FoundationEssentials

/// An agent's status as a page for a person.
struct StatusPage {
  let status: AgentStatus
  /// The moment that ages are counted from.
  let now: Date
  /// Whether counters are shown too.
  var verbose = false
  var colour = false

  /// The page, with a line end at its end.
  func rendered() -> String {
    var sections = [headings()]
    if let ports = status.ports {
      sections.append(ports.isEmpty ? "No ports on this host.\n" : portTable(ports))
    }
    if let pending = status.pending, !pending.isEmpty {
      sections.append("Pending:\n" + pendingTable(pending))
    }
    if let failures = status.failures, !failures.isEmpty {
      sections.append("Failures:\n" + failureTable(failures))
    }
    if verbose { sections.append(counterLines()) }
    return sections.joined(separator: "\n")
  }

  // MARK: The lines at the top

  private func headings() -> String {
    let started = status.startedAt.map { "started \(momentText($0))" }
    let lines: [(String, Cell)] = [
      ("Host", Cell(joined(status.host, status.version.map { "aliothd \($0)" }, started))),
      ("Controller", controllerCell()),
      ("Switch", switchCell()),
      ("Tunnel", Cell(tunnelText())),
      ("Goal state", goalStateCell()),
    ]
    let warnings = [
      ("Held back", heldBackText()), ("Refused", status.goalState?.refusedUpdate),
    ].compactMap { name, text in text.map { (name, Cell(printable($0), style: .warning)) } }
    return (lines + warnings).map { name, cell in
      "\((name + ":").padded(to: 12))\(cell.rendered(colour: colour))\n"
    }.joined()
  }

  private func controllerCell() -> Cell {
    guard let controller = status.controller else { return Cell("unknown") }
    let text = joined(
      controller.state ?? "unknown", controller.address, controller.since.map { "since \(momentText($0))" },
      controller.error)
    return Cell(text, style: Cell(status: controller.state).style)
  }

  private func switchCell() -> Cell {
    guard let found = status.switch else { return Cell("unknown") }
    var flows: String?
    if let installed = found.flowsInstalled, let desired = found.flowsDesired {
      flows = installed == desired ? "\(installed) flows" : "\(installed) of \(desired) flows installed"
    }
    let text = joined(
      found.state ?? "unknown", found.bridge.map { "bridge \($0)" }, found.datapathType.map { "\($0) datapath" },
      found.datapathId.map { "id \($0)" }, flows, found.inSync == false ? "not in sync" : nil, difference(found),
      found.error)
    return Cell(text, style: Cell(status: found.state).style)
  }

  private func difference(_ found: AgentStatus.Switch) -> String? {
    guard let desired = found.desiredDigest, let observed = found.observedDigest, desired != observed else {
      return nil
    }
    return "observed differs from desired (digests \(observed) and \(desired))"
  }

  private func tunnelText() -> String {
    guard let tunnel = status.tunnel else { return "unknown" }
    return joined(
      tunnel.type, tunnel.address.map { "from \($0)" }, tunnel.mtu.map { "guests' MTU \($0)" })
  }

  private func goalStateCell() -> Cell {
    guard let state = status.goalState else { return Cell("none received") }
    let applied = state.appliedRevision.map(String.init) ?? "none"
    let received = state.receivedRevision.map(String.init) ?? "none"
    let inForce = state.appliedRevision == state.receivedRevision
    var text = inForce ? "revision \(applied) in force" : "revision \(applied) in force, \(received) received"
    if let seconds = state.behindSeconds, seconds > 0 { text += ", \(spanText(seconds: seconds)) behind" }
    if state.heldRemovals != nil, let revision = state.inForceRevision {
      text = "revision \(revision) in force but for what is held back, \(received) received"
    }
    let isStale = state.stale == true
    let staleness = isStale ? "stale: from this host's disk, not confirmed by the controller yet" : nil
    var durability: String?
    if let problem = state.durabilityProblem {
      durability = "not on disk\(state.durableRevision.map { " since revision \($0)" } ?? ""): \(problem)"
    } else if let durable = state.durableRevision, durable != state.receivedRevision {
      durability = "revision \(durable) on disk"
    }
    let isFine = inForce && !isStale && state.durabilityProblem == nil
    return Cell(
      joined(text, state.epoch.map { "epoch \($0)" }, staleness, durability), style: isFine ? .plain : .warning)
  }

  private func heldBackText() -> String? {
    guard let held = status.goalState?.heldRemovals else { return nil }
    let count = held.count.map { "\($0) removals" } ?? "removals"
    let first = held.resources?.prefix(3).joined(separator: ", ") ?? ""
    return joined(
      "\(count) until \(held.until ?? "an unknown time")", first.isEmpty ? nil : "the first: \(first)", held.reason)
  }

  // MARK: The tables

  private func portTable(_ ports: [AgentStatus.Port]) -> String {
    let sorted = ports.sorted { ($0.name ?? "", $0.id) < ($1.name ?? "", $1.id) }
    return Table(
      headers: ["PORT", "ID", "MAC", "FIXED-IPS", "INTERFACE", "OFPORT", "STATUS", "DHCP", "DHCPV6", "REASON"],
      rows: sorted.map { port in
        [
          Cell(port.name), Cell(port.id), Cell(port.macAddress), Cell((port.fixedIps ?? []).joined(separator: ",")),
          Cell(port.interface), Cell(port.ofport.map(String.init)), Cell(status: port.status), Cell(port.dhcp),
          Cell(port.dhcpv6), Cell(port.reason),
        ]
      }
    ).rendered(colour: colour)
  }

  private func pendingTable(_ pending: [AgentStatus.Pending]) -> String {
    Table(
      headers: ["RESOURCE", "REVISION", "REASON"],
      rows: pending.map { [Cell($0.resource), Cell($0.revision.map(String.init)), Cell($0.reason)] }
    ).rendered(colour: colour)
  }

  private func failureTable(_ failures: [AgentStatus.Failure]) -> String {
    Table(
      headers: ["RESOURCE", "REVISION", "CODE", "MESSAGE"],
      rows: failures.map {
        [Cell($0.resource), Cell($0.revision.map(String.init)), Cell($0.code, style: .bad), Cell($0.message)]
      }
    ).rendered(colour: colour)
  }

  private func counterLines() -> String {
    let counters = (status.counters ?? [:]).filter { $0.value != 0 }.sorted { $0.key < $1.key }
    guard !counters.isEmpty else { return "All counters are zero.\n" }
    return Table(
      headers: ["COUNTER", "VALUE"],
      rows: counters.map { name, value in
        [Cell(name), Cell(Int64(exactly: value).map(String.init) ?? String(value))]
      }
    ).rendered(colour: colour)
  }

  // MARK: Words

  /// The parts that are there, with commas between them.
  private func joined(_ parts: String?...) -> String {
    parts.compactMap(\.self).filter { !$0.isEmpty }.map(printable).joined(separator: ", ")
  }

  /// A moment as the agent wrote it, with how long ago that was.
  private func momentText(_ text: String) -> String {
    guard let date = parsedMoment(text) else { return text }
    let seconds = now.timeIntervalSince(date)
    guard seconds >= 0, seconds < 1e12 else { return text }
    return "\(text) (\(ageText(seconds: Int64(seconds))) ago)"
  }
}

/// Reads a moment in UTC (RFC 3339), with or without fractions of a second.
func parsedMoment(_ text: String) -> Date? {
  let styles = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)]
  for style in styles {
    if let date = try? style.parse(text) { return date }
  }
  return nil
}

extension String {
  /// The text with spaces after it up to `width` columns.
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - displayWidth(self)))
  }
}
