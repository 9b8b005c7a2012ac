import Logging

/// What happened in a simulation: always as a digest of everything, and as text when somebody wants to read it.
///
/// Of the loop's thread.
final class Trace: @unchecked Sendable {
  private let loop: SimulatedLoop
  private let isKept: Bool
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  /// Everything, one line each; nothing when it is not kept.
  private(set) var lines: [String] = []
  /// What was done to the agent.
  private(set) var story: [String] = []

  init(_ loop: SimulatedLoop, isKept: Bool) {
    self.loop = loop
    self.isKept = isKept
  }

  /// What of the agent's log is looked at.
  var logLevel: Logger.Level { isKept ? .debug : .critical }

  /// What was done to the agent, for people.
  func tell(_ text: String) {
    story.append("\(stamp) \(text)")
    note("world", []) { text }
  }

  /// Something small: where it happened, and its bytes.
  func note(_ place: StaticString, _ bytes: [UInt8], _ text: () -> String = { "" }) {
    mix(UInt64(bitPattern: loop.time.milliseconds))
    mix(UInt64(place.utf8CodeUnitCount))
    bytes.withUnsafeBufferPointer { buffer in
      var hash = digest
      for byte in buffer { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      digest = hash
    }
    guard isKept else { return }
    let shown = bytes.isEmpty ? text() : "\(text()) \(Trace.hash(bytes))"
    lines.append("\(stamp) \(place): \(shown)")
  }

  /// Something that only people look at.
  func comment(_ text: () -> String) {
    if isKept { lines.append("\(stamp) \(text())") }
  }

  private var stamp: String {
    let milliseconds = loop.time.milliseconds
    let fraction = "\(milliseconds % 1000)"
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }

  private func mix(_ value: UInt64) { digest = (digest ^ value) &* 0x0000_0100_0000_01b3 }

  private static func hash(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    return "\(bytes.count) bytes \(String(hash, radix: 16))"
  }
}
