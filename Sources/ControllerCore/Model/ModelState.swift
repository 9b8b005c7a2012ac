import GoalState
import NetworkTypes

/// A record and the store's revision at which it was last put.
struct Stored<Record: Sendable & Hashable>: Sendable, Hashable {
  var record: Record
  var revision: UInt64
}

/// Everything that is stored, decoded and indexed, as of one revision.
///
/// A value: it is built by applying the store's entries and events, and nothing else changes it. Taking events back gives
/// the state as it was.
struct ModelState: Sendable {
  private(set) var revision: UInt64 = 0
  private(set) var networks: [NetworkID: Stored<NetworkRecord>] = [:]
  private(set) var subnets: [SubnetID: Stored<SubnetRecord>] = [:]
  private(set) var ports: [PortID: Stored<PortRecord>] = [:]
  private(set) var hosts: [HostID: Stored<HostRecord>] = [:]
  private(set) var routers: [RouterID: Stored<RouterRecord>] = [:]
  private(set) var securityGroups: [SecurityGroupID: Stored<SecurityGroupRecord>] = [:]
  private(set) var networkAdminStates: [NetworkID: Stored<Bool>] = [:]
  /// The revision of each network's set of subnets.
  private(set) var subnetSets: [NetworkID: UInt64] = [:]
  private(set) var statuses: [PortID: PortStatusRecord] = [:]
  /// What hosts say of their guests' leases. It is not stored: hosts say it again to whoever asks.
  private(set) var leases: [PortID: PortLeases] = [:]

  private(set) var subnetsByNetwork: [NetworkID: Set<SubnetID>] = [:]
  private(set) var portsByNetwork: [NetworkID: Set<PortID>] = [:]
  /// Bound ports by host.
  private(set) var portsByHost: [HostID: Set<PortID>] = [:]
  /// Which hosts see which networks and routers.
  private(set) var visibility = Visibility()
  private(set) var groupUse = SecurityGroupUse()

  private(set) var vniUse = NumberUse<UInt32>()
  private(set) var addressUse: [SubnetID: NumberUse<UInt128>] = [:]
  private(set) var delegatedPrefixes: [NetworkID: DelegatedPrefixSet] = [:]
  private(set) var macUse: [NetworkID: Set<MACAddress>] = [:]
  private(set) var segmentUse: [SegmentRecord: NetworkID] = [:]
  private(set) var portIndex = PortIndex()

  /// Takes in what a host says of its guests' leases.
  mutating func note(_ reported: [GoalStateReport.Lease], of host: HostID) {
    for lease in reported where ports[lease.port]?.record.host == host {
      leases[lease.port, default: PortLeases()].note(lease)
    }
  }

  init(vniRange: ClosedRange<UInt32>) {
    vniUse.follow(rangesFrom: [vniRange.lowerBound])
  }

  /// The state that a listing of everything describes.
  init(vniRange: ClosedRange<UInt32>, listing: StoreListing) throws(ModelError) {
    self.init(vniRange: vniRange)
    for entry in listing.entries {
      try apply(StoreEvent(key: entry.key, entry: entry, previous: nil))
    }
    revision = listing.revision
  }

  /// Takes in a transaction, and tells what of whose goal state it may have changed.
  mutating func apply(_ batch: StoreBatch) throws(ModelError) -> GoalStateChanges {
    var changes = GoalStateChanges()
    for event in batch.events { try apply(event, &changes) }
    changes.spread(visibility)
    revision = batch.revision
    return changes
  }

  /// Takes transactions back, so that the state is as of `revision` again.
  mutating func takeBack(_ batches: [StoreBatch], to revision: UInt64) throws(ModelError) {
    for batch in batches.reversed() {
      for event in batch.events.reversed() { try apply(event.inverse) }
    }
    self.revision = revision
  }

  private mutating func apply(_ event: StoreEvent, _ changes: inout GoalStateChanges) throws(ModelError) {
    let before = event.key.suffix(under: ModelKeys.ports).flatMap { ports[PortID(String($0))]?.record }
    changes.note(try apply(event))
    try note(event, portBefore: before, &changes)
  }

  /// Takes in one event, and tells what came into view of hosts by it.
  @discardableResult
  private mutating func apply(_ event: StoreEvent) throws(ModelError) -> Visibility.Change {
    if let id = event.key.suffix(under: ModelKeys.ports) {
      return try replacePort(PortID(String(id)), by: event.entry)
    } else if let id = event.key.suffix(under: ModelKeys.routers) {
      return try replaceRouter(RouterID(String(id)), by: event.entry)
    } else if let id = event.key.suffix(under: ModelKeys.securityGroups) {
      try replaceSecurityGroup(SecurityGroupID(String(id)), by: event.entry)
    } else if let id = event.key.suffix(under: ModelKeys.portStatuses) {
      let id = PortID(String(id))
      statuses[id] = try event.entry.map { (entry) throws(ModelError) in
        try RecordCoding.decode(PortStatusRecord.self, entry)
      }
    } else if let id = event.key.suffix(under: ModelKeys.networks) {
      try replaceNetwork(NetworkID(String(id)), by: event.entry)
    } else if let id = event.key.suffix(under: ModelKeys.subnets) {
      try replaceSubnet(SubnetID(String(id)), by: event.entry)
    } else if let id = event.key.suffix(under: ModelKeys.hosts) {
      let id = HostID(String(id))
      hosts[id] = try stored(HostRecord.self, event.entry)
    } else if let id = event.key.suffix(under: ModelKeys.networkAdminStates) {
      let id = NetworkID(String(id))
      networkAdminStates[id] = try stored(Bool.self, event.entry)
    } else if let id = event.key.suffix(under: ModelKeys.subnetSets) {
      let id = NetworkID(String(id))
      subnetSets[id] = event.entry?.modRevision
    }
    return Visibility.Change()
  }

