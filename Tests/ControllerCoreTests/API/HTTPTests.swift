import Foundation
import FoundationNetworking
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import ControllerCore

@Suite("The API over HTTP")
struct HTTPTests {
  /// Serves the API on a free port while `body` runs.
  private func withServer(_ body: (URL, ControllerHarness) async throws -> Void) async throws {
    try await ControllerHarness.run { controller in
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
      let application = Application(
        responder: APIResponder(api: controller.api, logger: logger),
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }, logger: logger)
      let group = ServiceGroup(services: [application], logger: logger)
      let running = Task { try await group.run() }
      let port = try #require(await ports.first { _ in true })
      let url = try #require(URL(string: "http://127.0.0.1:\(port)"))
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(url, controller))
      } catch {
        result = .failure(error)
      }
      await group.triggerGracefulShutdown()
      try await running.value
      try result.get()
    }
  }

  private func send(_ url: URL, _ method: String, _ target: String, _ body: Data? = nil) async throws -> (
    Int, Data, HTTPURLResponse
  ) {
    var request = URLRequest(url: try #require(URL(string: target, relativeTo: url)))
    request.httpMethod = method
    request.httpBody = body
    let (data, response) = try await URLSession.shared.data(for: request)
    let answer = try #require(response as? HTTPURLResponse)
    return (answer.statusCode, data, answer)
  }

  @Test("makes, lists, changes and deletes, with the same bytes each time")
  func life() async throws {
    try await withServer { url, _ in
      let body = Data(#"{"network":{"name":"blå"}}"#.utf8)
      let (status, made, answer) = try await send(url, "POST", "/v2.0/networks", body)
      #expect(status == 201)
      #expect(answer.value(forHTTPHeaderField: "Content-Type") == "application/json")
      let id = try #require(try JSONParser.parse(Array(made))["network"]?["id"]?.string)
      let (_, first, _) = try await send(url, "GET", "/v2.0/networks?name=bl%C3%A5")
      let (_, second, _) = try await send(url, "GET", "/v2.0/networks")
      #expect(first == second)
      #expect(try JSONParser.parse(Array(first))["networks"]?.array?.count == 1)
      let (changed, _, _) = try await send(url, "PUT", "/v2.0/networks/\(id)", Data(#"{"network":{"mtu":1400}}"#.utf8))
      #expect(changed == 200)
      let (deleted, empty, _) = try await send(url, "DELETE", "/v2.0/networks/\(id)")
      #expect(deleted == 204)
      #expect(empty.isEmpty)
      let (missing, error, _) = try await send(url, "GET", "/v2.0/networks/\(id)")
      #expect(missing == 404)
      #expect(try JSONParser.parse(Array(error))["NeutronError"]?["type"] == .string("NetworkNotFound"))
      let (root, versions, _) = try await send(url, "GET", "/")
      #expect(root == 200)
      #expect(String(decoding: versions, as: UTF8.self).contains("\(url.absoluteString)/v2.0/"))
    }
  }

  @Test("refuses a body of more than 1 MiB with 413, and a broken address with 400")
  func limits() async throws {
    try await withServer { url, controller in
      let padding = String(repeating: " ", count: APIResponder.maximumBody)
      let (status, body, _) = try await send(url, "POST", "/v2.0/networks", Data((padding + "{}").utf8))
      #expect(status == 413)
      #expect(try JSONParser.parse(Array(body))["NeutronError"]?["type"] == .string("HTTPRequestEntityTooLarge"))
      let fits = String(repeating: " ", count: APIResponder.maximumBody - 14) + #"{"network":{}}"#
      #expect(try await send(url, "POST", "/v2.0/networks", Data(fits.utf8)).0 == 201)
      #expect(PercentCoding.decode("%4", plusIsSpace: false) == nil)
      #expect(PercentCoding.query("a=%zz") == nil)
      #expect(await controller.revision() == 1)
    }
  }
}
