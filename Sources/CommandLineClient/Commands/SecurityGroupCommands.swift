import ArgumentParser

/// `alioth security-group`: what is allowed to and from guests.
struct SecurityGroupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "security-group", abstract: "What is allowed to and from guests.",
    discussion: """
      A port is a member of security groups: what none of their rules allows is dropped. A port that names no group is \
      a member of its project's group 'default', whose members may reach each other and everything outside.
      """,
    subcommands: [Create.self, List.self, Show.self, Delete.self, SecurityGroupRuleCommand.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create a security group.",
      discussion: "It lets its members' guests send anything, and nothing reach them until it has rules that do.")
    @Argument(help: "The group's name.") var name: String
    @Option(help: "What it is for.") var description: String?
    @Flag(help: "Judge each packet by itself: replies need a rule of their own.") var stateless = false
    @Option(help: ArgumentHelp("The project that it belongs to.", valueName: "id")) var project: String?
    @OptionGroup var global: GlobalOptions

    /// The fields of the request.
    func fields() -> [String: JSONValue] {
      var fields: [String: JSONValue] = ["name": .string(name)]
      if let description { fields["description"] = .string(description) }
      if stateless { fields["stateful"] = false }
      if let project { fields["project_id"] = .string(project) }
      return fields
    }

    func run() async throws {
      let group = try await global.withController { try await $0.create(.securityGroup, fields()) }
      try global.write(group, of: .securityGroup)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the security groups.")
    @Option(help: "Only groups of this name.") var name: String?
    @Option(help: ArgumentHelp("Only groups of this project.", valueName: "id")) var project: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var filters: [(String, String)] = []
      if let name { filters.append(("name", name)) }
      if let project { filters.append(("project_id", project)) }
      let groups = try await global.withController { [filters] in
        try await $0.list(.securityGroup, filters: filters)
      }
      try global.write(groups, of: .securityGroup, columns: securityGroupColumns)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show everything about a security group.")
    @Argument(help: "The group's name or id.", transform: referenceOption) var group: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let group = try await global.withController { try await $0.resolve(.securityGroup, self.group) }
      try global.write(group, of: .securityGroup)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete security groups.",
      discussion: "A group that has members stays. Rules of other groups that name it go with it.")
    @Argument(help: "The groups' names or ids.", transform: referenceOption) var groups: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.securityGroup, groups)
    }
  }
}

let securityGroupColumns = [
  Column("NAME", field: "name"),
  Column("ID", field: "id"),
  Column("PROJECT", field: "project_id"),
  Column("RULES") { Cell(String($0["security_group_rules"].array?.count ?? 0)) },
  Column("STATEFUL") { group in
    guard case .boolean(let stateful) = group["stateful"] else { return Cell(nil) }
    return Cell(stateful ? "yes" : "no")
  },
  Column("DESCRIPTION", field: "description"),
]
