import Foundation
import GoalState
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Southbound

/// The agent's own API on a unix socket, for `alioth show` and for probes: status, liveness and readiness.
///
/// Whoever may open the socket may read, and may say that removals that are held back are intended; nothing else can be
/// changed through it. A probe sends a message as a guest would.
struct LocalAPI: Sendable {
  /// Where the answers come from.
  let status: @Sendable () async -> StatusDocument
  let flows: @Sendable (FlowQuery) async -> FlowDocument
  let drops: @Sendable () async -> DropDocument
  let leases: @Sendable () async -> DHCPLeaseDocument
  let history: @Sendable (HistoryQuery) async throws -> HistoryDocument
  let probe: @Sendable (PortID) async -> DHCPProbe.Document
  /// Carries out what is held back, and returns how many resources that were.
  let releaseRemovals: @Sendable () async -> Int
  /// What an update that comes as a file would change.
  let check: @Sendable ([UInt8]) async throws -> DryRunDocument
  /// Nil when the agent is ready, else why not.
  let notReady: @Sendable () async -> String?
  let socket: String
  let logger: Logger

  /// The server, ready to run.
  func application(onRunning: @escaping @Sendable () async -> Void) -> some ApplicationProtocol {
    let router = Router()
    router.get("/v1/status") { _, _ in try LocalAPI.json(await status()) }
    router.get("/v1/flows") { request, _ -> Response in
      let query = request.uri.queryParameters
      let asked: FlowQuery
      do throws(FlowQuery.Mistake) {
        asked = try FlowQuery(
          cursor: query["cursor"].map(String.init), resource: query["resource"].map(String.init),
          table: query["table"].map(String.init))
      } catch {
        return LocalAPI.text(.badRequest, "\(error)\n")
      }
      return try LocalAPI.json(await flows(asked))
    }
    router.get("/v1/drops") { _, _ in try LocalAPI.json(await drops()) }
    router.get("/v1/history") { request, _ -> Response in
      let query = request.uri.queryParameters
      let asked: HistoryQuery
      do throws(FlowQuery.Mistake) {
        asked = try HistoryQuery(
          since: query["since"].map(String.init), resource: query["resource"].map(String.init),
          limit: query["limit"].map(String.init))
      } catch {
        return LocalAPI.text(.badRequest, "\(error)\n")
      }
      do {
        return try LocalAPI.json(await history(asked))
      } catch {
        return LocalAPI.text(.serviceUnavailable, "the history cannot be read: \(error)\n")
      }
    }
    router.get("/v1/dhcp/leases") { _, _ in try LocalAPI.json(await leases()) }
    router.post("/v1/dhcp/probe") { request, _ -> Response in
      guard let port = request.uri.queryParameters["port"], !port.isEmpty else {
        return LocalAPI.text(.badRequest, "the query names no port: /v1/dhcp/probe?port=ID\n")
      }
      return try LocalAPI.json(await probe(PortID(String(port))))
    }
    router.post("/v1/goal-state/removals/release") { _, _ in
      try LocalAPI.json(ReleaseDocument(released: await releaseRemovals()))
    }
    router.post("/v1/goal-state/check") { request, _ -> Response in
      let file: ByteBuffer
      do {
        file = try await request.body.collect(upTo: UpdateFile.maximumBytes)
      } catch {
        return LocalAPI.text(
          .contentTooLarge, "an update has no more than \(UpdateFile.maximumBytes) bytes, or its end did not come\n")
      }
      do {
        return try LocalAPI.json(await check(Array(file.readableBytesView)))
      } catch let error as UpdateFileError {
        return LocalAPI.text(.badRequest, "\(error)\n")
      }
    }
    router.get("/livez") { _, _ in "ok\n" }
    router.get("/readyz") { _, _ -> Response in
      guard let reason = await notReady() else { return LocalAPI.text(.ok, "ok\n") }
      return LocalAPI.text(.serviceUnavailable, reason + "\n")
    }
    // What it logs at error is its clients hanging up at shutdown; failing to listen is thrown.
    var quiet = logger
    quiet.logLevel = .critical
    return Application(
      router: router,
      configuration: .init(address: .unixDomainSocket(path: socket), serverName: "aliothd"),
      onServerRunning: { _ in await onRunning() },
      logger: quiet)
  }

  private static func json(_ document: some Encodable) throws -> Response {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let body = ByteBuffer(bytes: try encoder.encode(document) + Data("\n".utf8))
    return Response(
      status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
  }

  private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
