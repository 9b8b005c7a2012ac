/// What a rule allows of which protocol: `tcp 80-90`, `icmp type 8 code 0`, `any`.
func trafficText(_ rule: JSONValue) -> String {
  let name = rule["protocol"].shortText
  guard !name.isEmpty else { return "any" }
  let low = rule["port_range_min"].shortText
  let high = rule["port_range_max"].shortText
  guard !low.isEmpty else { return name }
  if name.contains("icmp") || name == "1" || name == "58" {
    return "\(name) type \(low)" + (high.isEmpty ? "" : " code \(high)")
  }
  return low == high ? "\(name) \(low)" : "\(name) \(low)-\(high)"
}

/// Whom a rule allows it with: addresses, a group, or anybody.
func remoteText(_ rule: JSONValue, _ groupNames: [String: String]) -> String {
  let prefix = rule["remote_ip_prefix"].shortText
  if !prefix.isEmpty { return prefix }
  let group = rule["remote_group_id"].shortText
  guard !group.isEmpty else { return "any" }
  return "group " + (groupNames[group].flatMap { $0.isEmpty ? nil : $0 } ?? group)
}

/// A rule in a few words: `ingress IPv4 tcp 22 from 10.0.0.0/24`.
func ruleText(_ rule: JSONValue) -> String {
  let side = rule["direction"].string == "egress" ? "to" : "from"
  return "\(rule["direction"].shortText) \(rule["ethertype"].shortText) \(trafficText(rule)) \(side) "
    + remoteText(rule, [:])
}

/// By group, then as a person looks for a rule.
func ruleOrder(_ rule: JSONValue, _ groupNames: [String: String]) -> [String] {
  let group = rule["security_group_id"].shortText
  return [
    groupNames[group] ?? "", group, rule["direction"].shortText, rule["ethertype"].shortText, trafficText(rule),
    remoteText(rule, groupNames), rule.id,
  ]
}

func ruleColumns(groupNames: [String: String], showsGroup: Bool) -> [Column] {
  let group = Column("GROUP") { rule in
    let id = rule["security_group_id"].shortText
    return Cell(groupNames[id].flatMap { $0.isEmpty ? nil : $0 } ?? id)
  }
  return (showsGroup ? [group] : []) + [
    Column("ID", field: "id"),
    Column("DIRECTION", field: "direction"),
    Column("ETHERTYPE", field: "ethertype"),
    Column("TRAFFIC") { Cell(trafficText($0)) },
    Column("REMOTE") { Cell(remoteText($0, groupNames)) },
  ]
}
