import GoalState

extension HostGoalState {
  /// The subnet as hosts serve it: without its gateway where that is not for them to answer for.
  ///
  /// In a network that tunnels carry nobody else could be the gateway. A physical network may have a real one, so that hosts
  /// are it only where it is a router's address.
  func served(_ subnet: Subnet) -> Subnet {
    guard let gateway = subnet.gateway, networks[subnet.networkID]?.segment.physicalNetwork != nil else {
      return subnet
    }
    let isRouter = routers(in: subnet.id).contains { id in
      routers[id]?.interfaces.contains {
        $0.subnetID == subnet.id && ($0.address == nil || $0.address?.address == gateway.address)
      } == true
    }
    if isRouter { return subnet }
    var served = subnet
    served.gateway = nil
    return served
  }
}
