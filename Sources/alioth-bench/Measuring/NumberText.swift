extension Double {
  /// With this many digits after the point, and a comma between thousands.
  func text(_ digits: Int = 0) -> String {
    guard isFinite else { return "\(self)" }
    let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    let scaled = (magnitude * scale).rounded()
    let whole = Int(scaled / scale)
    let sign = self < 0 && scaled != 0 ? "-" : ""
    guard digits > 0 else { return sign + whole.grouped }
    let rest = String(Int(scaled - Double(whole) * scale))
    return "\(sign)\(whole.grouped).\(String(repeating: "0", count: max(0, digits - rest.count)))\(rest)"
  }

  /// Nanoseconds in a unit that suits them.
  var duration: String {
    switch self {
    case ..<1_000: "\(text()) ns"
    case ..<1_000_000: "\((self / 1_000).text(self < 10_000 ? 1 : 0)) µs"
    case ..<1_000_000_000: "\((self / 1_000_000).text(self < 100_000_000 ? 1 : 0)) ms"
    default: "\((self / 1_000_000_000).text(2)) s"
    }
  }
}

extension Int {
  /// With a comma between thousands.
  var grouped: String {
    var digits = Array(String(magnitude))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return (self < 0 ? "-" : "") + String(digits)
  }
}
