import NetworkTypes
import OpenFlow

/// One flow in a bundle of its own, sent and waited for by nothing but system calls: what the switch and the machine take for
/// the least that there can be, at the moment of the measurement.
struct BareBundle {
  private let sender: RawSender
  private let bundle: [UInt8]

  init(socket: String) throws {
    sender = RawSender(connection: try RawConnection(unix: socket))
    let flow = Flow(
      table: TableID(rawValue: 20), priority: 1, cookie: InstalledFlows.cookie,
      match: Match([.ethDst(MACAddress(rawValue: 0x0200_0000_0001))]), instructions: [])
    bundle = EncodedBundles.encode(FlowMod.add(flow), xid: 0x2000_0000)
  }

  /// How long it takes, in nanoseconds.
  func send() throws -> UInt64 {
    let start = Clock.now()
    try sender.commit(bundle)
    return Clock.now() - start
  }

  /// Takes the flow away.
  func remove() throws {
    try sender.connection.deleteFlows(cookie: InstalledFlows.cookie, mask: InstalledFlows.cookieMask)
  }
}
