import ArgumentParser
import NetworkTypes

/// `alioth security-group rule`: one thing that a security group allows.
struct SecurityGroupRuleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rule", abstract: "What a security group allows.",
    subcommands: [Create.self, List.self, Delete.self])

  enum Direction: String, EnumerableFlag {
    case ingress
    case egress

    static func help(for value: Direction) -> ArgumentHelp? {
      value == .ingress ? "To the group's members (the default)." : "From the group's members."
    }
  }

  enum Ethertype: String, CaseIterable, ExpressibleByArgument {
    case ipv4
    case ipv6

    var neutronName: String { self == .ipv4 ? "IPv4" : "IPv6" }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Allow something.",
      discussion: """
        Without options anybody may reach the group's members by IPv4. For example:
          alioth security-group rule create web --protocol tcp --port 443
          alioth security-group rule create web --protocol icmp --icmp-type 8 --remote-prefix 10.0.0.0/8
          alioth security-group rule create db --protocol tcp --port 5432 --remote-group web
        """)
    @Argument(help: "The group's name or id.", transform: referenceOption) var group: String
    @Flag(exclusivity: .exclusive) var direction: Direction = .ingress
    @Option(help: "The version of IP; by default that of the remote prefix or of ICMPv6, otherwise IPv4.")
    var ethertype: Ethertype?
    @Option(help: "The protocol's name or number; by default all of them.") var `protocol`: String?
    @Option(
      name: [.customLong("port"), .customLong("dst-port")],
      help: ArgumentHelp("The destination ports of TCP, UDP or SCTP.", valueName: "first[-last]"),
      transform: { try PortRangeOption(parsing: $0) })
    var ports: PortRangeOption?
    @Option(help: "The type of ICMP, 0 to 255.") var icmpType: UInt8?
    @Option(help: "The code of ICMP, 0 to 255.") var icmpCode: UInt8?
    @Option(
      name: [.customLong("remote-prefix"), .customLong("remote-ip")],
      help: ArgumentHelp("The addresses of the other side, such as 10.0.0.0/24.", valueName: "cidr"),
      transform: networkOrAddressOption)
    var remotePrefix: IPPrefix?
    @Option(help: "The group that the other side is a member of, by name or id.", transform: referenceOption)
    var remoteGroup: String?
    @Option(help: "What it is for.") var description: String?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if remotePrefix != nil, remoteGroup != nil {
        throw ValidationError("--remote-prefix and --remote-group exclude each other.")
      }
      if ports != nil, icmpType != nil || icmpCode != nil {
        throw ValidationError("--port is for TCP, UDP and SCTP, --icmp-type and --icmp-code are for ICMP.")
      }
      if icmpCode != nil, icmpType == nil { throw ValidationError("--icmp-code needs --icmp-type.") }
      if ports != nil, self.protocol == nil { throw ValidationError("--port needs --protocol.") }
      if let remotePrefix, let ethertype, (remotePrefix.version == .v4) != (ethertype == .ipv4) {
        throw ValidationError("\(remotePrefix) is not of \(ethertype.neutronName).")
      }
    }

    private var chosenEthertype: Ethertype {
      if let ethertype { return ethertype }
      if let remotePrefix { return remotePrefix.version == .v4 ? .ipv4 : .ipv6 }
      return self.protocol?.lowercased().contains("v6") == true ? .ipv6 : .ipv4
    }

    /// The fields of the request; ICMP's type and code stand in those of the ports.
    func fields(groupID: String, remoteGroupID: String?) -> [String: JSONValue] {
      var fields: [String: JSONValue] = [
        "security_group_id": .string(groupID), "direction": .string(direction.rawValue),
        "ethertype": .string(chosenEthertype.neutronName),
      ]
      if let name = self.protocol {
        fields["protocol"] = .string(name)
      } else if icmpType != nil {
        fields["protocol"] = .string(chosenEthertype == .ipv4 ? "icmp" : "ipv6-icmp")
      }
      if let ports {
        fields["port_range_min"] = .integer(Int64(ports.first))
        fields["port_range_max"] = .integer(Int64(ports.last))
      }
      if let icmpType { fields["port_range_min"] = .integer(Int64(icmpType)) }
      if let icmpCode { fields["port_range_max"] = .integer(Int64(icmpCode)) }
      if let remotePrefix { fields["remote_ip_prefix"] = .string(remotePrefix.description) }
      if let remoteGroupID { fields["remote_group_id"] = .string(remoteGroupID) }
      if let description { fields["description"] = .string(description) }
      return fields
    }

    func run() async throws {
      let rule = try await global.withController { client in
        let group = try await client.resolve(.securityGroup, self.group)
        var remote: String?
        if let remoteGroup { remote = try await client.resolve(.securityGroup, remoteGroup).id }
        return try await client.create(.securityGroupRule, fields(groupID: group.id, remoteGroupID: remote))
      }
      try global.write(rule, of: .securityGroupRule)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List rules.")
    @Argument(help: "Only rules of this group, by name or id.", transform: referenceOption) var group: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.withController { client in
        var filters: [(String, String)] = []
        if let group { filters.append(("security_group_id", try await client.resolve(.securityGroup, group).id)) }
        let rules = try await client.list(.securityGroupRule, filters: filters)
        let names = global.output == .table && !rules.isEmpty ? try await client.names(.securityGroup) : [:]
        try global.write(
          rules, of: .securityGroupRule, columns: ruleColumns(groupNames: names, showsGroup: group == nil)
        ) { ruleOrder($0, names).lexicographicallyPrecedes(ruleOrder($1, names)) }
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Allow something no more.", discussion: "Connections that nothing else allows are cut.")
    @Argument(help: "The rules' ids.", transform: referenceOption) var rules: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.securityGroupRule, rules)
    }
  }
}
