/// What the files of the store are called.
///
///     snapshot-GENERATION  journal-GENERATION  *.tmp  NAME.REASON-NUMBER (set aside)
enum FileName {
  static let temporary = ".tmp"

  static func snapshot(_ generation: UInt64) -> String { "snapshot-\(digits(generation))" }
  static func journal(_ generation: UInt64) -> String { "journal-\(digits(generation))" }

  /// The generation of a snapshot; nil for any other file.
  static func snapshotGeneration(_ name: String) -> UInt64? { generation(name, after: "snapshot-") }
  /// The generation of a journal; nil for any other file.
  static func journalGeneration(_ name: String) -> UInt64? { generation(name, after: "journal-") }

  private static func generation(_ name: String, after prefix: String) -> UInt64? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count)
    guard digits.utf8.count == 20, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return UInt64(digits)
  }

  /// In the order of the names, so that a listing is in order.
  private static func digits(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 20 - text.utf8.count)) + text
  }

  /// Why a file was set aside.
  enum Reason: String, CaseIterable {
    case corrupt
    case newer
    case foreign
  }

  static func setAside(_ name: String, _ reason: Reason, number: UInt64) -> String {
    "\(name).\(reason.rawValue)-\(digits(number))"
  }

  /// The number of a file that was set aside; nil for any other.
  static func setAsideNumber(_ name: String) -> UInt64? {
    guard let dot = name.lastIndex(of: "."), generationOfBase(name[..<dot]) else { return nil }
    let suffix = name[name.index(after: dot)...]
    for reason in Reason.allCases where suffix.hasPrefix("\(reason.rawValue)-") {
      return UInt64(suffix.dropFirst(reason.rawValue.utf8.count + 1))
    }
    return nil
  }

  private static func generationOfBase(_ name: Substring) -> Bool {
    snapshotGeneration(String(name)) != nil || journalGeneration(String(name)) != nil
  }
}
