import GoalState
import GoalStateProtobuf
import NetworkTypes

/// What an agent says first on a session.
public struct AgentHello: Sendable, Hashable {
  /// The host, as in the agent's certificate.
  public var hostID: HostID
  /// Where the host's overlay tunnels end.
  public var tunnelAddress: IPAddress
  /// The agent's own version, for people.
  public var agentVersion: String
  /// What the agent holds; an empty epoch asks for a snapshot.
  public var held: GoalStateVersion
  /// What tells the agent from another that says it is the same host.
  public var identity: AgentIdentity
  /// Whether the agent asks for neighbors in networks that have them on demand.
  public var asks: Bool
  /// The neighbors in such networks that the agent holds.
  public var learned: [NeighborID]
  /// Whether the agent answers what it runs of resources.
  public var answersReads: Bool

  /// - Parameter held: what the agent holds; an empty epoch asks for a snapshot.
  public init(
    hostID: HostID, tunnelAddress: IPAddress, agentVersion: String, held: GoalStateVersion,
    identity: AgentIdentity = AgentIdentity(), asks: Bool = false, learned: [NeighborID] = [],
    answersReads: Bool = false
  ) {
    self.hostID = hostID
    self.tunnelAddress = tunnelAddress
    self.agentVersion = agentVersion
    self.held = held
    self.identity = identity
    self.asks = asks
    self.learned = learned
    self.answersReads = answersReads
  }
}

extension AgentHello {
  init(_ hello: Alioth_Southbound_V1_Hello) throws(ProtocolViolation) {
    do throws(InvalidField) {
      let held: GoalStateVersion
      if hello.epoch.isEmpty {
        held = GoalStateVersion(epoch: "", revision: 0)
      } else {
        held = GoalStateVersion(epoch: try FieldRules.identifier(hello.epoch, "epoch"), revision: hello.revision)
      }
      self.init(
        hostID: HostID(try FieldRules.identifier(hello.hostID, "host_id")),
        tunnelAddress: try FieldRules.hostAddress(hello.tunnelAddress, "tunnel_address"),
        agentVersion: try FieldRules.text(hello.agentVersion, "agent_version"),
        held: held,
        identity: AgentIdentity(
          machine: try FieldRules.text(hello.machineID, "machine_id"),
          instance: try FieldRules.text(hello.instanceID, "instance_id"),
          boot: try FieldRules.text(hello.bootID, "boot_id")),
        asks: hello.asks,
        learned: hello.neighborIds.filter(FieldRules.isIdentifier).map { NeighborID($0) },
        answersReads: hello.answersReads)
    } catch {
      throw .invalid("the hello's \(error.message)")
    }
  }
}

extension Alioth_Southbound_V1_Hello {
  init(_ hello: AgentHello) {
    self.init()
    hostID = hello.hostID.rawValue
    tunnelAddress = hello.tunnelAddress.description
    agentVersion = hello.agentVersion
    machineID = hello.identity.machine
    instanceID = hello.identity.instance
    bootID = hello.identity.boot
    epoch = hello.held.epoch
    revision = hello.held.revision
    asks = hello.asks
    neighborIds = hello.learned.map(\.rawValue)
    answersReads = hello.answersReads
  }
}
