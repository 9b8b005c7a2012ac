import OpenFlow

/// The tables of the integration bridge, in the order in which a packet meets them.
///
/// Numbers are stable: they are in flow dumps, in operators' heads and in what an older agent left on the switch. The
/// gaps are for what is to stand between: address translation, quality of service, mirrors.
public enum PipelineTable: UInt8, CaseIterable, Sendable {
  /// Where did the packet come from, and in which network is it?
  case classification = 0
  /// May this port send from this address?
  case sourceGuard = 10
  /// What the host answers itself: ARP, neighbor discovery, DHCP, who its router is.
  case localServices = 30
  /// A question about an address, and the MAC address that is the answer.
  case answers = 32
  /// Does somebody filter what this port sends?
  case leaving = 40
  /// May this port send this, judged by the packet alone?
  case leavingUntracked = 41
  /// Who began the connection?
  case connection = 42
  /// May the port have begun it?
  case egressRules = 43
  /// May others have begun it with the port?
  case ingressRules = 44
  /// May this packet come to this port, judged by the packet alone?
  case arrivingUntracked = 45
  /// It may: the connection is remembered.
  case accepted = 46
  /// Is it for a router?
  case routing = 50
  /// Where does the router send it?
  case routes = 52
  /// What is the MAC address of the next hop?
  case nextHops = 54
  /// Who says that it comes from a router?
  case routed = 58
  /// Which port, here or on which other host?
  case forwarding = 60
  /// Does somebody filter what comes to this port?
  case arriving = 70
  /// Is it small enough to go to other hosts?
  case underlay = 80
  /// Small enough: out to the other hosts.
  case underlayOutput = 82
  /// Who is told that it is too big?
  case tooBig = 84
  /// Out of the guest's port.
  case delivery = 90
  /// Has the port had its share of the agent?
  case rationing = 94
  /// To the agent.
  case punts = 96

  /// The number as OpenFlow has it.
  public var id: TableID { TableID(rawValue: rawValue) }

  /// The name that flows are shown with.
  public var name: String {
    switch self {
    case .classification: "classification"
    case .sourceGuard: "source guard"
    case .localServices: "local services"
    case .answers: "answers"
    case .leaving: "leaving"
    case .leavingUntracked: "leaving untracked"
    case .connection: "connection"
    case .egressRules: "egress rules"
    case .ingressRules: "ingress rules"
    case .arrivingUntracked: "arriving untracked"
    case .accepted: "accepted"
    case .routing: "routing"
    case .routes: "routes"
    case .nextHops: "next hops"
    case .routed: "routed"
    case .forwarding: "forwarding"
    case .arriving: "arriving"
    case .underlay: "underlay"
    case .underlayOutput: "underlay output"
    case .tooBig: "too big"
    case .delivery: "delivery"
    case .rationing: "rationing"
    case .punts: "punts"
    }
  }

  /// One sentence for the operator who reads a flow dump.
  public var purpose: String {
    switch self {
    case .classification:
      "Finds the packet's network and source: a guest's port, a tunnel and its key, a physical network, or the DHCP responder."
    case .sourceGuard: "Lets a guest send only from its own addresses."
    case .localServices:
      "Knows the MAC addresses that ARP and neighbor discovery ask for; hands DHCP, DHCPv6 and router solicitations to the responder."
    case .answers: "Turns a question of ARP or neighbor discovery round into its answer."
    case .leaving: "Has the connection tracked, in the zone of the sending port, when the port has security groups."
    case .leavingUntracked: "Judges by the packet alone what rules of stateless groups let the port send."
    case .connection: "Sorts what was tracked by who began the connection, the port or the other side."
    case .egressRules: "Lets pass what belongs to a connection that the port may begin."
    case .ingressRules: "Lets pass what belongs to a connection that others may begin with the port."
    case .arrivingUntracked: "Judges by the packet alone what rules of stateless groups let come to the port."
    case .accepted: "Remembers a new connection, and goes on to where the packet was going."
    case .routing: "Takes what is sent to a router's MAC address; answers pings to its addresses."
    case .routes: "Finds the longest route of the router's, and with it the network and the next hop."
    case .nextHops: "Finds the MAC address of the next hop in its network."
    case .routed: "Gives what another host has routed the router's MAC address that guests know."
    case .forwarding:
      "Finds the destination by MAC address: a port here, or the host that has it; copies broadcasts to who needs them."
    case .arriving: "Has the connection tracked, in the zone of the receiving port, when the port has security groups."
    case .underlay: "Measures what goes to other hosts, once, however many hosts it goes to."
    case .underlayOutput:
      "Sends it through the network's kind of tunnel, or to its physical network, unless it is too big."
    case .tooBig: "Sees to what is larger than its network's MTU."
    case .delivery: "Hands the packet to the guest's port."
    case .rationing: "Lets each port have its share of packets that the agent is to see, and no more."
    case .punts: "Hands the packet to the agent, as far as the share of its kind goes."
    }
  }

