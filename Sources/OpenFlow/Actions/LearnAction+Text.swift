extension LearnAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `learn(table=1,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])`.
  public var description: String {
    var parts = ["table=\(table)"]
    let numbers: [(String, UInt16, UInt16)] = [
      ("idle_timeout", idleTimeout, 0), ("hard_timeout", hardTimeout, 0), ("fin_idle_timeout", finIdleTimeout, 0),
      ("fin_hard_timeout", finHardTimeout, 0), ("priority", priority, 0x8000),
    ]
    for (name, number, usual) in numbers where number != usual { parts.append("\(name)=\(number)") }
    if flags.contains(.sendFlowRemoved) { parts.append("send_flow_rem") }
    if flags.contains(.deleteLearned) { parts.append("delete_learned") }
    if cookie != 0 { parts.append("cookie=0x\(String(cookie, radix: 16))") }
    if limit != 0 { parts.append("limit=\(limit)") }
    if let resultDestination { parts.append("result_dst=\(resultDestination)") }
    parts += specifications.map(\.description)
    return "learn(\(parts.joined(separator: ",")))"
  }
}

extension LearnAction.Specification: CustomStringConvertible {
  /// As ovs-ofctl has it: `NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]`, `load:0x5->NXM_NX_REG1[3..7]`.
  public var description: String {
    switch (source, target) {
    case (.value(let value), .match(let slice)):
      if slice == FieldSlice(slice.field) {
        return "\(slice.field)=\(MatchField(slice.field, value: value).setFieldText)"
      }
      return "\(slice)=0x\(String(value, radix: 16))"
    case (.field(let source), .match(let slice)): return source == slice ? "\(slice)" : "\(slice)=\(source)"
    case (.value(let value), .load(let slice)): return "load:0x\(String(value, radix: 16))->\(slice)"
    case (.field(let source), .load(let slice)): return "load:\(source)->\(slice)"
    case (.value(let value), .output): return "output:0x\(String(value, radix: 16))"
    case (.field(let source), .output): return "output:\(source)"
    }
  }
}
