/// The numbers of the standard actions (ofp_action_type).
enum ActionType {
  static let output: UInt16 = 0
  static let pushVLAN: UInt16 = 17
  static let popVLAN: UInt16 = 18
  static let setQueue: UInt16 = 21
  static let group: UInt16 = 22
  static let setTTL: UInt16 = 23
  static let decrementTTL: UInt16 = 24
  static let setField: UInt16 = 25
  static let experimenter: UInt16 = 0xffff
}

/// The numbers of Nicira's actions (ofp-actions.c of Open vSwitch, enum ofp_raw_action_type).
enum NiciraAction {
  static let move: UInt16 = 6
  static let load: UInt16 = 7
  static let note: UInt16 = 8
  static let resubmitTable: UInt16 = 14
  static let outputField: UInt16 = 15
  static let exit: UInt16 = 17
  static let setFieldMasked: UInt16 = 33
  static let conjunction: UInt16 = 34
  static let controller: UInt16 = 37
  static let clone: UInt16 = 42
  static let ctClear: UInt16 = 43
}

/// The organisations whose extensions are in use.
enum Experimenter {
  static let nicira: UInt32 = 0x0000_2320
  static let onf: UInt32 = 0x4f4e_4600
  /// The network service header's fields (NXOXM_NSH).
  static let nsh: UInt32 = 0x005a_d650
}
