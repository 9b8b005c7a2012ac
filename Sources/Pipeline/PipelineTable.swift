import OpenFlow

/// The tables of the integration bridge, in the order in which a packet meets them.
///
/// Numbers are stable: they are in flow dumps, in operators' heads and in what an older agent left on the switch. The
/// gaps are for what stands between: conntrack, policy, routing.
public enum PipelineTable: UInt8, CaseIterable, Sendable {
  /// Where did the packet come from, and in which network is it?
  case classification = 0
  /// May this port send from this address?
  case sourceGuard = 10
  /// What the host answers itself: ARP, DHCP, who its router is.
  case localServices = 30
  /// Which port, here or on which other host?
  case forwarding = 60
  /// Out of the guest's port.
  case delivery = 90

  /// The number as OpenFlow has it.
  public var id: TableID { TableID(rawValue: rawValue) }

  /// The name that flows are shown with.
  public var name: String {
    switch self {
    case .classification: "classification"
    case .sourceGuard: "source guard"
    case .localServices: "local services"
    case .forwarding: "forwarding"
    case .delivery: "delivery"
    }
  }

  /// One sentence for the operator who reads a flow dump.
  public var purpose: String {
    switch self {
    case .classification:
      "Finds the packet's network and source: a guest's port, a tunnel and its key, or the DHCP responder."
    case .sourceGuard: "Lets a guest send only from its own MAC address."
    case .localServices:
      "Answers ARP for known addresses; hands DHCP, DHCPv6 and router solicitations to the responder."
    case .forwarding:
      "Finds the destination by MAC address: a port here, or the host that has it; copies broadcasts to who needs them."
    case .delivery: "Hands the packet to the guest's port."
    }
  }

  /// Why a packet that no flow of this table wants is dropped; nil where it goes on to the next table instead.
  public var missReason: DropReason? {
    switch self {
    case .classification: .unknownSource
    case .sourceGuard: .spoofedSource
    case .localServices: nil
    case .forwarding: .unknownDestination
    case .delivery: .portGone
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
    }
  }
}
