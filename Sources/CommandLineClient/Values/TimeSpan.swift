/// A length of time as an operator writes it: `10s`, `500ms`, `2m`, `1h`, or a bare number of seconds.
struct TimeSpan: Hashable, Sendable {
  let milliseconds: Int64

  var duration: Duration { .milliseconds(milliseconds) }

  init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Reads `text`; nothing beyond ten years, so that arithmetic on deadlines cannot overflow.
  init(parsing text: String) throws(OptionError) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count)
    let scale: Int64? =
      switch unit {
      case "ms": 1
      case "s", "": 1000
      case "m", "min": 60_000
      case "h": 3_600_000
      default: nil
      }
    guard let scale, let count = Int64(digits), count > 0 else {
      throw OptionError("write a length of time like 10s, 500ms, 2m or 1h")
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: scale)
    guard !overflow, product <= 315_360_000_000 else {
      throw OptionError("this is longer than ten years")
    }
    self.milliseconds = product
  }
}

extension TimeSpan: CustomStringConvertible {
  /// The longest unit that divides it: `90s`, `2m`, `1500ms`.
  var description: String {
    let units: [(Int64, String)] = [(3_600_000, "h"), (60_000, "m"), (1000, "s")]
    for (scale, name) in units where milliseconds % scale == 0 {
      return "\(milliseconds / scale)\(name)"
    }
    return "\(milliseconds)ms"
  }
}

/// How long ago something was, in its two largest units: `3d 4h`, `12m 5s`.
func ageText(seconds: Int64) -> String {
  let parts: [(Int64, String)] = [
    (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
  ]
  let shown = parts.drop { $0.0 <= 0 }.prefix(2).filter { $0.0 > 0 }
  return shown.isEmpty ? "0s" : shown.map { "\($0.0)\($0.1)" }.joined(separator: " ")
}
