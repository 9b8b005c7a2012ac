import ArgumentParser

/// `alioth host`: the compute nodes that the controller knows.
struct HostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host", abstract: "Compute nodes, as the controller knows them.",
    subcommands: [List.self, Show.self, HostInspectCommand.self, Release.self, Delete.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the hosts.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let hosts = try await global.withController { try await $0.list(.host) }
      try global.write(hosts, of: .host, columns: hostColumns)
      guard global.output == .table else { return }
      for note in hosts.sorted(by: { $0["host"].shortText < $1["host"].shortText }).flatMap(hostNotes) {
        Console.current.noteLine(note)
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show everything about a host.")
    @Argument(help: "The host's name or id.", transform: referenceOption) var host: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let host = try await global.withController { try await $0.resolve(.host, self.host) }
      try global.write(host, of: .host)
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have hosts carry out the removals that they hold back.",
      discussion: """
        A host holds back what would take most of its ports and neighbors away and is not marked as intended, such as \
        after a change of the controller's database. 'alioth host show' says what, why and until when.
        """)
    @Argument(help: "The hosts' names or ids.", transform: referenceOption) var hosts: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      for name in hosts {
        try await global.withController { controller in
          let host = try await controller.resolve(.host, name)
          _ = try await controller.update(.host, host, ["alioth:release_removals": .boolean(true)])
        }
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Forget hosts.", discussion: "A host whose agent still runs comes back when its agent reports.")
    @Argument(help: "The hosts' names or ids.", transform: referenceOption) var hosts: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.host, hosts)
    }
  }
}

let hostColumns = [
  Column("HOST", field: "host"),
  Column("ALIVE") { host in
    guard case .boolean(let alive) = host["alive"] else { return Cell(host["alive"].shortText) }
    return Cell(status: alive ? "yes" : "no")
  },
  // Neutron's own agents call it tunneling_ip.
  Column("TUNNEL") { host in
    let tunnel = host["configurations"]["tunnel_address"].shortText
    return Cell(tunnel.isEmpty ? host["configurations"]["tunneling_ip"].shortText : tunnel)
  },
  Column("APPLIED") { Cell($0["configurations"]["applied_revision"].shortText) },
  Column("SENT") { Cell($0["configurations"]["sent_revision"].shortText) },
  Column("BEHIND") { host in
    guard let seconds = behindSeconds(host) else { return Cell(nil) }
    return Cell(spanText(seconds: seconds), style: seconds > 0 ? .warning : .plain)
  },
  Column("FLOWS") { host in
    guard case .boolean(let inSync) = host["configurations"]["flows_in_sync"] else { return Cell(nil) }
    return Cell(inSync ? "in sync" : "differ", style: inSync ? .plain : .bad)
  },
  Column("FAILED") { host in
    let count = host["configurations"]["failures"].array?.count
    return Cell(count.map(String.init), style: count ?? 0 > 0 ? .bad : .plain)
  },
  Column("HEARTBEAT", field: "heartbeat_timestamp"),
  Column("ID", field: "id"),
]

/// How far a host is behind; nil when it is not known.
private func behindSeconds(_ host: JSONValue) -> Double? {
  switch host["configurations"]["behind_seconds"] {
  case .integer(let seconds): Double(seconds)
  case .number(let seconds): seconds
  default: nil
  }
}

/// A span with tenths while they matter.
func spanText(seconds: Double) -> String {
  guard seconds.isFinite, seconds > 0 else { return "0 s" }
  guard seconds < 60 else { return ageText(seconds: Int64(min(seconds, 1e12))) }
  let tenths = Int((seconds * 10).rounded(.down))
  return "\(tenths / 10).\(tenths % 10) s"
}

/// What an operator should look at, in sentences.
private func hostNotes(_ host: JSONValue) -> [String] {
  let name = printable(host["host"].shortText)
  var notes: [String] = []
  if let seconds = behindSeconds(host), seconds >= 1 {
    notes.append("host \(name) is \(spanText(seconds: seconds)) behind")
  }
  if host["configurations"]["flows_in_sync"] == false {
    notes.append("host \(name): the flows that its switch has (observed) differ from those desired")
  }
  let duplicate = host["configurations"]["duplicate"]
  if let address = duplicate["address"].string {
    notes.append(
      printable(
        "host \(name): another agent, at \(address), says that it is this host, too, and is refused: last at "
          + duplicate["last_seen"].shortText))
  }
  return notes
}
