import Glibc
import GoalState

/// What an agent has counted, asked for on its own socket.
struct AgentCounters {
  let unitsCompiled: Int
  let flowsAdded: Int
  let flowsDeleted: Int
  let flowsInstalled: Int

  /// Asks.
  init(of socket: String) throws {
    let status = try AgentStatus(of: socket)
    unitsCompiled = try status.number("units_compiled")
    flowsAdded = try status.number("flows_added")
    flowsDeleted = try status.number("flows_deleted")
    flowsInstalled = try status.number("flows_installed")
  }
}

/// An agent's status, as its own socket gives it.
struct AgentStatus {
  private let text: String

  /// Asks.
  init(of socket: String) throws {
    text = try AgentStatus.answer("GET /v1/status", of: socket)
  }

  /// Whether the agent says that what it was given last is in force; false while it cannot be asked.
  static func isReady(by socket: String) -> Bool {
    (try? answer("GET /readyz", of: socket).hasPrefix("HTTP/1.1 200")) == true
  }

  /// Whether a name that is there has this value.
  func says(_ name: String, _ value: String) -> Bool { text.contains("\"\(name)\" : \(value)") }

  private static func answer(_ request: String, of socket: String) throws -> String {
    let descriptor = try RawConnection.open()
    defer { close(descriptor) }
    guard try RawConnection.connects(descriptor, to: socket) else {
      throw RawConnection.Failure.system("connect to \(socket)")
    }
    let request = Array(
      "\(request) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      throw RawConnection.Failure.system("write to \(socket)")
    }
    return ProcessFigures.read(descriptor)
  }

  /// The number of a name that is there once.
  func number(_ name: String) throws -> Int {
    guard let range = text.firstRange(of: "\"\(name)\" : "),
      let number = Int(text[range.upperBound...].prefix { $0.isWholeNumber })
    else { throw RawConnection.Failure(description: "the agent does not say \(name): \(text.suffix(2000))") }
    return number
  }
}
