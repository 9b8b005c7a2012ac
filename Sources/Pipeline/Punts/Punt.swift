import OpenFlow

/// A packet that is handed to the agent: the only way to make a controller action, so that none is without a ration.
///
/// A flow that punts says what for, and goes on to ``PipelineTable/rationing``, where each port has a meter of its own: a guest
/// that floods costs itself. What is left goes through a meter of its kind in ``PipelineTable/punts``, which bounds what all
/// ports together have, and to the agent, on a connection that carries nothing else.
public enum Punt {
  /// What a packet is handed to the agent for.
  public enum Kind: UInt8, CaseIterable, Sendable {
    /// A router may not forward it any further: the sender is told.
    case timeToLive = 1
    /// Its router has no route for it: the sender is told.
    case noRoute = 2
    /// Nobody has the address that its router would send it to, or nobody that this host knows.
    case unknownNextHop = 3
    /// It is for a MAC address that this host does not know in a network that it does not know all of.
    case unknownDestination = 4
    /// It asks for the MAC address of an IP address that this host does not know in a network that it does not know all of.
    case unknownAddress = 5
    /// It is larger than what carries its network takes: the sender is told.
    case tooBig = 6

    /// How many packets a second of all ports together.
    var rate: UInt32 {
      switch self {
      case .timeToLive, .noRoute, .tooBig: 500
      case .unknownNextHop, .unknownDestination, .unknownAddress: 2000
      }
    }
  }

  /// The number of the agent's connection for packets; others' `controller` actions go elsewhere.
  public static let controllerID: UInt16 = 0xa110

  /// The version of the userdata, its second byte.
  static let version: UInt8 = 1

  /// How many packets a second of one port, and as many more at once. A host that boots asks for few neighbors at a time.
  static let portRate: UInt32 = 100

  /// The numbers of the agent's meters: 0x10000 and an OpenFlow port, or 0x1ff00 and a kind. OpenFlow ports end at 0xfeff; and
  /// Open vSwitch's datapaths have meters up to 200,000 and more.
  public static let meters = MeterID(0x1_0000)...MeterID(0x1_ffff)

  static func meter(of port: OFPort) -> Meter? {
    guard port.isPhysical else { return nil }
    return meter(MeterID(0x1_0000 + port.rawValue), portRate)
  }

  static func meter(of kind: Kind) -> Meter { meter(MeterID(0x1_ff00 + UInt32(kind.rawValue)), kind.rate) }

  private static func meter(_ id: MeterID, _ rate: UInt32) -> Meter {
    Meter(id: id, flags: [.packets, .burst, .statistics], bands: [MeterBand(rate: rate, burst: rate)])
  }

  /// What a flow does with a packet that the agent is to have.
  static func instructions(_ kind: Kind) -> [Instruction] {
    [.applyActions([.load(.punt, UInt32(kind.rawValue))]), .goto(.rationing)]
  }

  /// Hands a packet to the agent, whole.
  static func action(_ kind: Kind) -> Action {
    .controller(
      ControllerAction(
        controllerID: controllerID, userdata: [kind.rawValue, version], meter: meter(of: kind).id.rawValue))
  }

  /// What a packet was handed over for, by the bytes that came with it; nil for those of another version, or of somebody else.
  public static func kind(userdata: [UInt8]?) -> Kind? {
    guard let userdata, userdata.count == 2, userdata[1] == version else { return nil }
    return Kind(rawValue: userdata[0])
  }
}
