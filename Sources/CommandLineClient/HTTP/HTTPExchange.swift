import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A whole HTTP answer.
struct HTTPReply: Sendable {
  var status: Int
  var body: [UInt8]
}

/// HTTP as the commands use it: one request, one answer of bounded size, within a bounded time.
struct HTTPExchange: Sendable {
  /// The largest body that is read: a list of some ten thousand ports.
  static let bodyLimit = 16 << 20

  let client: HTTPClient
  var timeout: Duration = .seconds(30)

  /// Runs `body` with an exchange whose connections are closed afterwards.
  static func with<Result: Sendable>(_ body: (HTTPExchange) async throws -> Result) async throws -> Result {
    var configuration = HTTPClient.Configuration()
    // A command is repeated by the person who typed it: an immediate, clear answer is worth more than patience here.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.redirectConfiguration = .disallow
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = .seconds(5)
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
      let result = try await body(HTTPExchange(client: client))
      try? await client.shutdown()
      return result
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  /// Sends one request and reads the whole answer, whatever its status.
  ///
  /// - Parameter body: What is no JSON text, or not surely one.
  func send(
    _ url: String, method: HTTPMethod = .GET, json: [UInt8]? = nil, body: [UInt8]? = nil
  ) async throws(HTTPFailure) -> HTTPReply {
    var request = HTTPClientRequest(url: url)
    request.method = method
    request.headers.add(name: "accept", value: "application/json")
    if let json {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: json))
    }
    if let body {
      request.headers.add(name: "content-type", value: "application/octet-stream")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    do {
      return try await exchange(request)
    } catch let failure as HTTPFailure {
      throw failure
    } catch {
      throw HTTPFailure(error, timeout: timeout)
    }
  }

  /// The client's own deadline ends with the answer's head; this one covers the body too.
  private func exchange(_ request: HTTPClientRequest) async throws -> HTTPReply {
    let (client, timeout) = (client, timeout)
    return try await withThrowingTaskGroup(of: HTTPReply.self) { group in
      group.addTask {
        // Longer than the limit below, which decides.
        let response = try await client.execute(request, timeout: .hours(1))
        let body = try await response.body.collect(upTo: Self.bodyLimit)
        return HTTPReply(status: Int(response.status.code), body: Array(body.readableBytesView))
      }
      group.addTask {
        try await Task.sleep(for: timeout)
        throw HTTPFailure.timedOut(timeout)
      }
      defer { group.cancelAll() }
      guard let reply = try await group.next() else { throw HTTPFailure.broken("the request was cancelled") }
      return reply
    }
  }
}
