@testable import OpenFlow

/// What the tests of sessions build on: sessions whose handshake is done, and the messages of a switch.
enum SessionSupport {
  typealias ID = SwitchSession.RequestID

  static let base = SwitchSession.firstBundleXID

  /// Deletions of single flows.
  static func mods(_ count: Int) -> [FlowMod] {
    (0..<count).map { index in
      .deleteStrict(FlowKey(table: .init(1), priority: UInt16(truncatingIfNeeded: index), match: .any), cookie: .any)
    }
  }

  /// A session whose handshake is done at time zero.
  static func ready(_ options: SwitchSessionOptions = SwitchSessionOptions(missSendLength: nil)) -> SwitchSession {
    var session = SwitchSession(options: options)
    _ = session.handle(.opened, at: .zero)
    _ = session.handle(.received(GoldenMessages.hello), at: .zero)
    _ = session.handle(.received(GoldenMessages.features), at: .zero)
    return session
  }

  static func control(_ kind: BundleControl.Kind, bundle: UInt32 = base, xid: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    BundleControl(bundle: bundle, kind: kind).encode(to: &bytes, xid: xid)
    return bytes
  }

  static func error(type: UInt16, code: UInt16, xid: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendHeader(type: .error, length: 12, xid: xid)
    bytes.appendInteger(type)
    bytes.appendInteger(code)
    return bytes
  }

  static func barrierReply(xid: UInt32) -> [UInt8] { PlainMessage.encode(.barrierReply, xid: xid) }
  static let echoReply = PlainMessage.encode(.echoReply, xid: 9)

  static func xid(of message: some Collection<UInt8>) -> UInt32 {
    message.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
