import NetworkTypes

extension ControllerAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `controller(userdata=01.02,meter_id=3)`.
  public var description: String {
    var parts: [String] = []
    if reason != 1 { parts.append("reason=\(reasonName)") }
    if maxLength != .max { parts.append("max_len=\(maxLength)") }
    if controllerID != 0 { parts.append("id=\(controllerID)") }
    if !userdata.isEmpty { parts.append("userdata=" + Action.dotted(userdata)) }
    if pause { parts.append("pause") }
    if let meter { parts.append("meter_id=\(meter)") }
    let isPlain = reason == 1 && controllerID == 0 && userdata.isEmpty && !pause && meter == nil
    return isPlain ? "CONTROLLER:\(maxLength)" : "controller(\(parts.joined(separator: ",")))"
  }

  private var reasonName: String {
    switch reason {
    case 0: "no_match"
    case 1: "action"
    case 2: "invalid_ttl"
    case 3: "action_set"
    case 4: "group"
    case 5: "packet_out"
    // Open vSwitch has them for itself, and no name for them.
    case 6, 7: ""
    default: String(reason)
    }
  }
}

extension TrackAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `ct(commit,zone=5,nat(src=10.0.0.1))`.
  public var description: String {
    var parts: [String] = []
    if commit { parts.append("commit") }
    if force { parts.append("force") }
    if let table { parts.append("table=\(table)") }
    switch zone {
    case .number(0): break
    case .number(let number): parts.append("zone=\(number)")
    case .field(let slice): parts.append("zone=\(slice)")
    }
    if let translation { parts.append(translation.description) }
    if !actions.isEmpty { parts.append("exec(\(Action.text(actions)))") }
    switch helper {
    case 0: break
    case 21: parts.append("alg=ftp")
    case 69: parts.append("alg=tftp")
    default: parts.append("alg=\(helper)")
    }
    return "ct(\(parts.joined(separator: ",")))"
  }
}

extension TranslateAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `nat(src=10.0.0.1-10.0.0.9:1000-2000,random)`.
  public var description: String {
    guard kind != .existing else { return "nat" }
    var text = kind == .source ? "src" : "dst"
    let ports = self.ports.flatMap { $0.first == 0 ? nil : $0 }
    switch addresses {
    case .v4(let range):
      text += "=" + range.text(unlessLast: .any) { $0.description }
    case .v6(let range):
      text += "=" + range.text(unlessLast: .any) { ports == nil ? $0.description : "[\($0)]" }
    case nil: break
    }
    if let ports { text += (addresses == nil ? "" : ":") + ports.text(unlessLast: 0) { $0.description } }
    if options.contains(.persistent) { text += ",persistent" }
    if options.contains(.hash) { text += ",hash" }
    if options.contains(.random) { text += ",random" }
    return "nat(\(text))"
  }
}

extension TranslateAction.Range {
  /// The first, and the last when there is one that differs.
  fileprivate func text(unlessLast none: Bound, _ describe: (Bound) -> String) -> String {
    guard let last, last != none, last != first else { return describe(first) }
    return "\(describe(first))-\(describe(last))"
  }
}

extension MultipathAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[])`.
  public var description: String {
    "multipath(\(fields.name),\(basis),\(algorithm.name),\(Int(highest) + 1),\(argument),\(destination))"
  }
}

extension BundleAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `bundle(eth_src,0,hrw,ofport,members:4,8)`.
  public var description: String {
    let destination = self.destination.map { "\($0)," } ?? ""
    let members = self.members.map(\.description).joined(separator: ",")
    return "\(self.destination == nil ? "bundle" : "bundle_load")"
      + "(\(fields.name),\(basis),\(algorithm.name),ofport,\(destination)members:\(members))"
  }
}

extension SampleAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `sample(probability=1,collector_set_id=2,obs_domain_id=3,obs_point_id=4)`.
  public var description: String {
    var text = "sample(probability=\(probability),collector_set_id=\(collectorSet)"
    text += ",obs_domain_id=\(domain),obs_point_id=\(point)"
    if let samplingPort, samplingPort != .any { text += ",sampling_port=\(samplingPort)" }
    if let direction, direction != .unspecified { text += ",\(direction)" }
    return text + ")"
  }
}

extension Encapsulation: CustomStringConvertible {
  private static let nshClass: UInt16 = 4

  /// As ovs-ofctl has it: `encap(nsh(md_type=1))`.
  public var description: String {
    let name =
      switch type {
      case .ethernet: "ethernet"
      case .nsh: "nsh"
      case .mpls: "mpls"
      case .mplsMulticast: "mpls_mc"
      default: "packet_type(\(type.namespace),\(type.numberText))"
      }
    guard !properties.isEmpty else { return "encap(\(name))" }
    return "encap(\(name)(\(properties.map(Encapsulation.text).joined(separator: ","))))"
  }

  private static func text(_ property: Property) -> String {
    switch (property.propertyClass, property.type, property.value.count) {
    case (nshClass, 1, 1...): "md_type=\(property.value[0])"
    case (nshClass, 2, 4...):
      "tlv(0x\(hexString(Array(property.value[0..<2]))),\(property.value[2])"
        + ",0x\(hexString(Array(property.value[4..<min(property.value.count, 4 + Int(property.value[3]))]))))"
    default: "property(\(property.propertyClass),\(property.type),0x\(hexString(property.value)))"
    }
  }
}

extension PacketType {
  /// The number in hexadecimal digits, but plain zero.
  var numberText: String { number == 0 ? "0" : "0x" + String(number, radix: 16) }
}
