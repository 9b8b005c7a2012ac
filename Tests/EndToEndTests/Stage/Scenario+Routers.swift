/// What the tests read of a router.
struct Router: Decodable {
  var id: String
}

extension Scenario {
  /// A router in these subnets, with their gateways' addresses.
  func router(_ name: String, in subnets: Subnet...) throws -> Router {
    let router = try api.create("router", ["name": name], as: Router.self)
    atTheEnd { [api] in try api.delete("router", router.id) }
    for subnet in subnets { try attach(router, to: subnet) }
    return router
  }

  func attach(_ router: Router, to subnet: Subnet) throws {
    try attach(router, by: ["subnet_id": subnet.id])
  }

  /// Attaches it with an address of its own, which is not the subnet's gateway's.
  func attach(_ router: Router, to subnet: Subnet, in network: Network, at address: String) throws {
    let fixed = [["subnet_id": subnet.id, "ip_address": address]]
    let port = try api.create("port", ["network_id": network.id, "fixed_ips": fixed], as: Port.self)
    atTheEnd { [api] in try api.delete("port", port.id) }
    try attach(router, by: ["port_id": port.id])
  }

  private func attach(_ router: Router, by interface: [String: Any]) throws {
    try api.act("routers/\(router.id)/add_router_interface", interface)
    atTheEnd { [api] in
      // 404 when it was detached in between.
      let answer = try api.call("PUT", "/v2.0/routers/\(router.id)/remove_router_interface", body: interface)
      guard answer.status == 200 || answer.status == 404 else {
        throw ControllerAPI.UnexpectedAnswer(
          status: answer.status, body: String(decoding: answer.body, as: UTF8.self), wanted: "200 for detaching")
      }
    }
  }

  func detach(_ router: Router, from subnet: Subnet) throws {
    try api.act("routers/\(router.id)/remove_router_interface", ["subnet_id": subnet.id])
  }

  /// Replaces its static routes, each a destination and through whom.
  func route(_ router: Router, _ routes: [(destination: String, nextHop: String)]) throws {
    let routes = routes.map { ["destination": $0.destination, "nexthop": $0.nextHop] }
    try api.update("router", router.id, ["routes": routes])
    // A router whose routes lead through a subnet cannot leave it.
    if !routes.isEmpty { atTheEnd { [api] in try api.update("router", router.id, ["routes": [Any]()]) } }
  }
}
