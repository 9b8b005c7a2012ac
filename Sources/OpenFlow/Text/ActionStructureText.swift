import NetworkTypes

extension ControllerAction {
  private static let reasons = ["no_match", "action", "invalid_ttl", "action_set", "group", "packet_out"]

  /// Reads `reason=no_match,max_len=123,id=7,userdata=01.02,pause,meter_id=5`.
  init(_ piece: TextPiece) throws(TextError) {
    self.init()
    for item in try piece.items() {
      switch item.name.text {
      case "reason":
        let value = try item.required("a reason")
        if let index = ControllerAction.reasons.firstIndex(of: value.text) {
          reason = UInt8(index)
        } else {
          reason = try value.integer("a reason")
        }
      case "max_len": maxLength = try item.required("a length").integer("a length of 0 to 65535")
      case "id": controllerID = try item.required("an id").integer("a controller's id")
      case "userdata": userdata = try item.required("bytes").hexBytes(dotted: true)
      case "pause":
        try item.requireNoValue()
        pause = true
      case "meter_id": meter = try item.required("a meter").integer("a meter's number")
      default: throw item.name.failure("reason=, max_len=, id=, userdata=, pause or meter_id=")
      }
    }
  }
}

extension HashFields {
  init(_ piece: TextPiece) throws(TextError) {
    guard let fields = HashFields.allCases.first(where: { piece == $0.name }) else {
      throw piece.failure("fields to hash, such as eth_src or symmetric_l4")
    }
    self = fields
  }
}

extension MultipathAction {
  /// Reads `eth_src,50,modulo_n,1,0,NXM_NX_REG0[]`.
  init(_ piece: TextPiece) throws(TextError) {
    let words = piece.words
    guard words.count == 6 else {
      throw piece.failure("fields, basis, algorithm, number of links, argument and a field")
    }
    guard let algorithm = Algorithm.allCases.first(where: { words[2] == $0.name }) else {
      throw words[2].failure("modulo_n, hash_threshold, hrw or iter_hash")
    }
    let links = try words[3].number("1 to 65536 links", upTo: 65536)
    guard links > 0 else { throw words[3].failure("1 to 65536 links") }
    self.init(
      fields: try HashFields(words[0]), basis: try words[1].integer("a basis"), algorithm: algorithm,
      highest: UInt16(truncatingIfNeeded: links - 1), argument: try words[4].integer("an argument"),
      destination: try FieldSlice(words[5]))
  }
}

extension BundleAction {
  /// Reads `eth_src,0,hrw,ofport,members:4,8`, with a field before the members of bundle_load.
  init(_ piece: TextPiece, loads: Bool) throws(TextError) {
    guard let (head, tail) = piece.split("members:") ?? piece.split("slaves:") else {
      throw piece.rest.failure("members:")
    }
    let words = head.words
    guard words.count == (loads ? 5 : 4) else { throw head.failure("fields, basis, algorithm and ofport") }
    guard let algorithm = Algorithm.allCases.first(where: { words[2] == $0.name }) else {
      throw words[2].failure("active_backup or hrw")
    }
    guard words[3] == "ofport" else { throw words[3].failure("ofport") }
    var members: [OFPort] = []
    for word in tail.words { members.append(try word.port()) }
    self.init(
      fields: try HashFields(words[0]), basis: try words[1].integer("a basis"), algorithm: algorithm,
      members: members, destination: loads ? try FieldSlice(words[4]) : nil)
  }
}

extension SampleAction {
  /// Reads `probability=1,collector_set_id=2,obs_domain_id=3,obs_point_id=4,sampling_port=5,egress`.
  init(_ piece: TextPiece) throws(TextError) {
    var probability: UInt16?
    var (collectorSet, domain, point): (UInt32, UInt32, UInt32) = (0, 0, 0)
    var port: OFPort?
    var direction: Direction?
    for item in try piece.items() {
      switch item.name.text {
      case "probability": probability = try item.required("a probability").integer("a probability of 0 to 65535")
      case "collector_set_id": collectorSet = try item.required("a number").integer("a number")
      case "obs_domain_id": domain = try item.required("a number").integer("a number")
      case "obs_point_id": point = try item.required("a number").integer("a number")
      case "sampling_port": port = try item.required("a port").port()
      case "ingress": direction = .ingress
      case "egress": direction = .egress
      default:
        throw item.name.failure("probability=, collector_set_id=, obs_domain_id=, obs_point_id= or sampling_port=")
      }
    }
    guard let probability else { throw piece.failure("probability=") }
    self.init(
      probability: probability, collectorSet: collectorSet, domain: domain, point: point, samplingPort: port,
      direction: direction)
  }
}

