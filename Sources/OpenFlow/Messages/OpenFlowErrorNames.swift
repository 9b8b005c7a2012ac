import NetworkTypes

/// The names of errors, as Open vSwitch 3.1 prints them.
enum OpenFlowErrorNames {
  static func type(_ error: OpenFlowError) -> String {
    switch error.experimenter {
    case Experimenter.onf: return "ONF extension"
    case Experimenter.nicira: return "Nicira extension"
    case .some(let other): return "extension 0x" + hexString(UInt64(other), digits: 8)
    case nil:
      return standard.indices.contains(Int(error.type)) ? standard[Int(error.type)].name : "error type \(error.type)"
    }
  }

  static func code(_ error: OpenFlowError) -> String {
    let unknown = "error code \(error.code)"
    switch error.experimenter {
    case Experimenter.onf: return onf[error.code] ?? unknown
    case Experimenter.nicira where error.type == OpenFlowError.experimenterType: return nicira[error.code] ?? unknown
    case .some: return unknown
    case nil:
      guard standard.indices.contains(Int(error.type)) else { return unknown }
      let codes = standard[Int(error.type)].codes
      return codes.indices.contains(Int(error.code)) ? codes[Int(error.code)] : unknown
    }
  }

  private static func family(_ name: String, _ prefix: String, _ codes: String) -> (name: String, codes: [String]) {
    (name, codes.split(separator: " ").map { "\(prefix)_\($0)" })
  }

  /// Types and their codes by number (ofp_error_type and the enumerations after it).
  static let standard: [(name: String, codes: [String])] = [
    family("OFPET_HELLO_FAILED", "OFPHFC", "INCOMPATIBLE EPERM"),
    family(
      "OFPET_BAD_REQUEST", "OFPBRC",
      """
      BAD_VERSION BAD_TYPE BAD_STAT BAD_VENDOR BAD_SUBTYPE EPERM BAD_LEN BUFFER_EMPTY BUFFER_UNKNOWN BAD_TABLE_ID \
      IS_SECONDARY BAD_PORT BAD_PACKET MULTIPART_BUFFER_OVERFLOW
      """),
    family(
      "OFPET_BAD_ACTION", "OFPBAC",
      """
      BAD_TYPE BAD_LEN BAD_VENDOR BAD_VENDOR_TYPE BAD_OUT_PORT BAD_ARGUMENT EPERM TOO_MANY BAD_QUEUE BAD_OUT_GROUP \
      MATCH_INCONSISTENT UNSUPPORTED_ORDER BAD_TAG BAD_SET_TYPE BAD_SET_LEN BAD_SET_ARGUMENT
      """),
    family(
      "OFPET_BAD_INSTRUCTION", "OFPBIC",
      """
      UNKNOWN_INST UNSUP_INST BAD_TABLE_ID UNSUP_METADATA UNSUP_METADATA_MASK BAD_EXPERIMENTER BAD_EXP_TYPE BAD_LEN EPERM
      """),
    family(
      "OFPET_BAD_MATCH", "OFPBMC",
      """
      BAD_TYPE BAD_LEN BAD_TAG BAD_DL_ADDR_MASK BAD_NW_ADDR_MASK BAD_WILDCARDS BAD_FIELD BAD_VALUE BAD_MASK BAD_PREREQ \
      DUP_FIELD EPERM
      """),
    family(
      "OFPET_FLOW_MOD_FAILED", "OFPFMFC",
      "UNKNOWN TABLE_FULL BAD_TABLE_ID OVERLAP EPERM BAD_TIMEOUT BAD_COMMAND BAD_FLAGS"),
    family(
      "OFPET_GROUP_MOD_FAILED", "OFPGMFC",
      """
      GROUP_EXISTS INVALID_GROUP WEIGHT_UNSUPPORTED OUT_OF_GROUPS OUT_OF_BUCKETS CHAINING_UNSUPPORTED \
      WATCH_UNSUPPORTED LOOP UNKNOWN_GROUP CHAINED_GROUP BAD_TYPE BAD_COMMAND BAD_BUCKET BAD_WATCH EPERM
      """),
    family("OFPET_PORT_MOD_FAILED", "OFPPMFC", "BAD_PORT BAD_HW_ADDR BAD_CONFIG BAD_ADVERTISE EPERM"),
    family("OFPET_TABLE_MOD_FAILED", "OFPTMFC", "BAD_TABLE BAD_CONFIG EPERM"),
    family("OFPET_QUEUE_OP_FAILED", "OFPQOFC", "BAD_PORT BAD_QUEUE EPERM"),
    family("OFPET_SWITCH_CONFIG_FAILED", "OFPSCFC", "BAD_FLAGS BAD_LEN EPERM"),
    family("OFPET_ROLE_REQUEST_FAILED", "OFPRRFC", "STALE UNSUP BAD_ROLE"),
    family(
      "OFPET_METER_MOD_FAILED", "OFPMMFC",
      """
      UNKNOWN METER_EXISTS INVALID_METER UNKNOWN_METER BAD_COMMAND BAD_FLAGS BAD_RATE BAD_BURST BAD_BAND \
      BAD_BAND_VALUE OUT_OF_METERS OUT_OF_BANDS
      """),
    (
      "OFPET_TABLE_FEATURES_FAILED",
      [
        "OFPTFFC_BAD_TABLE", "OFPTFFC_BAD_METADATA", "OFPBPC_BAD_TYPE", "OFPBPC_BAD_LEN", "OFPBPC_BAD_VALUE",
        "OFPTFFC_EPERM",
      ]
    ),
  ]

