/// What a connection is for, and so what the switch is to tell on it without having been asked.
public enum SwitchPurpose: Hashable, Sendable {
  /// Anything: ports, removed flows and packets, as the switch has it by itself. On its management socket Open vSwitch
  /// says nothing unasked until it has been told how much of a packet to send; nil leaves it at that.
  case general(missSendLength: UInt16?)
  /// Programming only: nothing that was not asked for comes, so that no answer waits behind packets.
  case programming
  /// Packets for the controller, and nothing else unasked. `controllerID` is the number that `controller` actions
  /// address; when they say nothing, it is 0. With the format `.nicira2`, packets come with the actions' userdata.
  case packets(controllerID: UInt16 = 0, format: PacketInFormat = .standard)
}

extension SwitchPurpose {
  /// The reasons for a packet: no match, an action, a bad TTL. Open vSwitch takes no others over OpenFlow 1.3.
  private static let packetReasons: UInt32 = 0x7

  /// The messages that ask the switch for what the connection is for.
  var setup: [OpenFlowMessage] {
    switch self {
    case .general(nil):
      []
    case .general(let length?):
      [.setConfig(SwitchConfiguration(missSendLength: length))]
    case .programming:
      [SwitchPurpose.tellOnly(packets: 0)]
    case .packets(let controllerID, let format):
      // The length at last: with it alone, everything unasked would come for a moment.
      [
        SwitchPurpose.tellOnly(packets: SwitchPurpose.packetReasons), .setControllerID(controllerID),
        .setPacketInFormat(format), .setConfig(SwitchConfiguration(missSendLength: .max)),
      ]
    }
  }

  private static func tellOnly(packets reasons: UInt32) -> OpenFlowMessage {
    let none = AsyncConfiguration.Reasons(primary: 0, secondary: 0)
    let packets = AsyncConfiguration.Reasons(primary: reasons, secondary: 0)
    return .setAsync(AsyncConfiguration(packetIn: packets, portStatus: none, flowRemoved: none))
  }
}
