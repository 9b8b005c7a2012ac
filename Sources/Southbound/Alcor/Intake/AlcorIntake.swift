import GoalState
import GoalStateProtobuf
import NetworkTypes

/// What an Alcor controller has given this host: operations in, their standing out, and the changes of the goal state that they
/// add up to.
///
/// A value without I/O or clock. Each resource is validated before anything changes, and one that is refused touches no other.
/// What others refer to may come later: the goal state holds what does not resolve yet, fail-closed, and completes it.
///
/// ```
///  operation ─▶ header: id, revision, deletions ─▶ merged with what is held (DELTA) ─▶ decoded ─▶ held ─┐
///                   │ refused                                             │ refused                     │ marked
///                   ▼                                                     ▼                             ▼
///                standing ◀──────────────────────────────────────────────────────────────────    takeUpdate()
/// ```
/// Alcor's networks are segments: each VPC has one for every VNI that itself or a subnet of it names.
struct AlcorIntake: Sendable {
  /// The epoch of goal states that come from here.
  static let epoch = "alcor"

  let limits: AlcorLimits
  /// Whether there is somebody to ask for neighbors, so that all networks have them on demand.
  let asksForNeighbors: Bool
  /// The revision of the last update that was taken.
  private(set) var revision: UInt64

  var vpcs: [String: AlcorHeld<AlcorVPC, Alcor_Schema_VpcConfiguration>] = [:]
  var subnets: [SubnetID: AlcorHeld<AlcorSubnet, Alcor_Schema_SubnetConfiguration>] = [:]
  var ports: [PortID: AlcorHeld<AlcorPort, Alcor_Schema_PortConfiguration>] = [:]
  /// There are many of them: what a change needs of the message is made again from the value.
  var neighbors: [NeighborID: AlcorHeld<AlcorNeighbor, Void>] = [:]
  var groups: [SecurityGroupID: AlcorHeld<SecurityGroup, Alcor_Schema_SecurityGroupConfiguration>] = [:]
  var routers: [RouterID: AlcorHeld<Router, Alcor_Schema_RouterConfiguration>] = [:]
  var dhcp: [String: AlcorHeld<AlcorDHCP, Alcor_Schema_DHCPConfiguration>] = [:]

  var deletions: AlcorDeletions
  var networks = AlcorNetworks()
  var stations = AlcorStations()
  /// What the next update says otherwise than the last: the least revision that it can be said with.
  private var marked: [ResourceKey: UInt64] = [:]

  /// - Parameter revision: Of the goal state that the host holds already.
  init(limits: AlcorLimits = AlcorLimits(), asksForNeighbors: Bool = false, revision: UInt64 = 0) {
    self.limits = limits
    self.asksForNeighbors = asksForNeighbors
    self.revision = revision
    deletions = AlcorDeletions(limit: limits.rememberedDeletions)
  }

  /// How many resources are held.
  var count: Int {
    vpcs.count + subnets.count + ports.count + neighbors.count + groups.count + routers.count + dhcp.count
  }

  /// Takes in an operation.
  mutating func take(_ operation: AlcorOperation) -> AlcorStanding {
    guard let configuration = operation.configuration else {
      return .refused(
        AlcorRefusal(.failure, "the host's list names it, and the message does not have it"))
    }
    do throws(AlcorRefusal) {
      switch configuration {
      case .vpc(let configuration): return try take(configuration, operation)
      case .subnet(let configuration): return try take(configuration, operation)
      case .port(let configuration): return try take(configuration, operation)
      case .neighbor(let configuration): return try take(configuration, operation)
      case .securityGroup(let configuration): return try take(configuration, operation)
      case .router(let configuration): return try take(configuration, operation)
      case .dhcp(let configuration): return try take(configuration, operation)
      case .gateway:
        throw AlcorRefusal(
          .failure, "gateways are not supported: what leaves a VPC goes by the routes of its routers")
      }
    } catch {
      return .refused(error)
    }
  }

  // MARK: What an operation may do

  /// What an operation comes to, as far as its header says.
  enum Plan {
    case look
    case put
    case remove
    /// It has been removed before.
    case removed
  }

  /// - Parameter held: The revision of what is held; nil when nothing is.
  mutating func plan(
    _ configuration: some AlcorConfiguration, _ operation: AlcorOperation, held: UInt64?
  ) throws(AlcorRefusal) -> Plan {
    do {
      _ = try FieldRules.identifier(configuration.id, "id")
    } catch {
      throw AlcorRefusal(error)
    }
    let revision = configuration.effectiveRevision
    switch operation.operation {
    case .UNRECOGNIZED(let number): throw AlcorRefusal(.invalidArg, "operation_type \(number) is not known")
    case .get:
      guard held != nil else { throw AlcorRefusal(.failure, "this host does not hold it") }
      return .look
    case .delete:
      guard let held else {
        guard deletions.revision(of: operation.subject) != nil else {
          throw AlcorRefusal(.failure, "this host does not hold it: there is nothing to delete")
        }
        return .removed
      }
      try compare(revision, with: held, "holds")
      deletions.insert(operation.subject, revision: max(revision, held))
      return .remove
    case .info, .create, .update:
      if let held {
        try compare(revision, with: held, "holds")
      } else {
        if let deleted = deletions.revision(of: operation.subject) {
          try compare(revision, with: deleted, "was told to delete")
        }
        guard count < limits.maximumResources else {
          throw AlcorRefusal(.failure, "this host holds \(count) resources, which is its limit")
        }
      }
      return .put
    }
  }

  /// A revision of 0 is none. Controllers that give all the same are believed in the order in which they send.
  private func compare(_ revision: UInt64, with other: UInt64, _ what: String) throws(AlcorRefusal) {
    guard revision == 0 || revision >= other else {
      throw AlcorRefusal(
        .outOfOrder, "revision \(revision) is older than revision \(other), which this host \(what)")
    }
  }

  // MARK: Changes

  /// The next update says it.
  ///
  /// - Parameter floor: The revision with which the host has it, when what comes may be less.
  mutating func mark(_ key: ResourceKey, floor: UInt64 = 0) {
    marked[key] = max(floor, marked[key] ?? 0)
  }

  /// Everything that has changed since the last update; nil when nothing has.
  mutating func takeUpdate() -> GoalStateUpdate? {
    settleNetworks()
    guard !marked.isEmpty else { return nil }
    let from = revision
    revision += 1
    var update = GoalStateUpdate(
      scope: .delta(from: from), version: GoalStateVersion(epoch: AlcorIntake.epoch, revision: revision))
    update.upserts.reserveCapacity(marked.count)
    for (key, floor) in marked {
      if let resource = resource(key, floor: floor) {
        update.upserts.append(resource)
      } else {
        update.removals.append(key)
      }
    }
    marked.removeAll(keepingCapacity: true)
    return update
  }

  /// Everything that is held, for a host that is to forget all else.
  mutating func takeSnapshot() -> GoalStateUpdate {
    settleNetworks()
    marked = [:]
    revision += 1
    let keys: [ResourceKey] =
      networks.ids.keys.map(ResourceKey.network) + subnets.keys.map(ResourceKey.subnet)
      + groups.keys.map(ResourceKey.securityGroup) + routers.keys.map(ResourceKey.router)
      + neighbors.keys.map(ResourceKey.neighbor) + ports.keys.map(ResourceKey.port)
    return GoalStateUpdate(
      scope: .snapshot, version: GoalStateVersion(epoch: AlcorIntake.epoch, revision: revision),
      upserts: keys.compactMap { resource($0, floor: 0) })
  }
}