  /// What happens to a packet that no flow wants.
  public enum Miss: Sendable, Hashable {
    /// It is dropped and counted.
    case drop(DropReason)
    /// It goes on in this table.
    case goto(PipelineTable)
  }

  /// What happens to a packet that no flow of this table wants.
  public var miss: Miss {
    switch self {
    case .classification: .drop(.unknownSource)
    case .sourceGuard: .drop(.spoofedSource)
    case .localServices: .goto(.leaving)
    case .answers: .drop(.nobodyServes)
    case .leaving: .goto(.routing)
    case .leavingUntracked, .egressRules, .ingressRules, .arrivingUntracked: .drop(.securityGroup)
    case .connection: .drop(.invalidConnection)
    case .accepted: .drop(.portGone)
    case .routing: .goto(.forwarding)
    case .routes: .drop(.noRoute)
    case .nextHops: .drop(.unknownNextHop)
    case .routed: .goto(.forwarding)
    case .forwarding: .drop(.unknownDestination)
    case .arriving: .goto(.delivery)
    case .underlay, .underlayOutput: .drop(.noUnderlay)
    case .tooBig: .drop(.tooBig)
    case .delivery, .rationing, .punts: .drop(.portGone)
    }
  }
}

/// Why a packet was dropped; the number is in the drop flow's cookie, so that flow statistics alone tell how many.
public enum DropReason: UInt8, CaseIterable, Sendable, CustomStringConvertible {
  /// No port, tunnel key or service that this host knows.
  case unknownSource = 1
  /// The source address is not one of the port's.
  case spoofedSource = 2
  /// No port of the network has the destination address.
  case unknownDestination = 3
  /// The destination port left while the packet was under way.
  case portGone = 4
  /// A guest asked for its own address; an answer would look like a duplicate (RFC 5227 section 2.1.1).
  case ownAddress = 5
  /// A guest answered DHCP, or advertised itself as a router.
  case guestServer = 6
  /// A guest asked for its address or its router, and is told nothing.
  case nobodyServes = 7
  /// No rule of the port's security groups allows it.
  case securityGroup = 8
  /// It belongs to no connection that could be tracked.
  case invalidConnection = 9
  /// The router has no route for it.
  case noRoute = 10
  /// No port of the network has the address that the router would send it to.
  case unknownNextHop = 11
  /// It has been routed too often.
  case timeToLive = 12
  /// It is larger than its network's MTU.
  case tooBig = 13
  /// Nothing carries its network from this host.
  case noUnderlay = 14
  /// It is for a router itself, which answers pings and nothing else.
  case routerAddress = 15
  /// Routers forward nothing from or to such an address: multicast, link-local, a subnet's broadcast.
  case notForwardable = 16

  /// The reason in words.
  public var description: String {
    switch self {
    case .unknownSource: "unknown source"
    case .spoofedSource: "spoofed source"
    case .unknownDestination: "unknown destination"
    case .portGone: "port gone"
    case .ownAddress: "own address probed"
    case .guestServer: "server or router of a guest's own"
    case .nobodyServes: "nobody serves it"
    case .securityGroup: "security group"
    case .invalidConnection: "invalid connection"
    case .noRoute: "no route"
    case .unknownNextHop: "unknown next hop"
    case .timeToLive: "time to live exceeded"
    case .tooBig: "too big"
    case .noUnderlay: "nothing carries the network"
    case .routerAddress: "for a router itself"
    case .notForwardable: "address that routers do not forward"
    }
  }
}
