/// Waiting until a port is in force on its host, with its progress on standard error.
struct PortWait {
  let client: ControllerClient
  let port: JSONValue
  let limit: TimeSpan
  /// How long to wait between two looks.
  var interval: Duration = .milliseconds(500)
  /// How often to say that nothing has changed.
  var reminder: Duration = .seconds(10)

  /// Waits, and gives back the port once it is ACTIVE.
  func run() async throws -> JSONValue {
    let console = Console.current
    let title = port.title(as: .port)
    let host = port["binding:host_id"].string ?? ""
    guard !host.isEmpty else {
      throw CommandFailure(
        "Port '\(title)' is on no host, so that none can bring it into force; give it one by "
          + "'alioth port update \(printable(port.id)) --host HOST'.")
    }
    if try await client.list(.host, filters: [("host", host)]).filter({ $0["host"].string == host }).isEmpty {
      console.noteLine("Warning: the controller knows no host '\(printable(host))' yet.")
    }

    let clock = ContinuousClock()
    let start = clock.now
    var lastNote: (text: String, at: ContinuousClock.Instant)?
    var current = port
    while true {
      let status = current["status"].string ?? "unknown"
      if status == "ACTIVE" {
        console.noteLine("Port '\(title)' is ACTIVE on host '\(printable(host))'.")
        return current
      }
      if status == "ERROR" {
        let reason = try await reason(host) ?? "its status is ERROR; 'alioth show' on that host says why"
        throw CommandFailure(sentence("Port '\(title)' failed on host '\(printable(host))': \(reason)"))
      }
      let waited = start.duration(to: clock.now)
      guard waited < limit.duration else {
        let heading = "Port '\(title)' was not ACTIVE within \(limit): its status is \(printable(status))"
        if let reason = try await reason(host) {
          throw CommandFailure(sentence("\(heading): \(reason)") + " The port stays as it is.")
        }
        throw CommandFailure(
          "\(heading). It stays as it is; 'alioth show' on host '\(printable(host))' says what it waits for.")
      }
      let text = "Port '\(title)' is \(printable(status)); waiting for host '\(printable(host))'"
      if lastNote?.text != text || lastNote.map({ $0.at.duration(to: clock.now) >= reminder }) == true {
        console.noteLine("\(text) (\(waited.components.seconds) s)")
        lastNote = (text, clock.now)
      }
      try await Task.sleep(for: interval)
      guard let next = try await client.find(.port, id: port.id) else {
        throw CommandFailure("Port '\(title)' was deleted while waiting for it.")
      }
      current = next
    }
  }

  /// What the host's agent last reported about the port: why it failed, or what it waits for.
  private func reason(_ host: String) async throws -> String? {
    let agents = try await client.list(.host, filters: [("host", host)])
    guard let report = agents.first(where: { $0["host"].string == host })?["configurations"] else { return nil }
    let entries = (report["failures"].array ?? []) + (report["pending"].array ?? [])
    let entry = entries.first { $0["resource"].string?.hasSuffix(port.id) == true }
    return entry.flatMap { $0["message"].string ?? $0["reason"].string }
  }
}
