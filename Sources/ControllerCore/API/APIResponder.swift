import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Puts the API behind Hummingbird: collects the body, logs, and writes the answer.
public struct APIResponder: HTTPResponder {
  /// Hummingbird's own.
  public typealias Context = BasicRequestContext

  /// The longest body that is read: 1 MiB.
  public static let maximumBody = 1 << 20

  private let api: NeutronAPI
  private let logger: Logger

  /// A responder for `api`.
  public init(api: NeutronAPI, logger: Logger) {
    self.api = api
    self.logger = logger
  }

  /// Answers one request.
  public func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    let answer = await answer(request)
    logger.debug(
      "request",
      metadata: [
        "method": "\(request.method)", "path": "\(request.uri.string)", "status": "\(answer.status)",
        "request_id": "\(context.id)",
      ])
    return response(answer)
  }

  private func answer(_ request: Request) async -> APIResponse {
    do throws(APIError) {
      return await api.handle(try await apiRequest(request))
    } catch {
      return APIResponse(error.status, error.body)
    }
  }

  private func apiRequest(_ request: Request) async throws(APIError) -> APIRequest {
    guard let path = PercentCoding.decode(request.uri.path, plusIsSpace: false),
      let query = PercentCoding.query(request.uri.query ?? "")
    else { throw .badRequest("The request's address is not valid: a '%' is not followed by two hexadecimal digits.") }
    let buffer: ByteBuffer
    do {
      buffer = try await request.body.collect(upTo: APIResponder.maximumBody)
    } catch is NIOTooManyBytesError {
      throw APIError(
        413, "HTTPRequestEntityTooLarge", "The request's body is longer than \(APIResponder.maximumBody) bytes.")
    } catch {
      throw .badRequest("The request's body could not be read: \(error)")
    }
    return APIRequest(
      request.method.rawValue, path, query: query, host: request.head.authority ?? "localhost",
      body: Array(buffer.readableBytesView))
  }

  private func response(_ answer: APIResponse) -> Response {
    let status = HTTPResponse.Status(code: answer.status)
    guard let body = answer.body else { return Response(status: status) }
    let bytes = body.bytes
    return Response(
      status: status, headers: [.contentType: "application/json", .contentLength: String(bytes.count)],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
