import ArgumentParser

/// `alioth host inspect`: what a host runs, in its agent's own words.
struct HostInspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a host runs of its goal state, as its agent says.",
    discussion: """
      The controller asks the host's agent now. REVISION is what the host holds, WANTED what the controller means it to have. \
      STATUS is in-force, programming (on its way to the switch), waiting, refused, quarantined (the switch refused a flow of \
      it) or absent. Resources that are named are shown with what they say and their flows.
      """)

  @Argument(help: "The host's name or id.", transform: referenceOption) var host: String
  @Option(
    help: ArgumentHelp(
      "Only this resource; may be given several times, for resources of one kind. KIND is network, subnet, port, neighbor, "
        + "router or security-group.", valueName: "kind/id"))
  var resource: [HeldResourceName] = []
  @Option(help: "Only resources of this kind.") var kind: HeldKind?
  @Option(help: "How many flows to show of each resource, 0 to 1000 (default: 100 of those that are named, else none).")
  var flows: Int?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let flows, !(0...1000).contains(flows) { throw ValidationError("--flows is not from 0 to 1000.") }
    if Set(resource.map(\.kind)).count > 1 { throw ValidationError("The resources are not of one kind.") }
    if kind != nil, !resource.isEmpty { throw ValidationError("--kind and --resource exclude each other.") }
  }

  func run() async throws {
    let console = Console.current
    var query: [(name: String, value: String)] = []
    if let kind = kind ?? resource.first?.kind { query.append(("kind", kind.rawValue)) }
    query += resource.map { ("id", $0.id) }
    query.append(("flows", String(flows ?? (resource.isEmpty ? 0 : 100))))
    let held = try await global.withController { client in
      try await client.held(by: try await client.resolve(.host, host), query)
    }
    guard global.output == .table else { return try console.printLine(JSONValue.array(held).prettyText()) }
    guard !held.isEmpty else { return console.noteLine("The host has none.") }
    let table = Table(
      headers: ["RESOURCE", "REVISION", "WANTED", "STATUS", "FLOWS", "REASON"], rows: held.map(HostInspectCommand.row))
    try console.printText(table.rendered(colour: console.hasColour))
    for resource in held {
      if !self.resource.isEmpty, resource["resource"] != .null {
        try console.printText("\n\(HostInspectCommand.name(resource)):\n\(resource["resource"].prettyText())\n")
      }
      try write(flowsOf: resource, console)
    }
  }

  private func write(flowsOf resource: JSONValue, _ console: any ConsoleSink) throws {
    guard let flows = resource["flows"].array, !flows.isEmpty else { return }
    let table = Table(
      headers: ["STATE", "FLOW"],
      rows: flows.map { flow in
        [Cell(flow["state"].string), Cell(flow["flow"].shortText + (flow["truncated"] == true ? "…" : ""))]
      })
    try console.printText("\n\(table.rendered(colour: console.hasColour))")
    if resource["flows_truncated"] == true {
      try console.printText("These are \(flows.count) of \(resource["flow_count"].shortText) flows: see --flows.\n")
    }
  }

  private static func row(_ resource: JSONValue) -> [Cell] {
    let (revision, wanted) = (resource["revision"], resource["wanted_revision"])
    let style: CellStyle =
      switch resource["status"].string {
      case "in-force": .good
      case "refused", "quarantined": .bad
      default: .warning
      }
    return [
      Cell(name(resource)), Cell(revision.shortText),
      Cell(wanted.shortText, style: revision == wanted ? .plain : .warning),
      Cell(resource["status"].string, style: style), Cell(resource["flow_count"].shortText),
      Cell(resource["reason"].string),
    ]
  }

  private static func name(_ resource: JSONValue) -> String {
    printable("\(resource["kind"].shortText)/\(resource["id"].shortText)")
  }
}

/// The kinds of resources that a host has.
enum HeldKind: String, CaseIterable, ExpressibleByArgument, Hashable, Sendable {
  case network
  case subnet
  case port
  case neighbor
  case router
  case securityGroup = "security-group"
}

/// A resource as an option names it: KIND/ID.
struct HeldResourceName: ExpressibleByArgument, Hashable, Sendable {
  let kind: HeldKind
  let id: String

  init?(argument: String) {
    let parts = argument.split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2, let kind = parts.first.flatMap(HeldKind.init), let id = parts.last else { return nil }
    self.kind = kind
    self.id = id
  }
}
