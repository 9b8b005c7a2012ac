import Foundation
import Synchronization

/// `Lab/traffic`, which makes guests talk and sends frames in any of them: one process for all tests, because its start takes
/// a second. The first that asks starts it, and it ends with this process.
final class TrafficGenerator: Sendable {
  private let script: String
  // Tests run one at a time; a class that the lab shares has to be sure of that.
  private let process = Mutex<TrafficProcess?>(nil)

  init(script: String) {
    self.script = script
  }

  /// What it answers to a request; throws what it failed with.
  func ask<Answer: Decodable & Sendable>(_ request: some Encodable, as type: Answer.Type) throws -> Answer {
    let line = try JSONEncoder().encode(request)
    let answer = try process.withLock { process in
      let running = try process ?? TrafficProcess(script: script)
      process = running
      return try running.answer(to: line)
    }
    let decoded = try JSONDecoder().decode(Response<Answer>.self, from: answer)
    guard let done = decoded.done else {
      throw Failure(
        request: String(decoding: line, as: UTF8.self), said: decoded.failed ?? String(decoding: answer, as: UTF8.self))
    }
    return done
  }

  /// Has `ip` carry out these lines in a guest.
  func configure(_ member: String, _ lines: [String]) throws {
    struct Request: Encodable {
      var request = "configure"
      var member: String
      var lines: [String]
    }
    _ = try ask(Request(member: member, lines: lines), as: Bool.self)
  }

  /// Closes all connections that it keeps open.
  func closeConnections() throws {
    _ = try ask(["request": "closeConnections"], as: Bool.self)
  }

  private struct Response<Answer: Decodable>: Decodable {
    var done: Answer?
    var failed: String?
  }

  /// A request that could not be carried out.
  struct Failure: Error, CustomStringConvertible {
    var request: String
    var said: String

    var description: String { "traffic: \(said)\n\(request)" }
  }
}

/// The process: a line to it, a line from it.
private final class TrafficProcess {
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var unread = Data()

  init(script: String) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = Lab.plainSignals + [script, "traffic"]
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
  }

  func answer(to line: Data) throws -> Data {
    try requests.fileHandleForWriting.write(contentsOf: line + Data("\n".utf8))
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let answer = Data(unread[..<end])
        unread = Data(unread[unread.index(after: end)...])
        return answer
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else {
        throw TrafficGenerator.Failure(request: String(decoding: line, as: UTF8.self), said: "it has ended")
      }
      unread += more
    }
  }
}
