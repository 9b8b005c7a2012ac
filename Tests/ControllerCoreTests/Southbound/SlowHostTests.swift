import Foundation
import GoalState
import Logging
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("A host that does not read", .timeLimit(.minutes(5)))
struct SlowHostTests {
  /// An agent that takes nothing in before it is let, and everything from then on.
  private actor StallingAgent: GoalStateReceiver {
    let host: HostID
    private let tunnel: IPv4Address
    private(set) var mirror = AgentMirror()
    private(set) var isStalled: Bool
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(_ host: String, _ tunnel: IPv4Address, isStalled: Bool) {
      self.host = HostID(host)
      self.tunnel = tunnel
      self.isStalled = isStalled
    }

    func release() {
      isStalled = false
      for waiter in waiters { waiter.resume() }
      waiters = []
    }

    private func pass() async {
      if isStalled { await withCheckedContinuation { waiters.append($0) } }
    }

    func hello() -> AgentHello {
      AgentHello(hostID: host, tunnelAddress: .v4(tunnel), agentVersion: "1", held: mirror.version)
    }
    func receiving(_ part: GoalStatePart) async { await pass() }
    func received(_ update: GoalStateUpdate) async {
      await pass()
      mirror.take(update)
    }
    func connectionChanged(_ state: ControllerConnectionState) {}
    nonisolated func nextReport() async -> GoalStateReport? {
      try? await Task.sleep(for: .seconds(3600))
      return nil
    }
    func resetReports() {}
  }

  private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
  }

  /// Straight into the store, for the API would take long for so much.
  private func writePorts(
    _ ids: [String], of network: NetworkID, on host: HostID, _ controller: ControllerHarness
  ) async throws {
    let pairs = try (0..<64).map { number in
      AddressPairRecord(prefix: try #require(IPPrefix("10.\(number).0.0/16")), mac: nil)
    }
    var transaction = StoreTransaction()
    for (number, id) in ids.enumerated() {
      let port = PortRecord(
        header: RecordHeader(id: id, name: "", projectID: "", description: "", now: .distantPast), networkID: network,
        mac: MACAddress(rawValue: 0x0200_0000_0000 + UInt64(number)), addresses: [], adminStateUp: true, deviceID: "",
        deviceOwner: "", host: host, bindingProfile: nil, dnsName: "", dhcpOptions: nil, securityGroups: [],
        allowedAddressPairs: pairs)
      transaction.operations.append(.put(ModelKeys.port(port.id), try RecordCoding.encode(port)))
    }
    guard case .committed(let revision) = try await controller.store.commit(transaction) else { return }
    #expect(await controller.inventory.reached(revision))
  }

  @Test("delays no other; what waits for it is kept once for each resource; and it is as it should be once it reads")
  func stalled() async throws {
    try await ControllerHarness.run { controller in
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let server = try SouthboundServer(
        address: SouthboundAddress(host: "127.0.0.1", port: 0), security: .plaintext, handler: controller.directory,
        logger: logger)
      let serving = Task { try await server.run() }
      let port = try await server.listeningAddress.port
      let slow = StallingAgent("slow", IPv4Address(192, 0, 2, 1), isStalled: true)
      let quick = StallingAgent("quick", IPv4Address(192, 0, 2, 2), isStalled: false)
      let running = try [slow, quick].map { agent in
        let client = try SouthboundClient(
          address: SouthboundAddress(host: "127.0.0.1", port: port), security: .plaintext, receiver: agent,
          logger: logger)
        return Task { try await client.run() }
      }
      defer { for task in running { task.cancel() } }
      try await eventually("both are there") {
        controller.directory.session(of: slow.host) != nil && controller.directory.session(of: quick.host) != nil
      }
      // More than the connection carries unread: 64 pairs of addresses each.
      let network = try await controller.makeNetwork()
      _ = try await controller.makePort(network, #","binding:host_id":"slow""#)
      let ids = (0..<1000).map { "port-\($0)" }
      try await writePorts(ids, of: network, on: quick.host, controller)

      let session = try #require(controller.directory.session(of: slow.host))
      var waiting: [Int] = []
      for round in 0..<20 {
        for id in ids.prefix(3) {
          try await controller.expect(200, "PUT", "/v2.0/ports/\(id)", #"{"port":{"description":"\#(round)"}}"#)
        }
        let revision = await controller.revision()
        try await eventually("the other host has it") { await quick.mirror.version.revision == revision }
        waiting.append(session.pendingCount)
      }
      // What waits is these resources, not each of their changes.
      #expect(waiting[19] > 0 && waiting[19] <= ids.count + 3)
      #expect(waiting[19] == waiting[10], "\(waiting)")
      #expect(await slow.mirror.resources.count < 1000)
      #expect(controller.directory.activity(of: slow.host).behindSince != nil)

      await slow.release()
      try await eventually("the slow host has everything") {
        await slow.mirror.resources == controller.inventory.read { $0.hostView(slow.host) }
      }
      server.beginShutdown()
      for task in running { task.cancel() }
      serving.cancel()
      _ = await serving.result
    }
  }
}
