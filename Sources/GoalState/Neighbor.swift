import NetworkTypes

/// A port on another host, reached through a tunnel to that host.
///
/// A reference to what it is, which never changes: there are many, and each is in several collections.
public struct Neighbor: Sendable {
  private struct Fields: Hashable, Sendable {
    var id: NeighborID
    var networkID: NetworkID
    var mac: MACAddress
    var hostAddress: IPAddress
    var fixedIPs: [FixedIP]
    var allowedAddressPairs: [AddressPair]
    var securityGroupIDs: [SecurityGroupID]
  }

  private final class Storage: Sendable {
    let fields: Fields
    init(_ fields: Fields) { self.fields = fields }
  }

  private var storage: Storage

  /// All parts.
  public init(
    id: NeighborID, networkID: NetworkID, mac: MACAddress, hostAddress: IPAddress, fixedIPs: [FixedIP],
    allowedAddressPairs: [AddressPair] = [], securityGroupIDs: [SecurityGroupID] = []
  ) {
    storage = Storage(
      Fields(
        id: id, networkID: networkID, mac: mac, hostAddress: hostAddress, fixedIPs: fixedIPs,
        allowedAddressPairs: allowedAddressPairs, securityGroupIDs: securityGroupIDs))
  }

  /// The id.
  public var id: NeighborID {
    get { storage.fields.id }
    set { change { $0.id = newValue } }
  }
  /// The network that it belongs to.
  public var networkID: NetworkID {
    get { storage.fields.networkID }
    set { change { $0.networkID = newValue } }
  }
  /// The MAC address.
  public var mac: MACAddress {
    get { storage.fields.mac }
    set { change { $0.mac = newValue } }
  }
  /// The tunnel address of the host that the port is on.
  public var hostAddress: IPAddress {
    get { storage.fields.hostAddress }
    set { change { $0.hostAddress = newValue } }
  }
  /// The addresses, in order.
  public var fixedIPs: [FixedIP] {
    get { storage.fields.fixedIPs }
    set { change { $0.fixedIPs = newValue } }
  }
  /// What it may send from besides its own addresses.
  public var allowedAddressPairs: [AddressPair] {
    get { storage.fields.allowedAddressPairs }
    set { change { $0.allowedAddressPairs = newValue } }
  }
  /// The security groups that it is a member of.
  public var securityGroupIDs: [SecurityGroupID] {
    get { storage.fields.securityGroupIDs }
    set { change { $0.securityGroupIDs = newValue } }
  }

  private mutating func change(_ change: (inout Fields) -> Void) {
    var fields = storage.fields
    change(&fields)
    storage = Storage(fields)
  }
}

extension Neighbor: Hashable {
  /// Whether all parts are the same.
  public static func == (lhs: Neighbor, rhs: Neighbor) -> Bool {
    lhs.storage === rhs.storage || lhs.storage.fields == rhs.storage.fields
  }

  /// All parts.
  public func hash(into hasher: inout Hasher) { hasher.combine(storage.fields) }
}
