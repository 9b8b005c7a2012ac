import Foundation
import Glibc

/// Whether the tests may make network namespaces.
let mayMakeNamespaces = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/sbin/ip")

/// A network namespace of a test's own, removed when the value goes.
final class TestNamespace: Sendable {
  struct Failure: Error {
    let text: String
  }

  let name: String

  init() throws {
    name = "pnx-\(UInt32.random(in: 0...UInt32.max))"
    try TestNamespace.run(["/usr/sbin/ip", "netns", "add", name])
  }

  deinit {
    _ = try? TestNamespace.run(["/usr/sbin/ip", "netns", "delete", name])
  }

  /// Runs `ip` with the words of `command` in the namespace.
  @discardableResult
  func ip(_ command: String) throws -> String {
    try TestNamespace.run(["/usr/sbin/ip", "-n", name] + command.split(separator: " ").map(String.init))
  }

  /// Runs a program in the namespace.
  @discardableResult
  func execute(_ command: String) throws -> String {
    try TestNamespace.run(["/usr/sbin/ip", "netns", "exec", name] + command.split(separator: " ").map(String.init))
  }

  /// Runs `body` on a thread of its own that has entered the namespace, and ends with it.
  func enter<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) throws -> Answer {
    let outcome = Outcome<Answer>()
    let path = "/run/netns/\(name)"
    let thread = Thread {
      outcome.result = Result {
        try TestNamespace.setNamespace(of: path)
        return try body()
      }
      outcome.done.signal()
    }
    thread.start()
    outcome.done.wait()
    guard let result = outcome.result else { throw Failure(text: "the thread left no result") }
    return try result.get()
  }

  /// Written by one thread before the signal, read by the other after it.
  private final class Outcome<Answer: Sendable>: @unchecked Sendable {
    var result: Result<Answer, any Error>?
    let done = DispatchSemaphore(value: 0)
  }

  /// setns(2), which only shows with _GNU_SOURCE and so does not import: it is looked up by name.
  private static func setNamespace(of path: String) throws {
    typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32
    guard let symbol = dlsym(nil, "setns") else { throw Failure(text: "there is no setns") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    guard unsafeBitCast(symbol, to: SetNamespace.self)(descriptor, 0) == 0 else {
      throw Failure(text: "cannot enter \(path): \(String(cString: strerror(errno)))")
    }
  }

  @discardableResult
  static func run(_ words: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(text: "\(words.joined(separator: " ")): \(text)") }
    return text
  }
}
