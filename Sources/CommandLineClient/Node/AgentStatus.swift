import FoundationEssentials

/// What an agent says about itself (`GET /v1/status`). Any part may be missing, so that versions may differ.
struct AgentStatus: Decodable, Hashable, Sendable {
  struct Controller: Decodable, Hashable, Sendable {
    var address: String?
    var state: String?
    var since: String?
    var error: String?
  }

  struct Switch: Decodable, Hashable, Sendable {
    var state: String?
    var bridge: String?
    var datapathType: String?
    var datapathId: String?
    var error: String?
    var flowsDesired: Int?
    var flowsInstalled: Int?
    var inSync: Bool?
    var desiredDigest: String?
    var observedDigest: String?
  }

  struct Tunnel: Decodable, Hashable, Sendable {
    var type: String?
    var address: String?
    var mtu: Int?
  }

  struct GoalState: Decodable, Hashable, Sendable {
    var epoch: String?
    var receivedRevision: Int64?
    var appliedRevision: Int64?
    var behindSeconds: Double?
    var stale: Bool?
    var durableRevision: Int64?
    var durabilityProblem: String?
    var heldRemovals: HeldRemovals?
    var inForceRevision: Int64?
    var refusedUpdate: String?
  }

  /// Removals that the agent holds back.
  struct HeldRemovals: Decodable, Hashable, Sendable {
    var count: Int64?
    var resources: [String]?
    var since: String?
    var until: String?
    var reason: String?
  }

  struct Port: Decodable, Hashable, Sendable {
    var id: String
    var name: String?
    var networkId: String?
    var macAddress: String?
    var fixedIps: [String]?
    var interface: String?
    var ofport: Int64?
    var status: String?
    var reason: String?
    var dhcp: String?
    var dhcpv6: String?
  }

  /// Something that is not in force yet, and why.
  struct Pending: Decodable, Hashable, Sendable {
    var resource: String
    var revision: Int64?
    var reason: String?
  }

  /// Something that could not be brought into force.
  struct Failure: Decodable, Hashable, Sendable {
    var resource: String
    var revision: Int64?
    var code: String?
    var message: String?
  }

  var host: String?
  var version: String?
  var startedAt: String?
  var controller: Controller?
  var `switch`: Switch?
  var tunnel: Tunnel?
  var goalState: GoalState?
  var ports: [Port]?
  var pending: [Pending]?
  var failures: [Failure]?
  var counters: [String: Double]?

  /// Reads the agent's answer.
  init(parsing bytes: [UInt8]) throws(OptionError) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(AgentStatus.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw OptionError(decodingText(error))
    } catch {
      throw OptionError(String(describing: error))
    }
  }
}

/// Where in a JSON text something was found that was not expected, and what it was.
func decodingText(_ error: DecodingError) -> String {
  let (context, missing): (DecodingError.Context, (any CodingKey)?) =
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): (context, nil)
    case .keyNotFound(let key, let context): (context, key)
    @unknown default: (.init(codingPath: [], debugDescription: String(describing: error)), nil)
    }
  let place = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
  let path = place.isEmpty ? "" : "\(place.drop { $0 == "." }): "
  if let missing { return "\(path)there is no '\(missing.stringValue)'" }
  return path + context.debugDescription
}
