import FoundationEssentials
import Glibc
import NIOHTTP1

/// This node's agent, through its unix socket.
struct AgentClient: Sendable {
  let socket: AgentSocket
  let exchange: HTTPExchange

  /// Why the agent's status is not to be had.
  enum Failure: Error, Equatable, CustomStringConvertible {
    /// Nothing answered; the text says why and what to do.
    case notReached(String)
    /// Something answered, but not the agent's status.
    case misunderstood(String)

    var description: String {
      switch self {
      case .notReached(let text), .misunderstood(let text): text
      }
    }
  }

  /// The status as the agent sent it.
  func answer() async throws(Failure) -> [UInt8] {
    try await answer(to: "/v1/status", attempt: "read this node's status")
  }

  /// What the agent answers to a request.
  ///
  /// - Parameter attempt: What the request is for, for the message when it fails.
  func answer(
    to path: String, method: HTTPMethod = .GET, attempt: String, body: [UInt8]? = nil
  ) async throws(Failure) -> [UInt8] {
    let reply: HTTPReply
    do {
      reply = try await exchange.send("http+unix://\(percentEncoded(socket.path))\(path)", method: method, body: body)
    } catch {
      throw notReached(error)
    }
    guard reply.status == 200 else {
      throw .misunderstood(
        refusalText(attempt: attempt, reply: reply, request: "\(method.rawValue) \(path) on \(socket.path)"))
    }
    return reply.body
  }

  /// The status as this program understands it.
  func status() async throws(Failure) -> AgentStatus {
    let answer = try await answer()
    do {
      return try AgentStatus(parsing: answer)
    } catch {
      throw .misunderstood(
        sentence("Cannot read this node's status: the answer on \(socket.path) is not understood: \(error)")
          + " Is it aliothd that listens there, and of a version like this program's?")
    }
  }

  private func notReached(_ failure: HTTPFailure) -> Failure {
    let path = printable(socket.path)
    let choice =
      "That path is from \(socket.origin.text); choose another with --agent-socket PATH or "
      + "\(AgentSocket.environmentName)."
    switch failure {
    case .noConnection(code: ENOENT):
      return .notReached(
        "The agent is not running on this node: there is no socket \(path). Start it with 'systemctl start aliothd'. "
          + choice)
    case .noConnection(code: ECONNREFUSED):
      return .notReached(
        "The agent is not running on this node: nobody listens on \(path). 'systemctl status aliothd' says why it "
          + "ended. \(choice)")
    case .noConnection(code: EACCES), .noConnection(code: EPERM):
      return .notReached(
        "The agent's socket \(path) may not be opened: permission denied. Run this as root, or as a member of the "
          + "socket's group. \(choice)")
    default:
      return .notReached(sentence("The agent was not reached on \(path): \(failure.reason)") + " \(choice)")
    }
  }
}
