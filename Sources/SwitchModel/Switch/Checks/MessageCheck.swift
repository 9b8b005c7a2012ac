import OpenFlow

/// What a message has to be before anybody looks at its contents: known, of a length that it can have, and a request
/// (ofp-msgs.h).
enum MessageCheck {
  /// The lengths that a message of one number may have: a fixed part, and how many bytes what may follow comes in.
  private struct Lengths {
    let fixed: Int
    /// Nil when nothing follows; 1 for any number of bytes.
    let step: Int?

    func contains(_ length: Int) -> Bool {
      guard let step else { return length == fixed }
      return length >= fixed && (length - fixed) % step == 0
    }
  }

  private static func exactly(_ fixed: Int) -> Lengths { Lengths(fixed: fixed, step: nil) }
  private static func from(_ fixed: Int, step: Int = 1) -> Lengths { Lengths(fixed: fixed, step: step) }

  private static let standard: [MessageType: Lengths] = [
    .hello: from(8), .error: from(12), .echoRequest: from(8), .echoReply: from(8), .featuresRequest: exactly(8),
    .getConfigRequest: exactly(8), .setConfig: exactly(12), .packetOut: from(24), .flowMod: from(48, step: 8),
    .groupMod: from(16, step: 8), .portMod: exactly(40), .tableMod: exactly(16), .multipartRequest: from(16),
    .barrierRequest: exactly(8), .queueGetConfigRequest: exactly(16), .roleRequest: exactly(24),
    .getAsyncRequest: exactly(8), .setAsync: exactly(32), .meterMod: from(16, step: 8),
  ]

  /// What a switch sends and does not take: only after its length is found right.
  private static let replies: [MessageType: Lengths] = [
    .featuresReply: exactly(32), .getConfigReply: exactly(12), .packetIn: from(32), .flowRemoved: from(48, step: 8),
    .portStatus: exactly(80), .multipartReply: from(16), .barrierReply: exactly(8), .queueGetConfigReply: from(16),
    .roleReply: exactly(24), .getAsyncReply: exactly(32),
  ]

  /// Requests of the extensions: of Nicira's by number, then of the ONF's.
  private static let nicira: [UInt32: Lengths] = [
    15: exactly(24), 16: exactly(20), 18: exactly(16), 19: exactly(40), 20: exactly(24), 24: from(24, step: 8),
    25: exactly(16), 27: from(16), 28: from(16), 29: exactly(24), 32: from(24),
  ]
  private static let onf: [UInt32: Lengths] = [1870: exactly(20), 2300: from(24), 2301: from(24)]

  private static let multipart: [UInt16: Lengths] = [
    0: exactly(16), 1: from(48, step: 8), 2: from(48, step: 8), 3: exactly(16), 4: exactly(24), 5: exactly(24),
    6: exactly(24), 7: exactly(16), 8: exactly(16), 9: exactly(24), 10: exactly(24), 11: exactly(16), 12: from(16),
    13: exactly(16),
  ]

  /// Checks a message with its header.
  static func check(_ bytes: [UInt8]) throws(Refusal) {
    guard let number = bytes.byte(at: 1) else { throw .badLength }
    guard let type = MessageType(rawValue: number) else { throw .badType }
    switch type {
    case .experimenter: try checkExtension(bytes)
    case .multipartRequest: try checkMultipart(bytes)
    default:
      guard let lengths = standard[type] ?? replies[type] else { throw .badType }
      guard lengths.contains(bytes.count) else { throw .badLength }
      guard standard[type] != nil else { throw .badType }
    }
  }

  private static func checkExtension(_ bytes: [UInt8]) throws(Refusal) {
    guard let experimenter = bytes.uint32(at: 8), let subtype = bytes.uint32(at: 12) else { throw .badLength }
    let known: [UInt32: Lengths]
    switch experimenter {
    case 0x2320: known = nicira
    case 0x4f4e_4600: known = onf
    default: throw .badExperimenter
    }
    guard let lengths = known[subtype] else { throw .badExperimenterType }
    guard lengths.contains(bytes.count) else { throw .badLength }
  }

  private static func checkMultipart(_ bytes: [UInt8]) throws(Refusal) {
    guard let kind = bytes.uint16(at: 8) else { throw .badLength }
    if kind == 0xffff {
      guard let experimenter = bytes.uint32(at: 16), let subtype = bytes.uint32(at: 20) else { throw .badLength }
      guard experimenter == 0x2320 || experimenter == 0x4f4e_4600 else { throw .badExperimenter }
      guard experimenter == 0x4f4e_4600, subtype == 1870 else { throw .badExperimenterType }
      return
    }
    guard let lengths = multipart[kind] else { throw .badMultipart }
    guard lengths.contains(bytes.count) else { throw .badLength }
  }
}