  private func stored<Record: Codable & Hashable & Sendable>(
    _ type: Record.Type, _ entry: StoreEntry?
  ) throws(ModelError) -> Stored<Record>? {
    guard let entry else { return nil }
    return Stored(record: try RecordCoding.decode(type, entry), revision: entry.modRevision)
  }

  private mutating func replaceNetwork(_ id: NetworkID, by entry: StoreEntry?) throws(ModelError) {
    let new = try stored(NetworkRecord.self, entry)
    if let old = networks[id]?.record {
      vniUse.remove(old.vni.rawValue)
      if let segment = old.segment, !segment.type.isTunnel { segmentUse[segment] = nil }
    }
    if let new = new?.record {
      vniUse.insert(new.vni.rawValue)
      if let segment = new.segment, !segment.type.isTunnel { segmentUse[segment] = id }
    }
    networks[id] = new
  }

  private mutating func replaceRouter(
    _ id: RouterID, by entry: StoreEntry?
  ) throws(ModelError) -> Visibility.Change {
    let new = try stored(RouterRecord.self, entry)
    routers[id] = new
    return visibility.replaceRoutes(of: id, by: new?.record.routes ?? [])
  }

  private mutating func replaceSecurityGroup(_ id: SecurityGroupID, by entry: StoreEntry?) throws(ModelError) {
    let new = try stored(SecurityGroupRecord.self, entry)
    groupUse.replace(securityGroups[id]?.record, by: new?.record)
    securityGroups[id] = new
  }

  private mutating func replaceSubnet(_ id: SubnetID, by entry: StoreEntry?) throws(ModelError) {
    let new = try stored(SubnetRecord.self, entry)
    if let old = subnets[id]?.record {
      subnetsByNetwork.remove(id, under: old.networkID)
      macUse.remove(old.gatewayMAC, under: old.networkID)
    }
    if let new = new?.record {
      subnetsByNetwork[new.networkID, default: []].insert(id)
      macUse[new.networkID, default: []].insert(new.gatewayMAC)
      addressUse[id, default: NumberUse()].follow(rangesFrom: new.pools.map(\.start.value))
    } else if addressUse[id]?.isEmpty == true {
      addressUse[id] = nil
    }
    subnets[id] = new
  }

  private mutating func replacePort(_ id: PortID, by entry: StoreEntry?) throws(ModelError) -> Visibility.Change {
    let new = try stored(PortRecord.self, entry)
    let old = ports[id]?.record
    if let old { unlist(old) }
    if let new = new?.record { list(new) }
    if new?.record.host != old?.host { leases[id] = nil }
    portIndex.replace(old, by: new?.record)
    ports[id] = new
    groupUse.replace(old, by: new?.record)
    return visibility.replace(old, by: new?.record)
  }

  private mutating func unlist(_ port: PortRecord) {
    portsByNetwork.remove(port.id, under: port.networkID)
    if port.hasGatewayMAC != true { macUse.remove(port.mac, under: port.networkID) }
    for prefix in port.delegatedPrefixes ?? [] { delegatedPrefixes[port.networkID]?.remove(prefix, of: port.id) }
    if delegatedPrefixes[port.networkID]?.isEmpty == true { delegatedPrefixes[port.networkID] = nil }
    for address in port.addresses { addressUse[address.subnetID]?.remove(address.address.value) }
    if let host = port.host { portsByHost.remove(port.id, under: host) }
  }

  private mutating func list(_ port: PortRecord) {
    portsByNetwork[port.networkID, default: []].insert(port.id)
    if port.hasGatewayMAC != true { macUse[port.networkID, default: []].insert(port.mac) }
    for prefix in port.delegatedPrefixes ?? [] {
      delegatedPrefixes[port.networkID, default: DelegatedPrefixSet()].insert(prefix, of: port.id)
    }
    for address in port.addresses {
      addressUse[address.subnetID, default: NumberUse()].insert(address.address.value)
    }
    if let host = port.host { portsByHost[host, default: []].insert(port.id) }
  }
}

extension Dictionary {
  /// Takes `member` out of the set under `key`, and the set away once it is empty.
  fileprivate mutating func remove<Member>(_ member: Member, under key: Key) where Value == Set<Member> {
    self[key]?.remove(member)
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}
