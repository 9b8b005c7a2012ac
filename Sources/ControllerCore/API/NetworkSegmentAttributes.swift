import NetworkTypes

/// `provider:*`: what carries a network between hosts.
enum NetworkSegmentAttributes {
  /// What a request asks for.
  struct Request {
    var segment: SegmentRecord
    /// The tunnels' key; nil for any.
    var vni: VNI?
  }

  static func read(
    _ attributes: inout AttributeReader, default standard: NetworkType
  ) throws(APIError) -> Request {
    let known = NetworkType.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    var named: NetworkType?
    if case .value(let type) = try attributes.parsed(
      "provider:network_type", "type of network: one of \(known)", { NetworkType(rawValue: $0) })
    {
      named = type
    }
    var physicalNetwork: String?
    if case .value(let name) = try attributes.parsed(
      "provider:physical_network", "name of a physical network: letters, digits, '.', '-' and '_', at most 64",
      { isPhysicalNetwork($0) ? $0 : nil })
    {
      physicalNetwork = name
    }
    var number: Int?
    if case .value(let value) = try attributes.integer("provider:segmentation_id", in: Int.min...Int.max) {
      number = value
    }
    let type = named ?? standard
    if type.isTunnel { return try tunnel(type, physicalNetwork, number, isNamed: named != nil) }
    return try physical(type, physicalNetwork, number)
  }

  private static func tunnel(
    _ type: NetworkType, _ physicalNetwork: String?, _ number: Int?, isNamed: Bool
  ) throws(APIError) -> Request {
    guard physicalNetwork == nil else {
      throw .invalidInput(
        isNamed
          ? "provider:physical_network specified for \(type.rawValue) network."
          : "provider:network_type required: a physical network carries 'vlan' or 'flat' networks.")
    }
    guard let number else { return Request(segment: SegmentRecord(type: type)) }
    guard let vni = VNI(number) else {
      throw .invalid("provider:segmentation_id", "\(number) is not between 1 and 16777215.")
    }
    return Request(segment: SegmentRecord(type: type), vni: vni)
  }

  private static func physical(
    _ type: NetworkType, _ physicalNetwork: String?, _ number: Int?
  ) throws(APIError) -> Request {
    guard let physicalNetwork else {
      throw .invalidInput("provider:physical_network required for \(type.rawValue) provider network.")
    }
    if type == .flat {
      guard number == nil else {
        throw .invalidInput("provider:segmentation_id prohibited for flat provider network.")
      }
      return Request(segment: SegmentRecord(type: .flat, physicalNetwork: physicalNetwork))
    }
    guard let number else { throw .invalidInput("provider:segmentation_id required for vlan provider network.") }
    guard (1...4094).contains(number), let vlan = UInt16(exactly: number) else {
      throw .invalidInput("provider:segmentation_id out of range (1 through 4094).")
    }
    return Request(segment: SegmentRecord(type: .vlan, physicalNetwork: physicalNetwork, vlan: vlan))
  }

  /// The name becomes part of the store's keys, and is one that hosts' bridge mappings can have.
  private static func isPhysicalNetwork(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// Gives a network its number, and makes sure that nobody else has its segment.
  static func claim(_ request: Request, owner: String, _ plan: inout ChangePlan) throws(APIError) -> VNI {
    let segment = request.segment
    if !segment.type.isTunnel, !plan.claim(segment, owner: owner) { throw inUse(segment) }
    guard let vni = request.vni else { return try plan.claimVNI(owner: owner) }
    guard plan.claim(vni, owner: owner) else {
      throw APIError(409, "TunnelIdInUse", "Unable to create the network. The tunnel ID \(vni) is in use.")
    }
    return vni
  }

  private static func inUse(_ segment: SegmentRecord) -> APIError {
    let physicalNetwork = segment.physicalNetwork ?? ""
    guard let vlan = segment.vlan else {
      return APIError(
        409, "FlatNetworkInUse",
        "Unable to create the flat network. Physical network \(physicalNetwork) is in use.")
    }
    return APIError(
      409, "VlanIdInUse",
      "Unable to create the network. The VLAN \(vlan) on physical network \(physicalNetwork) is in use.")
  }

  static func show(_ record: NetworkRecord) -> [JSONValue.Member] {
    let segment = record.segment ?? .standard
    let number = segment.type.isTunnel ? Int(record.vni.rawValue) : segment.vlan.map { Int($0) }
    return [
      .init("provider:network_type", .string(segment.type.rawValue)),
      .init("provider:physical_network", segment.physicalNetwork.map { .string($0) } ?? .null),
      .init("provider:segmentation_id", number.map { .integer($0) } ?? .null),
    ]
  }
}
