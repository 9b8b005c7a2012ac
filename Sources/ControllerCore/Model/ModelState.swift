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
  private(set) var networkAdminStates: [NetworkID: Stored<Bool>] = [:]
  /// The revision of each network's set of subnets.
  private(set) var subnetSets: [NetworkID: UInt64] = [:]
  private(set) var statuses: [PortID: PortStatusRecord] = [:]
  /// What hosts say of their guests' leases. It is not stored: hosts say it again to whoever asks.
  private(set) var leases: [PortID: PortLeases] = [:]

  private(set) var subnetsByNetwork: [NetworkID: Set<SubnetID>] = [:]
  private(set) var portsByNetwork: [NetworkID: Set<PortID>] = [:]
  /// Bound ports: by host, and the hosts of each network.
  private(set) var portsByHost: [HostID: Set<PortID>] = [:]
  private(set) var hostsByNetwork: [NetworkID: [HostID: Int]] = [:]

  private(set) var vniUse = NumberUse<UInt32>()
  private(set) var addressUse: [SubnetID: NumberUse<UInt128>] = [:]
  private(set) var delegatedPrefixes: [NetworkID: DelegatedPrefixSet] = [:]
  private(set) var macUse: [NetworkID: Set<MACAddress>] = [:]
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
    let port = event.key.suffix(under: ModelKeys.ports).map { PortID(String($0)) }
    let network = port.flatMap { ports[$0]?.record.networkID }
    let hostsBefore = network.map { hosts(of: $0) } ?? []
    try apply(event)
    if let port {
      let network = network ?? ports[port]?.record.networkID
      changes.note(port: port, hostsBefore: hostsBefore, hostsAfter: network.map { hosts(of: $0) } ?? [])
    } else if let id = event.key.suffix(under: ModelKeys.networks) {
      let id = NetworkID(String(id))
      changes.note(.network(id), for: hosts(of: id))
    } else if let id = event.key.suffix(under: ModelKeys.subnets) {
      try noteSubnet(SubnetID(String(id)), event, &changes)
    } else if let id = event.key.suffix(under: ModelKeys.hosts) {
      noteHost(HostID(String(id)), &changes)
    } else if let id = event.key.suffix(under: ModelKeys.networkAdminStates) {
      noteAdminState(NetworkID(String(id)), &changes)
    }
  }

  private func noteSubnet(_ id: SubnetID, _ event: StoreEvent, _ changes: inout GoalStateChanges) throws(ModelError) {
    // A deleted subnet is in the model no more: its network is in the entry before.
    guard let entry = event.entry ?? event.previous else { return }
    let network = try RecordCoding.decode(SubnetRecord.self, entry).networkID
    changes.note(.subnet(id), for: hosts(of: network))
  }

  /// A host that came, went or moved its tunnel's end changes the neighbors that its ports are to others.
  private func noteHost(_ id: HostID, _ changes: inout GoalStateChanges) {
    for port in portsByHost[id] ?? [] {
      guard let network = ports[port]?.record.networkID else { continue }
      changes.note(.neighbor(NeighborID(port.rawValue)), for: hosts(of: network))
    }
  }

  private func noteAdminState(_ id: NetworkID, _ changes: inout GoalStateChanges) {
    for port in portsByNetwork[id] ?? [] {
      if let host = ports[port]?.record.host { changes.note(.port(port), for: [host]) }
    }
  }

  /// The hosts that have a port of this network.
  func hosts(of network: NetworkID) -> Set<HostID> {
    Set((hostsByNetwork[network] ?? [:]).keys)
  }

  private mutating func apply(_ event: StoreEvent) throws(ModelError) {
    if event.key.isUnder(ModelKeys.ports) {
      try replacePort(PortID(String(event.key.suffix(under: ModelKeys.ports) ?? "")), by: event.entry)
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
  }

  private func stored<Record: Codable & Hashable & Sendable>(
    _ type: Record.Type, _ entry: StoreEntry?
  ) throws(ModelError) -> Stored<Record>? {
    guard let entry else { return nil }
    return Stored(record: try RecordCoding.decode(type, entry), revision: entry.modRevision)
  }

  private mutating func replaceNetwork(_ id: NetworkID, by entry: StoreEntry?) throws(ModelError) {
    let new = try stored(NetworkRecord.self, entry)
    if let old = networks[id] { vniUse.remove(old.record.vni.rawValue) }
    if let new { vniUse.insert(new.record.vni.rawValue) }
    networks[id] = new
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

  private mutating func replacePort(_ id: PortID, by entry: StoreEntry?) throws(ModelError) {
    let new = try stored(PortRecord.self, entry)
    if let old = ports[id]?.record {
      portsByNetwork.remove(id, under: old.networkID)
      macUse.remove(old.mac, under: old.networkID)
      for prefix in old.delegatedPrefixes ?? [] { delegatedPrefixes[old.networkID]?.remove(prefix, of: id) }
      if delegatedPrefixes[old.networkID]?.isEmpty == true { delegatedPrefixes[old.networkID] = nil }
      for address in old.addresses { addressUse[address.subnetID]?.remove(address.address.value) }
      if let host = old.host {
        portsByHost.remove(id, under: host)
        count(-1, host, old.networkID)
      }
    }
    if let new = new?.record {
      portsByNetwork[new.networkID, default: []].insert(id)
      macUse[new.networkID, default: []].insert(new.mac)
      for prefix in new.delegatedPrefixes ?? [] {
        delegatedPrefixes[new.networkID, default: DelegatedPrefixSet()].insert(prefix, of: id)
      }
      for address in new.addresses {
        addressUse[address.subnetID, default: NumberUse()].insert(address.address.value)
      }
      if let host = new.host {
        portsByHost[host, default: []].insert(id)
        count(1, host, new.networkID)
      }
    }
    if new?.record.host != ports[id]?.record.host { leases[id] = nil }
    portIndex.replace(ports[id]?.record, by: new?.record)
    ports[id] = new
  }

  private mutating func count(_ difference: Int, _ host: HostID, _ network: NetworkID) {
    let count = (hostsByNetwork[network]?[host] ?? 0) + difference
    hostsByNetwork[network, default: [:]][host] = count > 0 ? count : nil
    if hostsByNetwork[network]?.isEmpty == true { hostsByNetwork[network] = nil }
  }
}

extension Dictionary {
  /// Takes `member` out of the set under `key`, and the set away once it is empty.
  fileprivate mutating func remove<Member>(_ member: Member, under key: Key) where Value == Set<Member> {
    self[key]?.remove(member)
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}
