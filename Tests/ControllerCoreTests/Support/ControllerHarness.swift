import Foundation
import GoalState
import Logging
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

/// A controller without its sockets: store, model, hosts and API.
struct ControllerHarness: Sendable {
  let store: SQLiteStore
  let inventory: Inventory
  let directory: HostDirectory
  let api: NeutronAPI

  /// Runs `body` with a controller on a store of its own, or on the file at `path`.
  static func run<Value>(
    path: String? = nil, historyLimit: UInt64 = 65_536, settings: AllocationSettings = AllocationSettings(),
    hostTimeout: Int = 30, readTimeout: Duration = .seconds(60), _ body: (ControllerHarness) async throws -> Value
  ) async throws -> Value {
    guard let path else {
      return try await withTemporaryDirectory { directory in
        try await run(
          path: directory + "/store.db", historyLimit: historyLimit, settings: settings, hostTimeout: hostTimeout,
          readTimeout: readTimeout, body)
      }
    }
    let store = try SQLiteStore(path: path, historyLimit: historyLimit)
    return try await run(
      store: store, settings: settings, hostTimeout: hostTimeout, readTimeout: readTimeout, closes: true, body)
  }

  /// Runs `body` with a controller on a store that others may use too.
  static func run<Value>(
    store: SQLiteStore, settings: AllocationSettings = AllocationSettings(), hostTimeout: Int = 30,
    readTimeout: Duration = .seconds(60), closes: Bool = false, _ body: (ControllerHarness) async throws -> Value
  ) async throws -> Value {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let inventory = try await Inventory(store: store, vniRange: settings.vniRange, logger: logger)
    let directory = await HostDirectory(store: store, inventory: inventory, timeout: hostTimeout, logger: logger)
    let api = NeutronAPI(
      store: store, inventory: inventory, directory: directory, settings: settings, logger: logger,
      readTimeout: readTimeout)
    let following = Task { try await inventory.run() }
    let harness = ControllerHarness(store: store, inventory: inventory, directory: directory, api: api)
    let result: Result<Value, any Error>
    do {
      result = .success(try await body(harness))
    } catch {
      result = .failure(error)
    }
    directory.stop()
    following.cancel()
    if closes { await store.close() }
    return try result.get()
  }

  // The API in a line.

  func send(_ method: String, _ target: String, _ body: String = "") async -> APIResponse {
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    let query = PercentCoding.query(parts.count > 1 ? parts[1] : "") ?? []
    return await api.handle(
      APIRequest(method, parts.first ?? "/", query: query, host: "controller:9696", body: Array(body.utf8)))
  }

  /// The answer's document; fails the test unless the status is as expected.
  @discardableResult
  func expect(
    _ status: Int, _ method: String, _ target: String, _ body: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSONValue {
    let answer = await send(method, target, body)
    let text = String(decoding: answer.body?.bytes ?? [], as: UTF8.self)
    try #require(answer.status == status, "\(text)", sourceLocation: sourceLocation)
    return answer.body ?? .null
  }

  func makeNetwork(_ attributes: String = "") async throws -> NetworkID {
    let document = try await expect(201, "POST", "/v2.0/networks", #"{"network":{\#(attributes)}}"#)
    return NetworkID(try #require(document["network"]?["id"]?.string))
  }

  func makeSubnet(_ network: NetworkID, _ cidr: String, _ more: String = "") async throws -> SubnetID {
    let body = #"{"subnet":{"network_id":"\#(network)","ip_version":4,"cidr":"\#(cidr)"\#(more)}}"#
    let document = try await expect(201, "POST", "/v2.0/subnets", body)
    return SubnetID(try #require(document["subnet"]?["id"]?.string))
  }

  func makePort(_ network: NetworkID, _ more: String = "") async throws -> PortID {
    let document = try await expect(201, "POST", "/v2.0/ports", #"{"port":{"network_id":"\#(network)"\#(more)}}"#)
    return PortID(try #require(document["port"]?["id"]?.string))
  }

  func port(_ id: PortID) async throws -> JSONValue {
    try #require(try await expect(200, "GET", "/v2.0/ports/\(id)")["port"])
  }

  /// Deletes all security groups, as those that were made on first use stay otherwise.
  func deleteSecurityGroups() async throws {
    let groups = try await expect(200, "GET", "/v2.0/security-groups?fields=id")["security_groups"]?.array ?? []
    for group in groups { try await expect(204, "DELETE", "/v2.0/security-groups/\(group["id"]?.string ?? "")") }
  }

  /// A session of an agent that holds `held`.
  func connect(
    _ host: String, _ tunnel: String, held: GoalStateVersion = GoalStateVersion(epoch: "", revision: 0),
    identity: AgentIdentity = AgentIdentity(), answersReads: Bool = false, peer: String = "test"
  ) async throws -> any AgentSession {
    let address = try #require(IPAddress(tunnel))
    return try await directory.open(
      AgentHello(
        hostID: HostID(host), tunnelAddress: address, agentVersion: "9.9", held: held, identity: identity,
        answersReads: answersReads), peer: peer)
  }

  /// The resource's store revision, as hosts see it.
  func revision() async -> UInt64 { await inventory.read { $0.revision } }
}

/// What an agent makes of the updates that it is sent.
struct AgentMirror {
  private(set) var resources: [ResourceKey: VersionedResource] = [:]
  private(set) var version = GoalStateVersion(epoch: "", revision: 0)

  mutating func take(_ update: GoalStateUpdate, sourceLocation: SourceLocation = #_sourceLocation) {
    switch update.scope {
    case .snapshot: resources = [:]
    case .delta(let from):
      #expect(from == version.revision, "a delta begins where the agent is", sourceLocation: sourceLocation)
      #expect(update.version.epoch == version.epoch, sourceLocation: sourceLocation)
    }
    for key in update.removals {
      #expect(resources.removeValue(forKey: key) != nil, "\(key) was not there", sourceLocation: sourceLocation)
    }
    for resource in update.upserts {
      if let held = resources[resource.key] {
        #expect(resource.revision > held.revision, "\(resource.key) is newer", sourceLocation: sourceLocation)
      }
      resources[resource.key] = resource
    }
    version = update.version
  }
}
