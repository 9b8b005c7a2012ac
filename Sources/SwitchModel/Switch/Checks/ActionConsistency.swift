import OpenFlow

/// The third of the checks of actions: whether the packets of the match are what the actions need (ofp-actions.c,
/// check_*). Actions that make something else of a packet count for those after them.
struct ActionConsistency {
  let bytes: [UInt8]
  private(set) var match: MatchCheck
  /// The VLAN tags that are known to be there, the outer one first.
  private var tags: [Bool]
  /// What is wrong in a way that Open vSwitch notes and answers only when nothing else is.
  private(set) var isInconsistent = false

  init(_ bytes: [UInt8], _ match: MatchCheck) {
    self.bytes = bytes
    self.match = match
    tags = [match.satisfies(.vlan), false]
  }

  mutating func check(_ actions: [ActionBytes]) throws(Refusal) {
    for action in actions { try check(action) }
  }

  private mutating func check(_ action: ActionBytes) throws(Refusal) {
    let start = action.range.lowerBound
    let end = action.range.upperBound
    switch action.kind {
    case .setField: try setField(at: start + 4, end)
    case .setFieldMasked: try setField(at: start + 10, end)
    case .move, .copyField:
      let first = start + (action.kind == .move ? 16 : 20)
      let source = try ActionDecoding(bytes: bytes).field(at: first, end, .header)
      try require(source.field)
      try require(try ActionDecoding(bytes: bytes).field(at: first + source.header.length, end, .header).field)
    case .load: try setField(at: start + 12, start + 16, isLoad: true)
    case .outputField: try require(try ActionDecoding(bytes: bytes).field(at: start + 12, end, .header).field)
    case .push, .pop: try require(try ActionDecoding(bytes: bytes).field(at: start + 12, end, .header).field)
    case .pushVLAN:
      guard !tags[1] else { throw .badTag }
      tags = [true, tags[0]]
      noteTag()
    case .popVLAN:
      if !tags[0] { isInconsistent = true }
      tags = [tags[1], false]
      noteTag()
    case .pushLabel:
      match.assume(.etherType, UInt128(bytes.uint16(at: start + 4) ?? 0))
      match.assume(.ipProtocol, 0)
    case .popLabel:
      if !match.satisfies(.mpls) { isInconsistent = true }
      match.assume(.etherType, UInt128(bytes.uint16(at: start + 4) ?? 0))
    case .setTTL, .decrementTTL, .decrementTTLNamed:
      if !match.satisfies(.ip) { isInconsistent = true }
    case .setVLANOld, .setPriorityOld: if !tags[0] { isInconsistent = true }
    case .setIPv4SourceOld, .setIPv4DestinationOld: if !match.satisfies(.ipv4) { isInconsistent = true }
    case .setTOSOld, .setECNOld: if !match.satisfies(.ip) { isInconsistent = true }
    case .setSourcePortOld, .setDestinationPortOld:
      let hasPorts = [IPNumber.tcp, IPNumber.udp, IPNumber.sctp].contains { match.satisfies(.transport($0)) }
      if !hasPorts { isInconsistent = true }
    case .setLabelTTL, .decrementLabelTTL: if !match.satisfies(.mpls) { isInconsistent = true }
    case .track: try track(action)
    case .translate: try translate(start)
    case .outputTruncated:
      try ActionDecoding(bytes: bytes).checkPort(OFPort(wide: bytes.uint16(at: start + 10) ?? 0))
    case .clone: try checkCopy(action.nested)
    case .resubmitTuple: guard match.satisfies(.connection) else { throw .matchInconsistent }
    default: break
    }
  }

  private mutating func checkCopy(_ actions: [ActionBytes]) throws(Refusal) {
    var copy = self
    copy.isInconsistent = false
    try copy.check(actions)
    if copy.isInconsistent { isInconsistent = true }
  }

  private mutating func noteTag() {
    match.assume(.vlanControl, tags[0] ? MatchCheck.vlanPresent : 0)
  }

  private func require(_ field: KeyField) throws(Refusal) {
    guard match.satisfies(field.prerequisite) else { throw .matchInconsistent }
  }

  private mutating func setField(at offset: Int, _ end: Int, isLoad: Bool = false) throws(Refusal) {
    let (field, header) = try ActionDecoding(bytes: bytes).field(at: offset, end, .entry)
    try require(field)
    if field.place == .vlanID { guard match.satisfies(.vlan) else { throw .matchInconsistent } }
    guard field.place == .vlanControl else { return }
    let value = isLoad ? 0x1000 : bytes.number(at: offset + header.length, count: 2) ?? 0
    tags[0] = value & MatchCheck.vlanPresent != 0
    noteTag()
  }

  private mutating func track(_ action: ActionBytes) throws(Refusal) {
    let start = action.range.lowerBound
    let isCommit = (bytes.uint16(at: start + 10) ?? 0) & 1 != 0
    let number = match.value(.ipProtocol)
    let helper = bytes.uint16(at: start + 22) ?? 0
    guard match.satisfies(.ip), match.value(.ctState) & 0x10 == 0 || !isCommit,
      helper != 21 || number == UInt128(IPNumber.tcp), helper != 69 || number == UInt128(IPNumber.udp)
    else { throw .matchInconsistent }
    if bytes.uint32(at: start + 12) != 0 {
      // With a zone from a field Open vSwitch looks no further.
      return try require(try ActionDecoding(bytes: bytes).field(at: start + 12, start + 16, .shortHeader).field)
    }
    try checkCopy(action.nested)
  }

  private func translate(_ start: Int) throws(Refusal) {
    let present = bytes.uint16(at: start + 14) ?? 0
    guard match.satisfies(.ip), present & 3 == 0 || match.satisfies(.ipv4), present & 0xc == 0 || match.satisfies(.ipv6)
    else { throw .matchInconsistent }
  }
}
