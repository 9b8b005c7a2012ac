import Glibc

/// What an agent has counted, asked for on its own socket.
struct AgentCounters {
  let unitsCompiled: Int
  let flowsAdded: Int
  let flowsDeleted: Int
  let flowsInstalled: Int

  /// Asks.
  init(of socket: String) throws {
    let descriptor = try RawConnection.open()
    defer { close(descriptor) }
    guard try RawConnection.connects(descriptor, to: socket) else {
      throw RawConnection.Failure.system("connect to \(socket)")
    }
    let request = Array("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      throw RawConnection.Failure.system("write to \(socket)")
    }
    let answer = ProcessFigures.read(descriptor)
    unitsCompiled = try AgentCounters.number("units_compiled", in: answer)
    flowsAdded = try AgentCounters.number("flows_added", in: answer)
    flowsDeleted = try AgentCounters.number("flows_deleted", in: answer)
    flowsInstalled = try AgentCounters.number("flows_installed", in: answer)
  }

  /// The number of a name that is there once.
  private static func number(_ name: String, in text: String) throws -> Int {
    guard let range = text.firstRange(of: "\"\(name)\" : "),
      let number = Int(text[range.upperBound...].prefix { $0.isWholeNumber })
    else { throw RawConnection.Failure(description: "the agent does not say \(name): \(text.suffix(2000))") }
    return number
  }
}
