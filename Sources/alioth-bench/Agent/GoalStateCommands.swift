import ArgumentParser
import Glibc
import GoalState
import Southbound

/// Writes a goal state of many neighbors to a file, as the messages of the southbound stream.
struct EncodeGoalStateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode-goal-state", abstract: "Write a port's goal state with N neighbors, as its messages.")

  @Option(help: "How many neighbors.") var neighbors = 100_000
  @Argument(help: "The file to write.") var file: String

  func run() throws {
    let resources = BenchGoal.base + (0..<neighbors).map { BenchGoal.neighbor($0) } + [BenchGoal.port(0)]
    let messages = try EncodedUpdate.messages(BenchGoal.snapshot(resources))
    try MessageFile.write(messages, to: file)
  }
}

/// Measures how long a goal state takes from its bytes to a model that is valid, and how much memory. In a process of its own, which
/// has never had more of it.
struct DecodeGoalStateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode-goal-state", abstract: "Read a goal state's messages, as an agent does that holds nothing.")

  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How often; the memory is that of the first.") var runs = 9
  @Argument(help: "The file that encode-goal-state has written.") var file: String

  func run() throws {
    let messages = try MessageFile.read(file)
    let size = messages.reduce(0) { $0 + $1.count }
    // What is set up once is not the goal state's: its kinds of messages have been seen.
    var idle = HostGoalState()
    var reader = try EncodedUpdate.Reader()
    for message in messages.prefix(2) { try reader.take(message, into: &idle) }
    let before = ProcessFigures().residentBytes
    ProcessFigures.forgetPeak()

    var times = Samples()
    var peak = 0
    var held = 0
    for run in 0..<runs {
      let start = Clock.now()
      var goal = HostGoalState()
      var reader = try EncodedUpdate.Reader()
      for message in messages { try reader.take(message, into: &goal) }
      times.add(nanoseconds: Clock.now() - start)
      guard goal.isComplete, goal.failures.isEmpty else {
        throw RawConnection.Failure(description: "the goal state was not taken in whole")
      }
      if run == 0 {
        peak = ProcessFigures.peakBytes - before
        held = goal.neighbors.count
      }
    }
    try resultOptions.report(
      Verdict(
        "goal state of \(held.grouped) neighbors, bytes in to model valid",
        "\(times.median().duration) [\(times.smallest().duration)..\(times.largest().duration)] of \(runs)",
        limit: "<= 250 ms", passed: times.median() <= 250e6))
    let ratio = Double(peak) / Double(size)
    try resultOptions.report(
      Verdict(
        "  peak memory over idle", "\(ratio.text(2)) of \((size / 1024).grouped) KiB encoded",
        limit: "<= 3 of it", passed: ratio <= 3))
  }
}

/// Messages in a file, each after its length.
private enum MessageFile {
  static func write(_ messages: [[UInt8]], to path: String) throws {
    guard let file = fopen(path, "w") else { throw RawConnection.Failure.system("open \(path)") }
    for message in messages {
      var count = UInt32(truncatingIfNeeded: message.count)
      fwrite(&count, 4, 1, file)
      fwrite(message, 1, message.count, file)
    }
    guard fclose(file) == 0 else { throw RawConnection.Failure.system("write \(path)") }
  }

  static func read(_ path: String) throws -> [[UInt8]] {
    guard let file = fopen(path, "r") else { throw RawConnection.Failure.system("open \(path)") }
    defer { fclose(file) }
    var messages: [[UInt8]] = []
    var count = UInt32(0)
    while fread(&count, 4, 1, file) == 1 {
      var message = [UInt8](repeating: 0, count: Int(count))
      guard fread(&message, 1, message.count, file) == message.count else {
        throw RawConnection.Failure(description: "\(path) ends within a message")
      }
      messages.append(message)
    }
    return messages
  }
}
