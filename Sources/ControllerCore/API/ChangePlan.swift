import Foundation
import GoalState
import NetworkTypes

/// What the controller gives out by itself.
public struct AllocationSettings: Hashable, Sendable {
  /// The first three octets are kept, and the fourth unless it is zero; the others are random.
  public var macBase: MACAddress
  /// The numbers for networks, which are the tunnels' keys as well.
  public var vniRange: ClosedRange<UInt32>
  /// What carries networks that do not say.
  public var networkType: NetworkType

  /// Settings with their defaults.
  public init(
    macBase: MACAddress = MACAddress(0xfa, 0x16, 0x3e, 0, 0, 0), vniRange: ClosedRange<UInt32> = 1...0xff_ffff,
    networkType: NetworkType = .vxlan
  ) {
    self.macBase = macBase
    self.vniRange = vniRange
    self.networkType = networkType
  }
}

/// A change being planned on one state of the model: its transaction, and what it has already given out within itself.
///
/// Planning changes nothing. Everything that the plan relies on is among the transaction's compares, so that a plan on an
/// outdated state is refused by the store and made anew.
struct ChangePlan {
  let state: ModelState
  let settings: AllocationSettings
  let now: Date
  private(set) var transaction = StoreTransaction()
  /// What was made, in the order of the request.
  var ids: [String] = []
  /// What is answered, where that is no resource.
  var answer: JSONValue?

  private struct Place: Hashable {
    var subnet: SubnetID
    var pool: SubnetRecord.Pool
  }

  private var changedPorts: [PortID: PortRecord] = [:]
  /// Security groups that the plan has made or changed, and those that it has removed.
  var groups: [SecurityGroupID: SecurityGroupRecord] = [:]
  var removedGroups: Set<SecurityGroupID> = []
  private var operationIndex: [StoreKey: Int] = [:]
  private var compares: Set<StoreCompare> = []
  private var reservedAddresses: [SubnetID: Set<UInt128>] = [:]
  private var reservedMACs: [NetworkID: Set<MACAddress>] = [:]
  private var reservedVNIs: Set<UInt32> = []
  private var reservedSegments: Set<SegmentRecord> = []
  /// What a search found last: a plan only takes, so the next search begins there, and a large one stays linear.
  private var lastAddresses: [Place: UInt128] = [:]
  private var lastVNI: UInt32 = 0

  init(state: ModelState, settings: AllocationSettings, now: Date = .wholeSeconds()) {
    self.state = state
    self.settings = settings
    self.now = now
  }

  mutating func require(_ compare: StoreCompare) {
    if compares.insert(compare).inserted { transaction.compares.append(compare) }
  }

  mutating func put(_ key: StoreKey, _ record: some Encodable) throws(APIError) {
    do throws(ModelError) {
      perform(.put(key, try RecordCoding.encode(record)))
    } catch {
      throw .model(error)
    }
  }

  mutating func put(_ key: StoreKey, owner: String) { perform(.put(key, Array(owner.utf8))) }

  mutating func delete(_ key: StoreKey) { perform(.delete(key)) }

  /// The last operation on a key counts.
  private mutating func perform(_ operation: StoreOperation) {
    if let index = operationIndex[operation.key] {
      transaction.operations[index] = operation
    } else {
      operationIndex[operation.key] = transaction.operations.count
      transaction.operations.append(operation)
    }
  }

  /// A port as the plan leaves it, with the revision of the one that is stored.
  func port(_ id: PortID) -> Stored<PortRecord>? {
    guard var stored = state.ports[id] else { return nil }
    if let changed = changedPorts[id] { stored.record = changed }
    return stored
  }

  /// Prefixes that this plan delegates.
  private(set) var delegatedPrefixes: [NetworkID: DelegatedPrefixSet] = [:]

  mutating func noteDelegation(of prefix: IPv6Prefix, to port: PortRecord) {
    delegatedPrefixes[port.networkID, default: DelegatedPrefixSet()].insert(prefix, of: port.id)
  }

