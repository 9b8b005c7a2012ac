import Glibc
import Logging

/// How much a daemon logs, and how: `log.level` and `log.format` of its configuration.
public struct LogConfiguration: Sendable, Hashable {
  /// What a line looks like.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// For people and the journal, which adds the time itself.
    case text
    /// One JSON object a line, for collectors.
    case json
  }

  /// The least level that is logged.
  public var level: Logger.Level
  /// What a line looks like.
  public var format: Format

  /// Reads `log.level` (info) and `log.format` (text).
  public init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
    level = try reader.parsed("log.level", as: "one of \(levels)", Logger.Level.init(rawValue:)) ?? .info
    format = try reader.parsed("log.format", as: "text or json", Format.init(rawValue:)) ?? .text
  }

  /// Sends all loggers of the process to standard error, as configured. Call once, before the first logger is made.
  public func bootstrap() {
    LoggingSystem.bootstrap { [self] label in LineLogHandler(label: label, level: level, format: format) }
  }
}

/// Writes one line an event to standard error, in one write, so that lines of different threads do not mix.
struct LineLogHandler: LogHandler {
  let label: String
  let format: LogConfiguration.Format
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  init(label: String, level: Logger.Level, format: LogConfiguration.Format) {
    self.label = label
    self.format = format
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let line =
      switch format {
      case .text: LineLogHandler.text(event.level, label, event.message, fields)
      case .json: LineLogHandler.json(event.level, label, event.message, fields)
      }
    let bytes = Array((line + "\n").utf8)
    // Nobody is left to tell when standard error fails.
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// `warning alioth.agent: switch connection failed reason="…"`: keys in order, values quoted where they need it.
  static func text(
    _ level: Logger.Level, _ label: String, _ message: Logger.Message, _ fields: Logger.Metadata
  ) -> String {
    let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }
    return "\(level) \(label): \(escaped("\(message)"))\(pairs.joined())"
  }

  static func json(
    _ level: Logger.Level, _ label: String, _ message: Logger.Message, _ fields: Logger.Metadata
  ) -> String {
    var members = [("level", "\(level)"), ("logger", label), ("message", "\(message)")]
    members += fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    let text = members.map { "\"\(escaped($0.0))\":\"\(escaped($0.1))\"" }
    return "{\(text.joined(separator: ","))}"
  }

  private static func quoted(_ value: String) -> String {
    let plain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
    return plain ? value : "\"\(escaped(value))\""
  }

  /// Escapes what would end the line or the string: values come from guests and peers.
  private static func escaped(_ value: String) -> String {
    var result = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
