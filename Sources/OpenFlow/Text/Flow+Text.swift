extension FlowFlags {
  /// The words for flags.
  static let words: [(word: String, flag: FlowFlags)] = [
    ("send_flow_rem", .sendFlowRemoved), ("check_overlap", .checkOverlap), ("reset_counts", .resetCounts),
    ("no_packet_counts", .noPacketCounts), ("no_byte_counts", .noByteCounts),
  ]

  /// The words for the flags that are there, and a number for those without one.
  var words: [String] {
    let others = FlowFlags.words.reduce(rawValue) { $0 & ~$1.flag.rawValue }
    return FlowFlags.words.filter { contains($0.flag) }.map(\.word)
      + (others == 0 ? [] : ["flags=0x\(String(others, radix: 16))"])
  }
}

extension Flow {
  /// Timeouts and flags, as they stand behind a flow's match.
  var options: [String] {
    var parts: [String] = []
    if idleTimeout != 0 { parts.append("idle_timeout=\(idleTimeout)") }
    if hardTimeout != 0 { parts.append("hard_timeout=\(hardTimeout)") }
    return parts + flags.words
  }
}

extension Flow: CustomStringConvertible {
  /// A line that ovs-ofctl would read: `table=20,priority=100,arp,reg1=0x64,arp_tpa=10.0.0.3 actions=drop`, with the
  /// cookie in front when there is one.
  public var description: String {
    let cookie = self.cookie == 0 ? "" : "cookie=0x\(String(self.cookie, radix: 16)),"
    let options = self.options.map { ",\($0)" }.joined()
    return "\(cookie)\(key)\(options) actions=\(Instruction.text(instructions))"
  }

  /// The line that `ovs-ofctl --no-stats dump-flows` has for the flow.
  public var listing: String { listing(statistics: "", "") }

  /// The line with what has been counted: the age in front of the table, the rest behind it.
  func listing(statistics age: String, _ counts: String) -> String {
    var text = "cookie=0x\(String(cookie, radix: 16)), \(age)table=\(table), \(counts)"
    if idleTimeout != 0 { text += "idle_timeout=\(idleTimeout), " }
    if hardTimeout != 0 { text += "hard_timeout=\(hardTimeout), " }
    for word in flags.words { text += "\(word) " }
    let match = self.match.description
    if priority != FlowText.defaultPriority { text += "priority=\(priority)\(match.isEmpty ? "" : ",")" }
    text += match
    if !text.hasSuffix(" ") { text += " " }
    return text + "actions=\(Instruction.text(instructions))"
  }
}

extension FlowStatistics: CustomStringConvertible {
  /// The line that `ovs-ofctl dump-flows` has for the flow:
  /// `cookie=0x0, duration=3.2s, table=0, n_packets=5, n_bytes=300, priority=7,ip actions=drop`.
  public var description: String {
    flow.listing(
      statistics: "duration=\(age.secondsText)s, ", "n_packets=\(packets), n_bytes=\(bytes), ")
  }
}

extension Duration {
  /// Seconds, with three digits behind the point when they are not whole.
  var secondsText: String {
    let (seconds, attoseconds) = components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    guard attoseconds != 0 else { return String(seconds) }
    let digits = String(milliseconds)
    return "\(seconds).\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)"
  }
}

extension FlowMod: CustomStringConvertible {
  /// As `ovs-ofctl add-flows` reads it from a file: `add table=…`, `delete_strict table=…`. What the switch does not look
  /// at for a command is left out.
  public var description: String {
    guard command != .add else { return "add \(buffer)\(flow)" }
    let isDeletion = command == .delete || command == .deleteStrict
    var parts: [String] = []
    if cookieMask != 0 {
      parts.append("cookie=0x\(String(cookieFilter.value, radix: 16))/0x\(String(cookieMask, radix: 16))")
    }
    if flow.table != .all || !isDeletion { parts.append("table=\(flow.table)") }
    if command == .modifyStrict || command == .deleteStrict { parts.append("priority=\(flow.priority)") }
    let match = flow.match.description
    if !match.isEmpty { parts.append(match) }
    if isDeletion {
      if outPort != .any { parts.append("out_port=\(outPort)") }
      if outGroup != FlowMod.anyGroup { parts.append("out_group=\(outGroup)") }
    } else {
      parts += flow.options
    }
    let word = FlowMod.commandWords.first { $0.command == command }?.word ?? ""
    let actions = isDeletion ? "" : " actions=\(Instruction.text(flow.instructions))"
    return "\(word) \(isDeletion ? "" : buffer)\(parts.joined(separator: ","))\(actions)"
  }

  private var buffer: String { bufferID == FlowMod.noBuffer ? "" : "buffer_id=\(bufferID)," }
}
