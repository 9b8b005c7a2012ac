import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("What a host runs, in the API")
struct HeldReadingTests {
  /// Answers the questions of a session with `answer`, until it has none.
  private func answering(
    _ session: any AgentSession, _ answer: @escaping @Sendable (HeldQuery) -> HeldResources?
  ) -> Task<Void, Never> {
    Task {
      while let output = await session.nextOutput() {
        guard case .questions(let questions) = output else { continue }
        for question in questions {
          guard let held = answer(question.query) else { continue }
          await session.received(HeldAnswer(number: question.number, held: held))
        }
      }
    }
  }

  @Test("the resource as the host holds it, its status, its revision beside the one that is wanted, and its flows")
  func show() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("node1", "192.0.2.1", answersReads: true)
      let network = try await controller.makeNetwork()
      let id = try await controller.makePort(network, #","binding:host_id":"node1","name":"web""#)
      let key = ResourceKey.port(id)
      let wanted = try #require(await controller.inventory.read { $0.resource(key, for: HostID("node1")) })
      let task = answering(session) { query in
        guard query.selection == .keys([key]), query.flowLimit == 2 else { return nil }
        return HeldResources([
          HeldResource(
            key: key, resource: VersionedResource(wanted.resource, revision: 1), state: .quarantined,
            reason: "the switch refused it", flows: [.init(text: "table=0 actions=drop", state: "waiting")],
            flowCount: 3)
        ])
      }
      let answer = try await controller.expect(
        200, "GET", "/v2.0/agents/node1/resources?kind=port&id=\(id)&flows=2")
      let shown = try #require(answer["resources"]?.array?.first)
      #expect(shown["kind"] == .string("port"))
      #expect(shown["id"] == .string(id.rawValue))
      #expect(shown["status"] == .string("quarantined"))
      #expect(shown["reason"] == .string("the switch refused it"))
      #expect(shown["revision"] == .integer(1))
      #expect(shown["wanted_revision"] == .integer(Int(wanted.revision)))
      #expect(shown["resource"]?["name"] == .string("web"))
      #expect(shown["resource"]?["vpcId"] == .string(network.rawValue))
      #expect(shown["flow_count"] == .integer(3))
      #expect(shown["flows"]?.array?.first?["flow"] == .string("table=0 actions=drop"))
      #expect(shown["flows_truncated"] == .boolean(true))
      await session.closed()
      await task.value
    }
  }

  @Test("pages, by links as all lists have them")
  func pages() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("node1", "192.0.2.1", answersReads: true)
      let task = answering(session) { query in
        guard case .all(.securityGroup, let after) = query.selection, query.limit == 2 else { return nil }
        let ids = ["a", "b", "c"].filter { $0 > after?.id ?? "" }
        let resources = ids.prefix(2).map { id in
          HeldResource(key: .securityGroup(SecurityGroupID(id)), resource: nil, state: .refused, reason: "bad")
        }
        return HeldResources(resources, isCut: ids.count > 2)
      }
      let target = "/v2.0/agents/node1/resources?kind=security-group&limit=2"
      let first = try await controller.expect(200, "GET", target)
      #expect(first["resources"]?.array?.map { $0["id"] } == [.string("a"), .string("b")])
      let link = try #require(first["resources_links"]?.array?.first?["href"]?.string)
      #expect(link.contains("marker=security-group%2Fb"))
      let second = try await controller.expect(200, "GET", target + "&marker=security-group%2Fb")
      #expect(second["resources"]?.array?.map { $0["id"] } == [.string("c")])
      #expect(second["resources_links"] == nil)
      await session.closed()
      await task.value
    }
  }

  @Test("who cannot be asked, does not answer, or has nothing of it, is said in so many words")
  func errors() async throws {
    try await ControllerHarness.run(readTimeout: .milliseconds(300)) { controller in
      func type(_ target: String, _ status: Int) async throws -> String? {
        try await controller.expect(status, "GET", target)["NeutronError"]?["type"]?.string
      }
      #expect(try await type("/v2.0/agents/node9/resources", 404) == "AgentNotFound")
      let old = try await controller.connect("old", "192.0.2.7")
      #expect(try await type("/v2.0/agents/old/resources", 501) == "HostCannotAnswer")
      await old.closed()
      #expect(try await type("/v2.0/agents/old/resources", 503) == "HostNotConnected")

      let silent = try await controller.connect("node1", "192.0.2.1", answersReads: true)
      for _ in 0..<HostQuestions.mostAtOnce {
        // As its session would, which then waits for an answer.
        async let answer = type("/v2.0/agents/node1/resources?kind=port", 504)
        while true {
          if case .questions = try #require(await silent.nextOutput()) { break }
        }
        #expect(try await answer == "HostDoesNotAnswer")
      }
      // It is not asked more and more.
      #expect(try await type("/v2.0/agents/node1/resources", 503) == "HostDoesNotAnswer")
      // A late answer makes room, and one that nobody asked for is passed over.
      await silent.received(HeldAnswer(number: 1, held: HeldResources()))
      await silent.received(HeldAnswer(number: 999, held: HeldResources()))
      let task = answering(silent) { query in
        guard case .keys(let keys) = query.selection else { return HeldResources() }
        return HeldResources(keys.map { HeldResource(key: $0, resource: nil, state: .absent) })
      }
      #expect(try await type("/v2.0/agents/node1/resources?kind=port&id=p", 404) == "ResourceNotFound")
      try await controller.expect(200, "GET", "/v2.0/agents/node1/resources")
      await silent.closed()
      await task.value
      #expect(try await type("/v2.0/agents/node1/resources", 503) == "HostNotConnected")
    }
  }

  @Test(
    "a question that is not understood is refused with what is wrong",
    arguments: [
      "kind=pot", "id=p", "limit=0", "limit=501", "flows=1001", "flows=-1", "flows=x", "marker=p", "name=x",
    ])
  func malformed(query: String) async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("node1", "192.0.2.1", answersReads: true)
      try await controller.expect(400, "GET", "/v2.0/agents/node1/resources?\(query)")
      try await controller.expect(405, "PUT", "/v2.0/agents/node1/resources", "{}")
    }
  }

  @Test("a host that does not answer keeps nobody waiting: its own updates go on, and another host answers meanwhile")
  func independent() async throws {
    try await ControllerHarness.run(readTimeout: .seconds(30)) { controller in
      let silent = try await controller.connect("node1", "192.0.2.1", answersReads: true)
      let prompt = try await controller.connect("node2", "192.0.2.2", answersReads: true)
      let task = answering(prompt) { _ in HeldResources() }
      let waiting = Task { await controller.send("GET", "/v2.0/agents/node1/resources").status }
      while true {
        if case .questions = try #require(await silent.nextOutput()) { break }
      }
      try await controller.expect(200, "GET", "/v2.0/agents/node2/resources")
      let network = try await controller.makeNetwork()
      _ = try await controller.makePort(network, #","binding:host_id":"node1""#)
      var isThere = false
      while !isThere, case .prepared(let update) = try #require(await silent.nextOutput()) {
        isThere = update.update.upserts.contains { $0.key.kind == .port }
      }
      // Its end is an answer, too.
      await silent.closed()
      #expect(await waiting.value == 503)
      await prompt.closed()
      await task.value
    }
  }
}
