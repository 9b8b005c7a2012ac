/// The extension messages that are known here (ofp-msgs.h of Open vSwitch).
extension ExtensionNumber {
  static let bundleControl = onf(2300)
  static let bundleAdd = onf(2301)
  static let flowMonitorCancel = onf(1870)
  static let flowMonitorPaused = onf(1871)
  static let flowMonitorResumed = onf(1872)
  static let roleStatus = onf(1911)
  static let requestForward = onf(2350)

  static let setPacketInFormat = nicira(16)
  static let setControllerID = nicira(20)
  static let tunnelOptionMod = nicira(24)
  static let tunnelOptionRequest = nicira(25)
  static let tunnelOptionReply = nicira(26)
  static let setAsync2 = nicira(27)
  static let resume = nicira(28)
  static let conntrackFlushZone = nicira(29)
  static let packetIn2 = nicira(30)
  static let conntrackFlush = nicira(32)

  /// The multipart kind of flow monitors.
  static let flowMonitor = onf(1870)
}
