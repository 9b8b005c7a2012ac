import OpenFlow

/// One of the switch's connections to controllers.
public struct ConnectionID: Hashable, Sendable {
  /// The number, which whoever opens the connection chooses.
  public let rawValue: UInt64

  /// The connection of this number.
  public init(_ rawValue: UInt64) {
    self.rawValue = rawValue
  }
}

extension ConnectionID: Comparable {
  /// In the order of the numbers.
  public static func < (lhs: ConnectionID, rhs: ConnectionID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What kind of connection it is: that decides what is told unasked.
public enum ConnectionKind: Hashable, Sendable {
  /// To a socket that the switch listens on, such as a bridge's management socket: nothing is told until somebody asks.
  case service
  /// To a controller that the switch was told to connect to.
  case controller
}

/// What the switch keeps of a connection.
struct ControllerState: Sendable {
  /// Whether the other side's hello has come.
  var hasGreeted = false
  let kind: ConnectionKind
  var role = ControllerRole.equal
  var missSendLength: UInt16
  /// Set-config's flag that asks for packets whose TTL is used up.
  var wantsInvalidTTL = false
  var packetInFormat = PacketInFormat.standard
  var controllerID: UInt16 = 0
  /// By the kinds of asynchronous messages; nil until somebody has set them.
  var reasons = AsyncReasons()
  var bundles: [UInt32: Bundle] = [:]
  var monitors: [UInt32: FlowMonitorRequest] = [:]

  /// How much of a packet goes to a controller that has not said (OFP_DEFAULT_MISS_SEND_LEN).
  static let defaultMissSendLength: UInt16 = 128

  init(_ kind: ConnectionKind) {
    self.kind = kind
    missSendLength = kind == .controller ? ControllerState.defaultMissSendLength : 0
  }

  /// Whether the connection is told of something (connmgr.c, ofconn_receives_async_msg).
  func wants(_ kind: AsyncReasons.Kind, reason: UInt8) -> Bool {
    guard hasGreeted, self.kind == .controller || missSendLength != 0, reason < 32 else { return false }
    return reasons[kind, role] >> UInt32(reason) & 1 == 1
  }

  /// Somebody has said what to tell: a management connection gets it from now on.
  mutating func startTelling() {
    if kind == .service, missSendLength == 0 { missSendLength = ControllerState.defaultMissSendLength }
  }
}

/// The reasons for which something is told unasked, by kind and role.
struct AsyncReasons: Hashable, Sendable {
  /// What is told, by the numbers of the properties of set-async: twice the kind, one more for the primary.
  enum Kind: Int, CaseIterable, Sendable {
    case packetIn = 0
    case portStatus = 1
    case flowRemoved = 2
    case roleStatus = 3
    case tableStatus = 4
    case requestForward = 5

    /// The reasons that there are.
    var known: UInt32 {
      switch self {
      case .packetIn: 0x7
      case .portStatus: 0x7
      case .flowRemoved: 0x3f
      case .roleStatus: 0x7
      case .tableStatus: 0x18
      case .requestForward: 0x3
      }
    }
  }

  private var primary: [UInt32] = [0x3, 0x7, 0xf, 0, 0, 0]
  private var secondary: [UInt32] = [0, 0x7, 0, 0, 0, 0]

  subscript(kind: Kind, role: ControllerRole) -> UInt32 {
    get { role == .secondary ? secondary[kind.rawValue] : primary[kind.rawValue] }
    set {
      if role == .secondary {
        secondary[kind.rawValue] = newValue
      } else {
        primary[kind.rawValue] = newValue
      }
    }
  }

  /// The three kinds that OpenFlow 1.3 has.
  var configuration: AsyncConfiguration {
    get {
      func reasons(_ kind: Kind) -> AsyncConfiguration.Reasons {
        AsyncConfiguration.Reasons(primary: self[kind, .primary], secondary: self[kind, .secondary])
      }
      return AsyncConfiguration(
        packetIn: reasons(.packetIn), portStatus: reasons(.portStatus), flowRemoved: reasons(.flowRemoved))
    }
    set {
      for (kind, reasons) in [
        (Kind.packetIn, newValue.packetIn), (.portStatus, newValue.portStatus), (.flowRemoved, newValue.flowRemoved),
      ] {
        self[kind, .primary] = reasons.primary & kind.known
        self[kind, .secondary] = reasons.secondary & kind.known
      }
    }
  }
}
