/// Which routers join which subnets and networks, and the routers' numbers.
struct RouterIndex: Sendable, Equatable {
  private(set) var bySubnet: [SubnetID: Set<RouterID>] = [:]
  private(set) var numbers = NumberBook<RouterID>()

  /// Takes a router's new interfaces over.
  mutating func replace(_ old: Router?, by new: Router?) {
    for interface in old?.interfaces ?? [] {
      bySubnet[interface.subnetID]?.remove(old?.id ?? RouterID(""))
      if bySubnet[interface.subnetID]?.isEmpty == true { bySubnet[interface.subnetID] = nil }
    }
    guard let new else {
      if let old { numbers.release(old.id) }
      return
    }
    numbers.assign(new.id)
    for interface in new.interfaces { bySubnet[interface.subnetID, default: []].insert(new.id) }
  }
}
