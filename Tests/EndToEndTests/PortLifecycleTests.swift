import Foundation
import Testing

extension EndToEnd {
  @Suite("The life of a port", .serialized)
  struct PortLifecycleTests {
    @Test("a port is ACTIVE when its guest is plugged, not before, and DOWN when it is unplugged")
    func status() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("status", cidr: "10.30.0.0/24")
        let port = try scenario.port(in: network, on: "node1")
        #expect(port.status != "ACTIVE")
        // Another port on the same node that becomes ACTIVE shows that the node had its chance.
        _ = try scenario.boot(in: network, on: "node1")
        #expect(try scenario.api.port(port.id).status != "ACTIVE")
        let guest = try scenario.plug(port)
        try scenario.awaitStatus("ACTIVE", of: port)
        try scenario.lab.run("guest", "unplug", guest.name)
        try scenario.awaitStatus("DOWN", of: port)
      }
    }

    @Test("a port whose interface cannot be used is DOWN and says why, and the others are ACTIVE all the same")
    func unusable() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let network = try scenario.network("unusable", cidr: "10.34.0.0/24")
        let port = try scenario.port(in: network, on: "node1")
        let setInterface = ["--", "set", "Interface", "ghost", "external_ids:iface-id=\(port.id)"]
        try lab.run(["node", "exec", "node1", "ovs-vsctl", "--no-wait", "add-port", "br-int", "ghost"] + setInterface)
        let other = try scenario.boot(in: network, on: "node1")
        let far = try scenario.boot(in: network, on: "node2")
        try far.awaitReach(other.address)
        try scenario.awaitStatus("DOWN", of: port)
        try eventually("both sides name the interface", last: { try scenario.api.port(port.id).reason ?? "" }) {
          try scenario.api.port(port.id).reason?.contains("ghost") == true
            && lab.run("node", "exec", "node1", "alioth", "show").contains("ghost")
        }
        try lab.run("node", "exec", "node1", "ovs-vsctl", "del-port", "br-int", "ghost")
        // The name is free again, and a real guest takes the port.
        let guest = try scenario.plug(port)
        try scenario.awaitStatus("ACTIVE", of: port)
        try guest.dhcp(.udhcpc)
        try far.awaitReach(guest.address)
      }
    }

    @Test("when a port is deleted its traffic stops and DHCP is silent")
    func deleted() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("deleted", cidr: "10.31.0.0/24")
        let stays = try scenario.boot(in: network, on: "node2")
        let goes = try scenario.boot(in: network, on: "node1")
        let neighbor = try scenario.boot(in: network, on: "node1")
        try stays.awaitReach(goes.address)
        try scenario.api.delete("port", goes.port.id)
        try eventually("nothing gets to the deleted port's guest") { try !stays.reaches(goes.address) }
        #expect(try !goes.reachesEver(stays.address))
        #expect(try !goes.reachesEver(neighbor.address))
        #expect(try !scenario.lab.succeeds("guest", "dhcp", goes.name, "udhcpc", "--timeout", "4"))
        #expect(try stays.reaches(neighbor.address), "the others are not concerned")
      }
    }

    @Test("a guest that is unplugged and plugged again is reached as before")
    func replugged() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("replugged", cidr: "10.32.0.0/24")
        let other = try scenario.boot(in: network, on: "node2")
        let guest = try scenario.boot(in: network, on: "node1")
        try other.awaitReach(guest.address)

        // The same interface back into the switch, as when a hypervisor pauses it: the guest notices nothing.
        try scenario.lab.run("guest", "unplug", guest.name, "--keep-link")
        try scenario.awaitStatus("DOWN", of: guest.port)
        #expect(try !other.reachesEver(guest.address))
        try guest.plug()
        try scenario.awaitStatus("ACTIVE", of: guest.port)
        try other.awaitReach(guest.address)

        // A new interface, as when the guest was stopped and started: it asks for its address again.
        try scenario.lab.run("guest", "unplug", guest.name)
        try scenario.awaitStatus("DOWN", of: guest.port)
        try guest.plug()
        try scenario.awaitStatus("ACTIVE", of: guest.port)
        try guest.dhcp(.udhcpc)
        try other.awaitReach(guest.address)
      }
    }

    @Test("a port that moves to another host works there and no longer here")
    func moved() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("moved", cidr: "10.33.0.0/24")
        let other = try scenario.boot(in: network, on: "node2")
        let guest = try scenario.boot(in: network, on: "node1")
        try other.awaitReach(guest.address)
        try scenario.lab.run("guest", "unplug", guest.name)
        let answer = try scenario.api.call(
          "PUT", "/v2.0/ports/\(guest.port.id)", body: ["port": ["binding:host_id": "node2"]])
        #expect(answer.status == 200)
        let moved = try scenario.plug(try scenario.api.port(guest.port.id))
        try scenario.awaitStatus("ACTIVE", of: moved.port)
        try moved.dhcp(.udhcpc)
        try other.awaitReach(guest.address)
      }
    }
  }
}
