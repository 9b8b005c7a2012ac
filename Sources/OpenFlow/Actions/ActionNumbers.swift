/// The numbers of the standard actions (ofp_action_type).
enum ActionType {
  static let output: UInt16 = 0
  static let copyTTLOut: UInt16 = 11
  static let copyTTLIn: UInt16 = 12
  static let setMPLSTTL: UInt16 = 15
  static let decrementMPLSTTL: UInt16 = 16
  static let pushVLAN: UInt16 = 17
  static let popVLAN: UInt16 = 18
  static let pushMPLS: UInt16 = 19
  static let popMPLS: UInt16 = 20
  static let setQueue: UInt16 = 21
  static let group: UInt16 = 22
  static let setTTL: UInt16 = 23
  static let decrementTTL: UInt16 = 24
  static let setField: UInt16 = 25
  static let pushPBB: UInt16 = 26
  static let popPBB: UInt16 = 27
  static let experimenter: UInt16 = 0xffff
}

/// The numbers of Nicira's actions (ofp-actions.c of Open vSwitch, enum ofp_raw_action_type).
enum NiciraAction {
  static let resubmit: UInt16 = 1
  static let setTunnel: UInt16 = 2
  static let popQueue: UInt16 = 5
  static let move: UInt16 = 6
  static let load: UInt16 = 7
  static let note: UInt16 = 8
  static let setTunnel64: UInt16 = 9
  static let multipath: UInt16 = 10
  static let bundle: UInt16 = 12
  static let bundleLoad: UInt16 = 13
  static let resubmitTable: UInt16 = 14
  static let outputField: UInt16 = 15
  static let learn: UInt16 = 16
  static let exit: UInt16 = 17
  static let finTimeout: UInt16 = 19
  static let controller: UInt16 = 20
  static let decrementTTLTelling: UInt16 = 21
  static let push: UInt16 = 27
  static let pop: UInt16 = 28
  static let sample: UInt16 = 29
  static let outputFieldWide: UInt16 = 32
  static let setFieldMasked: UInt16 = 33
  static let conjunction: UInt16 = 34
  static let track: UInt16 = 35
  static let translate: UInt16 = 36
  static let controllerProperties: UInt16 = 37
  static let samplePort: UInt16 = 38
  static let outputTruncated: UInt16 = 39
  static let sampleDirection: UInt16 = 41
  static let clone: UInt16 = 42
  static let ctClear: UInt16 = 43
  static let resubmitTuple: UInt16 = 44
  static let learnLimited: UInt16 = 45
  static let encapsulate: UInt16 = 46
  static let decapsulate: UInt16 = 47
  static let decrementNSHTTL: UInt16 = 48
  static let checkLength: UInt16 = 49
  static let deleteField: UInt16 = 50
}

/// The numbers of the ONF's extension actions.
enum ONFAction {
  static let copyField: UInt16 = 3200
}

/// The organisations whose extensions are in use.
enum Experimenter {
  static let nicira: UInt32 = 0x0000_2320
  static let onf: UInt32 = 0x4f4e_4600
  /// The network service header's fields (NXOXM_NSH).
  static let nsh: UInt32 = 0x005a_d650
}
