import Foundation
import Logging

/// Writes each log message as one JSON object a line to the standard error.
struct JSONLogHandler: LogHandler {
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  private let label: String

  init(label: String) {
    self.label = label
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    FileHandle.standardError.write(Data(line(event, time: Date())))
  }

  func line(_ event: LogEvent, time: Date) -> [UInt8] {
    var members: [JSONValue.Member] = [
      .init("time", .string(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
      .init("level", .string(event.level.rawValue)),
      .init("label", .string(label)),
      .init("message", .string(event.message.description)),
    ]
    let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
    // Metadata stands beside the message, so that a query need not dig; names that are taken get a mark.
    let taken = Set(members.map(\.name))
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      members.append(.init(taken.contains(key) ? key + "_" : key, .string(value.description)))
    }
    return JSONValue.object(members).bytes + [UInt8(ascii: "\n")]
  }
}
