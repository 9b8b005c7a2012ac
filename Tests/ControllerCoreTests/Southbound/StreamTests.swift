import Foundation
import GoalState
import Logging
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("The controller and an agent over mutual TLS")
struct StreamTests {
  /// An agent that puts everything in force at once, and says so.
  private actor PromptAgent: GoalStateReceiver {
    let host: HostID
    private(set) var mirror = AgentMirror()
    private(set) var reasons: [String] = []
    private let reports: AsyncStream<GoalStateReport>
    private let report: AsyncStream<GoalStateReport>.Continuation

    init(host: String) {
      self.host = HostID(host)
      (reports, report) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func hello() -> AgentHello {
      AgentHello(
        hostID: host, tunnelAddress: .v4(IPv4Address(192, 0, 2, 1)), agentVersion: "1", held: mirror.version)
    }

    func received(_ update: GoalStateUpdate) {
      mirror.take(update)
      report.yield(GoalStateReport(applied: update.version))
    }

    func connectionChanged(_ state: ControllerConnectionState) {
      if case .disconnected(let reason, _) = state { reasons.append(reason) }
    }

    nonisolated func nextReport() async -> GoalStateReport? {
      for await report in reports { return report }
      return nil
    }

    func resetReports() {
      report.yield(GoalStateReport(applied: mirror.version))
    }
  }

  private func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
      try #require(ContinuousClock.now < deadline, "waited in vain for \(what)")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test("make a port ACTIVE, and refuse an agent whose certificate is another host's")
  func activation() async throws {
    try await withTemporaryDirectory { directory in
      try CertificateAuthority.initialize(directory: directory, days: 10, replace: false)
      let authority = try CertificateAuthority(directory: directory)
      try authority.issueController(addresses: ["127.0.0.1", "localhost"], days: 10)
        .write(to: directory + "/ctl", replace: false)
      try authority.issueNode(host: "node1", days: 10).write(to: directory + "/node1", replace: false)
      func files(_ name: String) -> CredentialFiles {
        CredentialFiles(
          certificate: directory + "/\(name)/certificate.pem", key: directory + "/\(name)/key.pem",
          trust: directory + "/\(name)/ca.pem")
      }
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      try await ControllerHarness.run { controller in
        let server = try SouthboundServer(
          address: SouthboundAddress(host: "127.0.0.1", port: 0), security: .mutualTLS(files("ctl")),
          handler: controller.directory, logger: logger)
        let serving = Task { try await server.run() }
        let port = try await server.listeningAddress.port
        func run(_ agent: PromptAgent) throws -> Task<Void, any Error> {
          let client = try SouthboundClient(
            address: SouthboundAddress(host: "127.0.0.1", port: port),
            security: .mutualTLS(files("node1"), serverName: "localhost"), receiver: agent, logger: logger)
          return Task { try await client.run() }
        }
        let agent = PromptAgent(host: "node1")
        let impostor = PromptAgent(host: "node2")
        let running = [try run(agent), try run(impostor)]
        try await waitUntil("the agent") { await controller.send("GET", "/v2.0/agents/node1").status == 200 }
        let network = try await controller.makeNetwork()
        _ = try await controller.makeSubnet(network, "10.0.0.0/24")
        let id = try await controller.makePort(network, #","binding:host_id":"node1""#)
        try await waitUntil("ACTIVE") { try await controller.port(id)["status"] == .string("ACTIVE") }
        #expect(await agent.mirror.resources == controller.inventory.read { $0.hostView(HostID("node1")) })
        try await waitUntil("the refusal") { await impostor.reasons.contains { $0.contains("node2") } }
        try await controller.expect(404, "GET", "/v2.0/agents/node2")
        for task in running { task.cancel() }
        for task in running { _ = await task.result }
        server.beginShutdown()
        serving.cancel()
        _ = await serving.result
      }
    }
  }
}
