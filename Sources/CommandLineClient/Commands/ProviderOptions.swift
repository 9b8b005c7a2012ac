import ArgumentParser

/// What carries a network between hosts.
struct ProviderOptions: ParsableArguments {
  enum NetworkType: String, CaseIterable, ExpressibleByArgument {
    case vxlan
    case geneve
    case gre
    case vlan
    case flat

    var isTunnel: Bool { self != .vlan && self != .flat }
  }

  @Option(
    name: .customLong("provider-network-type"),
    help: "What carries it between hosts; by default tunnels, as the controller is configured.")
  var type: NetworkType?
  @Option(
    name: .customLong("provider-physical-network"),
    help: ArgumentHelp("The physical network that a VLAN or untagged frames are of.", valueName: "name"),
    transform: referenceOption)
  var physicalNetwork: String?
  @Option(
    name: [.customLong("provider-segment"), .customLong("provider-segmentation-id")],
    help: ArgumentHelp("The tunnels' key, or the VLAN; by default a free key.", valueName: "number"))
  var segment: Int?

  func validate() throws {
    if let physicalNetwork, type?.isTunnel ?? true {
      throw ValidationError(
        "--provider-physical-network \(physicalNetwork) needs --provider-network-type vlan or flat.")
    }
    if let type, !type.isTunnel, physicalNetwork == nil {
      throw ValidationError("--provider-network-type \(type.rawValue) needs --provider-physical-network.")
    }
    if type == .vlan, !(1...4094).contains(segment ?? 0) {
      throw ValidationError("--provider-network-type vlan needs --provider-segment, a VLAN from 1 to 4094.")
    }
    if type == .flat, segment != nil { throw ValidationError("A flat network has no --provider-segment.") }
    if let segment, !(1...0xff_ffff).contains(segment) {
      throw ValidationError("--provider-segment must be from 1 to 16777215.")
    }
  }

  /// The fields of the request: only what was asked for.
  func fields() -> [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    if let type { fields["provider:network_type"] = .string(type.rawValue) }
    if let physicalNetwork { fields["provider:physical_network"] = .string(physicalNetwork) }
    if let segment { fields["provider:segmentation_id"] = .integer(Int64(segment)) }
    return fields
  }
}

/// What carries a network, in a column: `vxlan 12`, `vlan physnet1:100`, `flat physnet1`.
func segmentText(_ network: JSONValue) -> String {
  let place = [network["provider:physical_network"], network["provider:segmentation_id"]].map(\.shortText)
    .filter { !$0.isEmpty }.joined(separator: ":")
  return [network["provider:network_type"].shortText, place].filter { !$0.isEmpty }.joined(separator: " ")
}
