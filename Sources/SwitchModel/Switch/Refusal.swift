import OpenFlow

/// Why the switch does not carry out a request: the numbers of the error that Open vSwitch answers.
public struct Refusal: Error, Hashable, Sendable {
  /// The type; 0xffff for an extension's error.
  public let type: UInt16
  /// The code within the type.
  public let code: UInt16
  /// Whose extension it is, when the type is 0xffff.
  public let experimenter: UInt32?

  /// An error with these numbers.
  public init(type: UInt16, code: UInt16, experimenter: UInt32? = nil) {
    self.type = type
    self.code = code
    self.experimenter = experimenter
  }

  private init(_ family: Family, _ code: UInt16) {
    self.init(type: family.rawValue, code: code)
  }

  /// One of the ONF's errors.
  static func onf(_ code: UInt16) -> Refusal { Refusal(type: 0xffff, code: code, experimenter: 0x4f4e_4600) }
  /// One of Nicira's errors.
  static func nicira(_ code: UInt16) -> Refusal { Refusal(type: 0xffff, code: code, experimenter: 0x2320) }

  /// The error that goes to the one who sent `request`: with all of it, as far as a message has room.
  func error(_ request: [UInt8], xid: UInt32) -> OpenFlowError {
    let room = 65535 - (experimenter == nil ? 12 : 16)
    return OpenFlowError(
      xid: xid, type: type, code: code, experimenter: experimenter, data: Array(request.prefix(room)))
  }
}

extension Refusal: CustomStringConvertible {
  /// The name that Open vSwitch's logs have for it.
  public var description: String {
    OpenFlowError(xid: 0, type: type, code: code, experimenter: experimenter).description
  }
}

// The errors in use, by the names of the specification (OpenFlow 1.3.5 section 7.4.4).
extension Refusal {
  private enum Family: UInt16 {
    case request = 1
    case action = 2
    case instruction = 3
    case match = 4
    case flowMod = 5
    case groupMod = 6
    case portMod = 7
    case tableMod = 8
    case switchConfig = 10
    case role = 11
    case meterMod = 12
  }

  static let badType = Refusal(.request, 1)
  static let badMultipart = Refusal(.request, 2)
  static let badExperimenter = Refusal(.request, 3)
  static let badExperimenterType = Refusal(.request, 4)
  static let notPermitted = Refusal(.request, 5)
  static let badLength = Refusal(.request, 6)
  static let bufferUnknown = Refusal(.request, 8)
  static let badTable = Refusal(.request, 9)
  static let isSecondary = Refusal(.request, 10)
  static let badPort = Refusal(.request, 11)

  static let badActionType = Refusal(.action, 0)
  static let badActionLength = Refusal(.action, 1)
  static let badActionExperimenter = Refusal(.action, 2)
  static let badActionExperimenterType = Refusal(.action, 3)
  static let badOutPort = Refusal(.action, 4)
  static let badArgument = Refusal(.action, 5)
  static let badQueue = Refusal(.action, 8)
  static let badOutGroup = Refusal(.action, 9)
  static let matchInconsistent = Refusal(.action, 10)
  static let unsupportedOrder = Refusal(.action, 11)
  static let badTag = Refusal(.action, 12)
  static let badSetType = Refusal(.action, 13)
  static let badSetLength = Refusal(.action, 14)
  static let badSetArgument = Refusal(.action, 15)
  static let badSetMask = onf(4250)
  static let badConjunction = nicira(15)

  static let unknownInstruction = Refusal(.instruction, 0)
  static let unsupportedInstruction = Refusal(.instruction, 1)
  static let badGotoTable = Refusal(.instruction, 2)
  static let badInstructionExperimenter = Refusal(.instruction, 5)
  static let badInstructionLength = Refusal(.instruction, 7)
  static let duplicateInstruction = onf(2600)

  static let badMatchType = Refusal(.match, 0)
  static let badMatchLength = Refusal(.match, 1)
  static let badWildcards = Refusal(.match, 5)
  static let badField = Refusal(.match, 6)
  static let badValue = Refusal(.match, 7)
  static let badMask = Refusal(.match, 8)
  static let badPrerequisite = Refusal(.match, 9)
  static let duplicateField = Refusal(.match, 10)
  static let invalidOptionField = nicira(37)

  static let flowModUnknown = Refusal(.flowMod, 0)
  static let badFlowTable = Refusal(.flowMod, 2)
  static let overlap = Refusal(.flowMod, 3)
  static let badFlowCommand = Refusal(.flowMod, 6)
  static let badFlowFlags = Refusal(.flowMod, 7)

  static let groupExists = Refusal(.groupMod, 0)
  static let invalidGroup = Refusal(.groupMod, 1)
  static let watchUnsupported = Refusal(.groupMod, 6)
  static let unknownGroup = Refusal(.groupMod, 8)
  static let badGroupType = Refusal(.groupMod, 10)
  static let badGroupCommand = Refusal(.groupMod, 11)
  static let badBucket = Refusal(.groupMod, 12)
  static let badWatch = Refusal(.groupMod, 13)

  static let badPortModPort = Refusal(.portMod, 0)
  static let badHardwareAddress = Refusal(.portMod, 1)
  static let badPropertyType = Refusal(type: 13, code: 2)
  static let badPropertyLength = Refusal(type: 13, code: 3)
  static let tableNotPermitted = Refusal(.tableMod, 2)
  static let badQueuePort = Refusal(type: 9, code: 0)
  static let badQueueNumber = Refusal(type: 9, code: 1)
  static let badConfigFlags = Refusal(.switchConfig, 0)
  static let staleRole = Refusal(.role, 0)
  static let badRole = Refusal(.role, 2)

  static let meterExists = Refusal(.meterMod, 1)
  static let invalidMeter = Refusal(.meterMod, 2)
  static let unknownMeter = Refusal(.meterMod, 3)
  static let badMeterCommand = Refusal(.meterMod, 4)
  static let badMeterFlags = Refusal(.meterMod, 5)
  static let badRate = Refusal(.meterMod, 6)
  static let badBand = Refusal(.meterMod, 8)
  static let outOfBands = Refusal(.meterMod, 11)

  static let bundleUnknown = onf(2300)
  static let badBundleID = onf(2302)
  static let bundleClosed = onf(2304)
  static let badBundleType = onf(2306)
  static let badBundleFlags = onf(2307)
  static let badBundleLength = onf(2308)
  static let badBundleXID = onf(2309)
  static let bundleUnsupported = onf(2310)
  static let bundleFailed = onf(2313)
  static let bundleTimeout = onf(2314)
  static let bundleBadVersion = nicira(10)
  static let invalidAsync = onf(2370)

  static let monitorExists = nicira(6)
  static let badMonitorFlags = nicira(7)
  static let unknownMonitor = nicira(8)
  static let badMonitorEvent = nicira(9)
  static let mustBeZero = nicira(4)
  static let staleResume = nicira(35)
}