  /// Replaces a port that is stored, and that nobody has changed meanwhile.
  mutating func replace(_ port: PortRecord, of revision: UInt64) throws(APIError) {
    require(.modRevision(ModelKeys.port(port.id), revision))
    try put(ModelKeys.port(port.id), port)
    changedPorts[port.id] = port
  }

  // Uniqueness: the model says what is free, the store makes sure that it still is.

  /// Takes this address of a subnet for `owner`; false when somebody has it.
  mutating func claim(_ address: IPAddress, in subnet: SubnetID, owner: String) -> Bool {
    guard state.addressUse[subnet]?.contains(address.value) != true,
      reservedAddresses[subnet, default: []].insert(address.value).inserted
    else { return false }
    let key = ModelKeys.address(subnet, address)
    require(.absent(key))
    put(key, owner: owner)
    return true
  }

  /// Takes the lowest free address of a subnet's pools; nil when they are exhausted.
  mutating func claimAddress(in subnet: SubnetRecord, owner: String) -> IPAddress? {
    let use = state.addressUse[subnet.id] ?? NumberUse<UInt128>()
    for pool in subnet.pools {
      let range = pool.start.value...max(pool.start.value, pool.end.value)
      let place = Place(subnet: subnet.id, pool: pool)
      let reserved = reservedAddresses[subnet.id] ?? []
      guard let number = use.firstFree(in: range, besides: reserved, from: lastAddresses[place] ?? 0) else { continue }
      lastAddresses[place] = number
      if let address = IPAddress(subnet.prefix.version, value: number), claim(address, in: subnet.id, owner: owner) {
        return address
      }
    }
    return nil
  }

  /// Takes this MAC address of a network for `owner`; false when somebody has it.
  mutating func claim(_ mac: MACAddress, in network: NetworkID, owner: String) -> Bool {
    guard state.macUse[network]?.contains(mac) != true, reservedMACs[network, default: []].insert(mac).inserted else {
      return false
    }
    let key = ModelKeys.mac(network, mac)
    require(.absent(key))
    put(key, owner: owner)
    return true
  }

  /// Takes a random free MAC address.
  mutating func claimMAC(in network: NetworkID, owner: String) throws(APIError) -> MACAddress {
    let base = settings.macBase.rawValue
    let bits: UInt64 = base & 0xff_0000 == 0 ? 24 : 16
    let mask = (UInt64(1) << bits) - 1
    for _ in 0..<64 {
      let mac = MACAddress(rawValue: base & ~mask | UInt64.random(in: 1...mask))
      if claim(mac, in: network, owner: owner) { return mac }
    }
    throw APIError(
      503, "MacAddressGenerationFailure",
      "Unable to generate unique mac on network \(network): its addresses are used up.")
  }

  /// Takes this part of a physical network; false when another network has it.
  mutating func claim(_ segment: SegmentRecord, owner: String) -> Bool {
    guard let physicalNetwork = segment.physicalNetwork, state.segmentUse[segment] == nil,
      reservedSegments.insert(segment).inserted
    else { return false }
    let key =
      segment.vlan.map { ModelKeys.segment(vlan: $0, physicalNetwork) } ?? ModelKeys.segment(flat: physicalNetwork)
    require(.absent(key))
    put(key, owner: owner)
    return true
  }

  /// Takes this number; false when another network has it.
  mutating func claim(_ vni: VNI, owner: String) -> Bool {
    guard !state.vniUse.contains(vni.rawValue), reservedVNIs.insert(vni.rawValue).inserted else { return false }
    let key = ModelKeys.vni(vni)
    require(.absent(key))
    put(key, owner: owner)
    return true
  }

  /// Takes the lowest free number.
  mutating func claimVNI(owner: String) throws(APIError) -> VNI {
    let number = state.vniUse.firstFree(in: settings.vniRange, besides: reservedVNIs, from: lastVNI)
    lastVNI = number ?? .max
    guard let vni = number.flatMap({ VNI($0) }), claim(vni, owner: owner)
    else {
      throw APIError(
        503, "NoNetworkAvailable",
        "Unable to create the network. No tenant network is available for allocation: network.vni-range is used up.")
    }
    return vni
  }
}
