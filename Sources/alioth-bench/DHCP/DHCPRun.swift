/// What was measured of one server at one time: a line of KEY=VALUE.
///
/// `round`, `subject`, `bindings` and `kind` tell what it was, everything else is a figure.
struct DHCPRun: Sendable {
  /// Who answered.
  enum Subject: String, CaseIterable, Sendable {
    case bare, alioth, kea, dnsmasq

    var name: String {
      switch self {
      case .bare: "bare C"
      case .alioth: "alioth"
      case .kea: "Kea"
      case .dnsmasq: "dnsmasq"
      }
    }
  }

  /// What was asked of it.
  enum Kind: String, Sendable {
    /// As many exchanges as it answers.
    case load
    /// One client at a time, on the same processor as the server.
    case alone
    /// Guests that boot while another one floods.
    case flood
    /// Nothing yet: how large it is with its bindings.
    case memory
  }

  let round: Int
  let subject: Subject
  let bindings: Int
  let kind: Kind
  private let figures: [String: Double]

  /// Nil when it is not known what the line is about.
  init?(line: Substring) {
    var fields: [Substring: Substring] = [:]
    for field in line.split(separator: " ") {
      let parts = field.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = parts[1] }
    }
    guard let round = fields["round"].flatMap({ Int($0) }),
      let subject = fields["subject"].flatMap({ Subject(rawValue: String($0)) }),
      let bindings = fields["bindings"].flatMap({ Int($0) }),
      let kind = fields["kind"].flatMap({ Kind(rawValue: String($0)) })
    else { return nil }
    self.round = round
    self.subject = subject
    self.bindings = bindings
    self.kind = kind
    figures = Dictionary(
      uniqueKeysWithValues: fields.compactMap { key, value in Double(value).map { (String(key), $0) } })
  }

  subscript(figure: String) -> Double? { figures[figure] }

  /// A number as it stands in such a line.
  static func plain(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    return "\((value * 100).rounded() / 100)"
  }
}