extension PacketType {
  /// Reads what comes under a header that is taken off: nothing, or `packet_type(ns=0,type=0)`.
  init(decapsulated piece: TextPiece) throws(TextError) {
    guard !piece.isEmpty else {
      self = .next
      return
    }
    guard let item = try piece.items().first, item.name == "packet_type", let value = item.value else {
      throw piece.failure("packet_type(ns=0,type=0)")
    }
    var (namespace, number): (UInt16, UInt16) = (0, 0)
    for part in try value.items() {
      switch part.name.text {
      case "ns": namespace = try part.required("a namespace").integer("a namespace")
      case "type": number = try part.required("a type").integer("a type")
      default: throw part.name.failure("ns= or type=")
      }
    }
    self.init(namespace: namespace, number: number)
  }
}

extension Encapsulation {
  private static let names: [(name: String, type: PacketType)] = [
    ("ethernet", .ethernet), ("nsh", .nsh), ("mpls", .mpls), ("mpls_mc", .mplsMulticast),
  ]

  /// Reads `ethernet`, `nsh(md_type=1)`, `mpls`, `packet_type(1,0x88cc)`.
  init(_ piece: TextPiece) throws(TextError) {
    var items = TextItems(piece)
    guard let item = try items.next() else { throw piece.failure("a header") }
    let type = try Encapsulation.type(item)
    var properties: [Property] = []
    let inside = item.name == "packet_type" ? try items.parenthesised() : item.value
    for part in try inside?.items() ?? [] { properties.append(try Property(part)) }
    guard items.rest.isEmpty else { throw items.rest.failure("one header") }
    self.init(type, properties: properties)
  }
}

extension Encapsulation {
  private static func type(_ item: TextItem) throws(TextError) -> PacketType {
    if let type = names.first(where: { item.name == $0.name })?.type { return type }
    guard item.name == "packet_type", let value = item.value else {
      throw item.name.failure("ethernet, nsh, mpls, mpls_mc or packet_type")
    }
    let words = value.words
    guard words.count == 2 else { throw value.failure("a namespace and a type") }
    return PacketType(namespace: try words[0].integer("a namespace"), number: try words[1].integer("a type"))
  }
}

extension Encapsulation.Property {
  private static let nshClass: UInt16 = 4

  /// Reads `md_type=1`, `tlv(0x1000,10,0x12345678)`, `property(4,3,0x01)`.
  fileprivate init(_ item: TextItem) throws(TextError) {
    let value = try item.required("a value")
    switch item.name.text {
    case "md_type":
      self.init(propertyClass: Self.nshClass, type: 1, value: [try value.integer("a type of metadata")])
    case "tlv":
      let words = value.words
      guard words.count == 3 else { throw value.failure("a class, a type and a value") }
      let optionClass: UInt16 = try words[0].integer("a class")
      let bytes = try FieldValueText.digits(words[2])
      let head = [UInt8(optionClass >> 8), UInt8(truncatingIfNeeded: optionClass), try words[1].integer("a type")]
      guard bytes.count <= 124 else { throw words[2].failure("at most 124 bytes") }
      // With its header of eight bytes the option fills whole words.
      let zeros = [UInt8](repeating: 0, count: roundedUpToEight(bytes.count) - bytes.count)
      self.init(propertyClass: Self.nshClass, type: 2, value: head + [UInt8(bytes.count)] + bytes + zeros)
    case "property":
      let words = value.words
      guard words.count == 3 else { throw value.failure("a class, a type and a value") }
      self.init(
        propertyClass: try words[0].integer("a class"), type: try words[1].integer("a type"),
        value: try words[2].prefixedHexBytes())
    default: throw item.name.failure("md_type=, tlv() or property()")
    }
  }
}