  /// ONF extension errors: bundles (extension 230), and what Open vSwitch answers to async and flow mod extensions.
  static let onf: [UInt16: String] = [
    2300: "OFPBFC_UNKNOWN", 2301: "OFPBFC_EPERM", 2302: "OFPBFC_BAD_ID", 2303: "OFPBFC_BUNDLE_EXIST",
    2304: "OFPBFC_BUNDLE_CLOSED", 2305: "OFPBFC_OUT_OF_BUNDLES", 2306: "OFPBFC_BAD_TYPE", 2307: "OFPBFC_BAD_FLAGS",
    2308: "OFPBFC_MSG_BAD_LEN", 2309: "OFPBFC_MSG_BAD_XID", 2310: "OFPBFC_MSG_UNSUP", 2311: "OFPBFC_MSG_CONFLICT",
    2312: "OFPBFC_MSG_TOO_MANY", 2313: "OFPBFC_MSG_FAILED", 2314: "OFPBFC_TIMEOUT", 2315: "OFPBFC_BUNDLE_IN_PROGRESS",
    2360: "OFPFMFC_BAD_PRIORITY", 2370: "OFPACFC_INVALID", 2371: "OFPACFC_UNSUPPORTED", 2372: "OFPACFC_EPERM",
  ]

  /// Nicira's errors (NX1.2+ of ofp-errors.h).
  static let nicira: [UInt16: String] = [
    2: "NXBRC_NXM_INVALID", 3: "NXBRC_NXM_BAD_TYPE", 4: "NXBRC_MUST_BE_ZERO", 5: "NXBRC_BAD_REASON",
    6: "OFPMOFC_MONITOR_EXISTS", 7: "OFPMOFC_BAD_FLAGS", 8: "OFPMOFC_UNKNOWN_MONITOR", 9: "NXBRC_FM_BAD_EVENT",
    10: "NXBRC_UNENCODABLE_ERROR", 11: "NXBAC_MUST_BE_ZERO", 12: "NXFMFC_HARDWARE", 13: "NXFMFC_BAD_TABLE_ID",
    15: "NXBAC_BAD_CONJUNCTION", 16: "NXTTMFC_BAD_COMMAND", 17: "NXTTMFC_BAD_OPT_LEN", 18: "NXTTMFC_BAD_FIELD_IDX",
    19: "NXTTMFC_TABLE_FULL", 20: "NXTTMFC_ALREADY_MAPPED", 21: "NXTTMFC_DUP_ENTRY", 34: "NXR_NOT_SUPPORTED",
    35: "NXR_STALE", 36: "NXST_NOT_CONFIGURED", 37: "NXFMFC_INVALID_TLV_FIELD", 38: "NXTTMFC_INVALID_TLV_DEL",
    39: "NXBAC_BAD_HEADER_TYPE", 40: "NXBAC_UNKNOWN_ED_PROP", 41: "NXBAC_BAD_ED_PROP",
    42: "NXBAC_CT_DATAPATH_SUPPORT", 43: "NXBMC_CT_DATAPATH_SUPPORT", 44: "NXTFFC_DUP_TABLE",
  ]
}
