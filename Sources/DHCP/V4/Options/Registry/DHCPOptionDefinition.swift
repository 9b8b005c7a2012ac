/// What is known of one option: its names, and what its value is.
public struct DHCPOptionDefinition: Hashable, Sendable {
  /// Which option.
  public let code: DHCPOptionCode
  /// The name in text: dnsmasq's, which Neutron hands through, where it has one.
  public let name: String
  /// Other names that are understood: those of ISC's and Kea's configurations and of OVN's, with `-` for `_`.
  public let aliases: [String]
  /// What its value is.
  public let kind: DHCPOptionKind
  /// What its numbers may be, where the option's specification gives limits. They hold for what an operator asks for;
  /// a value from the wire may be outside.
  public let limits: ClosedRange<UInt32>?
  /// Whether the server itself decides the value, or the option is none that a server sends, so that nobody may ask
  /// for it.
  public let isServerDecided: Bool

  init(
    _ code: DHCPOptionCode, _ name: String, aliases: [String] = [], _ kind: DHCPOptionKind,
    limits: ClosedRange<UInt32>? = nil, isServerDecided: Bool = false
  ) {
    self.code = code
    self.name = name
    self.aliases = aliases
    self.kind = kind
    self.limits = limits
    self.isServerDecided = isServerDecided
  }

  /// All of them, by ascending code.
  public static let all: [DHCPOptionDefinition] = hostOptions + serviceOptions

  /// The definition of `code`; nil for a code that is unassigned or of private use.
  public init?(of code: DHCPOptionCode) {
    guard let definition = DHCPOptionDefinition.byCode[code] else { return nil }
    self = definition
  }

  /// The definition with the given name or alias, in any case and with `_` for `-`; nil when there is none.
  public init?(named name: String) {
    guard let definition = DHCPOptionDefinition.byName[DHCPOptionDefinition.key(name)] else { return nil }
    self = definition
  }

  /// The options' names that are most like `name`, the likest first: three at most, none when nothing is like it.
  public static func names(like name: String) -> [String] {
    // Nobody's option name is longer, and the comparison takes the product of both lengths.
    guard (1...64).contains(name.utf8.count) else { return [] }
    let wanted = key(name)
    let found = all.compactMap { definition -> (distance: Int, code: UInt8, name: String)? in
      let names = [definition.name] + definition.aliases
      let likest = names.map { (distance: distance(wanted, $0), name: $0) }.min { $0.distance < $1.distance }
      guard let likest, likest.distance <= max(1, min(wanted.utf8.count, likest.name.utf8.count) / 4) else {
        return nil
      }
      return (likest.distance, definition.code.rawValue, likest.name)
    }
    return found.sorted { ($0.distance, $0.code) < ($1.distance, $1.code) }.prefix(3).map(\.name)
  }

  /// How unlike two names are; little for one that is a part of the other or has all its words.
  private static func distance(_ wanted: String, _ candidate: String) -> Int {
    let isPart =
      min(wanted.utf8.count, candidate.utf8.count) >= 3 && (candidate.contains(wanted) || wanted.contains(candidate))
    let words = Set(wanted.split(separator: "-" as Character))
    let hasWords = words.count > 1 && words.isSubset(of: candidate.split(separator: "-" as Character))
    return isPart || hasWords ? 1 : editDistance(Array(wanted.utf8), Array(candidate.utf8))
  }

  private static let byCode = Dictionary(all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
  private static let byName = Dictionary(
    all.flatMap { definition in ([definition.name] + definition.aliases).map { ($0, definition) } },
    uniquingKeysWith: { first, _ in first })

  private static func key(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" ? "-" : $0 })
  }
}

/// How many bytes must be changed, added or taken away to make one text of the other.
private func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  var previous = Array(0...second.count)
  for (row, byte) in first.enumerated() {
    var current = [row + 1]
    for (column, other) in second.enumerated() {
      let replaced = previous[column] + (byte == other ? 0 : 1)
      current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[second.count]
}
