import OpenFlow

/// An action as it lies in a message, found but not decoded further than Open vSwitch's checks need.
struct ActionBytes {
  /// Which action it is (ofp-actions.c, enum ofp_raw_action_type).
  let kind: Kind
  /// Where it is in the message, header included.
  let range: Range<Int>
  /// The actions in it.
  var nested: [ActionBytes] = []

  /// The numbers of an action: whose it is, and which of theirs.
  struct Kind: Hashable {
    let experimenter: UInt32
    let number: UInt16

    private static func nicira(_ number: UInt16) -> Kind { Kind(experimenter: 0x2320, number: number) }
    private static func standard(_ number: UInt16) -> Kind { Kind(experimenter: 0, number: number) }

    static let output = standard(0)
    // Deprecated since OpenFlow 1.2, and still taken.
    static let setVLANOld = standard(1)
    static let setPriorityOld = standard(2)
    static let setIPv4SourceOld = standard(5)
    static let setIPv4DestinationOld = standard(6)
    static let setTOSOld = standard(7)
    static let setECNOld = standard(8)
    static let setSourcePortOld = standard(9)
    static let setDestinationPortOld = standard(10)
    static let setLabelTTL = standard(15)
    static let decrementLabelTTL = standard(16)
    static let pushVLAN = standard(17)
    static let popVLAN = standard(18)
    static let pushLabel = standard(19)
    static let popLabel = standard(20)
    static let setQueue = standard(21)
    static let group = standard(22)
    static let setTTL = standard(23)
    static let decrementTTL = standard(24)
    static let setField = standard(25)
    static let resubmit = nicira(1)
    static let setTunnel = nicira(2)
    static let move = nicira(6)
    static let load = nicira(7)
    static let note = nicira(8)
    static let setTunnel64 = nicira(9)
    static let resubmitTable = nicira(14)
    static let outputField = nicira(15)
    static let learn = nicira(16)
    static let exit = nicira(17)
    static let decrementTTLNamed = nicira(21)
    static let controller = nicira(20)
    static let push = nicira(27)
    static let pop = nicira(28)
    static let outputField2 = nicira(32)
    static let setFieldMasked = nicira(33)
    static let conjunction = nicira(34)
    static let track = nicira(35)
    static let translate = nicira(36)
    static let controller2 = nicira(37)
    static let outputTruncated = nicira(39)
    static let clone = nicira(42)
    static let clearTracking = nicira(43)
    static let resubmitTuple = nicira(44)
    static let learnLimited = nicira(45)
    static let checkLength = nicira(49)
    static let deleteField = nicira(50)
    static let copyField = Kind(experimenter: 0x4f4e_4600, number: 3200)
  }

  /// The lengths that an action may have.
  private static let lengths: [Kind: ClosedRange<Int>] = {
    let longest = 65528
    var lengths: [Kind: ClosedRange<Int>] = [
      .output: 16...16, .setVLANOld: 8...8, .setPriorityOld: 8...8, Kind(experimenter: 0, number: 3): 16...16,
      Kind(experimenter: 0, number: 4): 16...16, .setIPv4SourceOld: 8...8, .setIPv4DestinationOld: 8...8,
      .setTOSOld: 8...8, .setECNOld: 8...8, .setSourcePortOld: 8...8, .setDestinationPortOld: 8...8,
      Kind(experimenter: 0, number: 13): 8...8, Kind(experimenter: 0, number: 14): 8...8, .setLabelTTL: 8...8,
      .decrementLabelTTL: 8...8, .pushVLAN: 8...8, .popVLAN: 8...8,
      .pushLabel: 8...8, .popLabel: 8...8, .setQueue: 8...8, .group: 8...8, .setTTL: 8...8, .decrementTTL: 8...8,
      .setField: 8...longest, .resubmit: 16...16, .setTunnel: 16...16, .move: 24...longest, .load: 24...24,
      .note: 16...longest, .setTunnel64: 24...24, .resubmitTable: 16...16, .outputField: 24...24,
      .learn: 32...longest, .exit: 16...16, .decrementTTLNamed: 16...longest,
      .controller: 16...16, .push: 24...24, .pop: 24...24, .outputField2: 24...24, .setFieldMasked: 16...longest,
      .conjunction: 16...16, .track: 24...longest, .translate: 16...longest, .controller2: 16...longest,
      .outputTruncated: 16...16, .clone: 16...longest, .clearTracking: 16...16, .resubmitTuple: 16...16,
      .learnLimited: 40...longest, .checkLength: 24...24, .deleteField: 24...24, .copyField: 24...longest,
    ]
    // Actions whose contents are not looked at here: set_queue and pop_queue of old, multipath, bundle, fin_timeout,
    // sample, encap, decap.
    for (number, range) in [
      4: 16...16, 5: 16...16, 10: 32...32, 12: 32...longest, 13: 32...longest, 19: 16...16, 29: 24...24, 38: 32...32,
      41: 32...32, 46: 16...longest, 47: 16...16, 48: 16...16,
    ] as [UInt16: ClosedRange<Int>] {
      lengths[Kind(experimenter: 0x2320, number: number)] = range
    }
    return lengths
  }()

  /// Finds the action at `offset`; the list that it is in ends at `end`.
  init(_ bytes: [UInt8], at offset: Int, end: Int) throws(Refusal) {
    guard end - offset >= 8, let type = bytes.uint16(at: offset), let stated = bytes.uint16(at: offset + 2) else {
      throw .badActionLength
    }
    if type == 0xffff {
      let experimenter = bytes.uint32(at: offset + 4) ?? 0
      guard experimenter == 0x2320 || experimenter == 0x4f4e_4600 else { throw .badActionExperimenter }
      guard end - offset >= 16, let number = bytes.uint16(at: offset + 8) else { throw .badActionLength }
      kind = Kind(experimenter: experimenter, number: number)
    } else {
      kind = Kind(experimenter: 0, number: type)
    }
    guard let lengths = ActionBytes.lengths[kind] else {
      throw kind.experimenter == 0 ? .badActionType : .badActionExperimenterType
    }
    let length = Int(stated)
    guard length <= end - offset, lengths.contains(length), length % 8 == 0 else { throw .badActionLength }
    range = offset..<(offset + length)
  }
}
