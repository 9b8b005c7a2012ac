import DHCP
import NetworkTypes
import Synchronization

/// What happened on a port: the lease, how often it was declined, and how much its guest sent lately.
///
/// There is one for each port, written by the responder's thread and read by whoever shows it: no list of leases is ever
/// copied or locked as a whole. A port whose guest has never said anything takes a pointer.
public final class DHCPPortHistory: Sendable {
  let state = Mutex<DHCPPortState?>(nil)

  /// Nothing has happened.
  public init() {}

  /// The lease; nil when the guest has never been answered.
  public var lease: DHCPLease? { state.withLock { $0?.lease } }

  /// What the responder did with a message that only asked.
  public enum ProbeOutcome: Hashable, Sendable {
    case answered(IPv4Address)
    case dropped(DHCPDropReason)
  }

  /// What became of the last message that only asked, if it had this transaction id.
  public func lastProbe(_ transaction: UInt32) -> ProbeOutcome? {
    state.withLock { state in
      state?.lastProbe.flatMap { $0.transaction == transaction ? $0.outcome : nil }
    }
  }

  /// Hands the state to `body`; it is made when it is first needed.
  func change(_ body: (DHCPPortState) -> Void) {
    state.withLock { state in
      let existing = state ?? DHCPPortState()
      state = existing
      body(existing)
    }
  }
}

/// The state of one port, under its history's lock.
final class DHCPPortState {
  var bucket = DHCPTokenBucket()
  var backOff = DHCPDeclineBackOff()
  private(set) var lastProbe: (transaction: UInt32, outcome: DHCPPortHistory.ProbeOutcome)?
  private var last: (message: DHCPMessageType, time: Int, address: IPv4Address)?
  private var acknowledged: Int?
  private var declines = 0
  private var hostName = Words()
  private var vendorClass = Words()

  /// A guest's words, and a hash of them, which tells without a look at them that they are the same again.
  private struct Words {
    var bytes: [UInt8] = []
    var hash: UInt64 = 0
  }

  /// The longest of a guest's words that is kept.
  private static let longestText = 64

  var isInConflict: Bool { declines > 0 }

  var lease: DHCPLease? {
    last.map { last in
      DHCPLease(
        lastMessage: last.message, time: last.time, address: last.address, acknowledged: acknowledged,
        declines: declines, hostName: DHCPPortState.printable(hostName.bytes),
        vendorClass: DHCPPortState.printable(vendorClass.bytes))
    }
  }

  /// Notes what became of a message, if it only asked whether the guest would be answered; returns whether it did.
  func noteProbe(_ outcome: DHCPOutcome, _ notes: DHCPClientNotes, in frame: RawSpan) -> Bool {
    let range = notes.vendorClass
    guard range.count == DHCPServedPort.probeClass.count, range.upperBound <= frame.byteCount,
      frame.extracting(range).withUnsafeBytes({ $0.elementsEqual(DHCPServedPort.probeClass) })
    else { return false }
    switch outcome {
    case .reply(let reply): lastProbe = (notes.transactionID, .answered(reply.address))
    case .drop(let reason): lastProbe = (notes.transactionID, .dropped(reason))
    case .event: return false
    }
    return true
  }

  /// Notes a message, and what the guest says of itself if that is new.
  func note(
    _ message: DHCPMessageType, _ address: IPv4Address, at seconds: Int, _ notes: DHCPClientNotes, in frame: RawSpan
  ) {
    last = (message, seconds, address)
    if message == .ack { acknowledged = seconds }
    DHCPPortState.replace(&hostName, notes.hostName, frame)
    DHCPPortState.replace(&vendorClass, notes.vendorClass, frame)
  }

  func noteDecline(at elapsed: Duration) {
    declines += 1
    backOff.declined(at: elapsed)
  }

  func noteRenewal() {
    backOff.renewed()
    declines = 0
  }

  /// Keeps the bytes if they are others than before.
  private static func replace(_ kept: inout Words, _ range: Range<Int>, _ frame: RawSpan) {
    guard !range.isEmpty, range.upperBound <= frame.byteCount else { return }
    let end = min(range.upperBound, range.lowerBound + longestText)
    frame.extracting(range.lowerBound..<end).withUnsafeBytes { bytes in
      // FNV-1a. A guest that finds other words of the same hash is shown with its old ones.
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      if hash != kept.hash { kept = Words(bytes: Array(bytes), hash: hash) }
    }
  }

  /// Bytes from a guest as text that disturbs no log and no terminal.
  private static func printable(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
  }
}
