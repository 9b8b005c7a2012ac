import GoalState

/// What the agent says about itself and its host to whoever asks on its socket. The JSON's keys are these names in snake case.
struct StatusDocument: Codable, Sendable {
  struct Controller: Codable, Sendable {
    var address: String
    var state: String
    var since: String?
    var error: String?
  }

  struct Switch: Codable, Sendable {
    var state: String
    var bridge: String
    var datapathType: String?
    var datapathId: String?
    var error: String?
    var flowsDesired: Int
    var flowsInstalled: Int?
    /// Whether the switch has exactly the flows that are desired.
    var inSync: Bool
    /// Of what is desired, and of what the switch confirmed or reported: equal when both agree. Comparable as long as the
    /// agent runs. The second is absent while it is not known.
    var desiredDigest: String
    var observedDigest: String?
  }

  struct Tunnel: Codable, Sendable {
    var type: String
    var address: String?
    var mtu: Int?
    var error: String?
  }

  struct Version: Codable, Sendable {
    var epoch: String
    var receivedRevision: UInt64
    var appliedRevision: UInt64
    /// How long ago the oldest change was received that is not in force; 0 when all is.
    var behindSeconds: Double
    /// Whether it comes from this host's disk, and no controller has confirmed it since the agent started.
    var stale: Bool
    /// The revision that is on disk; absent when nothing is.
    var durableRevision: UInt64?
    /// Why a later one is not.
    var durabilityProblem: String?
    /// Removals that are held back; absent when none are. The applied revision is that before them.
    var heldRemovals: HeldRemovalsDocument?
    /// Everything up to this revision is in force but for them.
    var inForceRevision: UInt64
    /// Why the last update was refused as a whole; absent when it was not.
    var refusedUpdate: String?
  }

  struct Port: Codable, Sendable {
    var id: String
    var name: String
    var networkId: String
    var macAddress: String
    var fixedIps: [String]
    var interface: String?
    var ofport: UInt32?
    var status: String
    var reason: String?
    /// Whether its guest is answered by DHCP: `ready`, `off` without a subnet that has it, or what is missing.
    var dhcp: String?
    /// The same for DHCPv6 and its router's advertisements.
    var dhcpv6: String?
  }

  struct Pending: Codable, Sendable {
    var resource: String
    var revision: UInt64
    var reason: String
  }

  struct Failure: Codable, Sendable {
    var resource: String
    var revision: UInt64
    var code: String
    var message: String
  }

  var host: String
  var version: String
  var startedAt: String
  var controller: Controller
  var `switch`: Switch
  var tunnel: Tunnel
  var goalState: Version
  var ports: [Port]
  var pending: [Pending]
  var failures: [Failure]
  var counters: [String: Int]
}
