import Daemon
import Logging
import NetworkTypes
import Southbound

extension AgentService {
  /// Serves an Alcor controller, and asks it where that is configured.
  func serve(
    _ alcor: AgentConfiguration.Alcor, _ agent: Agent, _ punts: PuntDesk, _ board: StatusBoard,
    _ database: DatabaseSession
  ) async throws {
    let logger = logger(for: "alcor")
    let link = AlcorLink(agent: agent, neighbors: punts)
    let desk = AlcorDesk(host: link, asksForNeighbors: alcor.requestGoalStates != nil, logger: logger)
    let server = try AlcorServer(
      address: SouthboundAddress(host: alcor.address.host, port: Int(alcor.address.port)),
      security: alcor.serverSecurity, desk: desk, logger: logger)
    let questioner = try alcor.requestGoalStates.map {
      try AlcorQuestioner(
        address: SouthboundAddress(host: $0.host, port: Int($0.port)), security: alcor.clientSecurity, desk: desk,
        source: link, logger: logger)
    }
    await punts.beginSession()
    await board.controller(StatusBoard.ControllerLink(state: "listening"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await desk.run() }
      group.addTask { try await server.run() }
      group.addTask {
        // Neighbors that nobody sends to go also where nobody is asked.
        guard questioner == nil else { return }
        while let question = await link.nextQuestion() { await desk.disregard(question) }
      }
      group.addTask {
        var asking: Task<Void, any Error>?
        defer { asking?.cancel() }
        for await address in await agent.tunnelAddresses() {
          await database.underlayChanged()
          guard asking == nil, let questioner else { continue }
          asking = Task { try await questioner.run(hostAddress: .v4(address)) }
        }
      }
      try await group.waitForAll()
    }
  }
}

extension AgentConfiguration.Alcor {
  fileprivate var files: CredentialFiles? {
    tls.map { CredentialFiles(certificate: $0.certificate, key: $0.key, trust: $0.trustRoots) }
  }

  fileprivate var serverSecurity: ServerSecurity { files.map { .mutualTLS($0) } ?? .plaintext }

  fileprivate var clientSecurity: ClientSecurity {
    files.map { .mutualTLS($0, serverName: tls?.serverName) } ?? .plaintext
  }
}
