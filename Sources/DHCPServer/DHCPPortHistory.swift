import DHCP
import NetworkTypes
import Synchronization

/// What happened on a port: its leases, how often they were declined, and how much its guest sent lately.
///
/// There is one for each port, written by the responder's thread and read by whoever shows it: no list of leases is ever
/// copied or locked as a whole. A port whose guest has never said anything takes a pointer.
public final class DHCPPortHistory: Sendable {
  let state = Mutex<DHCPPortState?>(nil)

  /// Nothing has happened.
  public init() {}

  /// The lease of IPv4 or of IPv6; nil when the guest has never been answered.
  public func lease(_ version: IPVersion) -> DHCPLease? { state.withLock { $0?.lease(version) } }

  /// What the responder did with a message that only asked.
  public enum ProbeOutcome: Hashable, Sendable {
    /// Answered, with this address if there was one.
    case answered(IPAddress?)
    /// Dropped, for this reason.
    case dropped(String)
  }

  /// Tells that a message with this transaction id will only ask whether the guest would be answered: it is not taken for
  /// the guest's.
  public func expectProbe(_ transaction: UInt32, _ version: IPVersion) {
    change { state in
      switch version {
      case .v4: state.v4.expectProbe(transaction)
      case .v6: state.withV6 { $0.expectProbe(transaction) }
      }
    }
  }

  /// What became of the message that only asks, if it has come.
  public func lastProbe(_ transaction: UInt32, _ version: IPVersion) -> ProbeOutcome? {
    state.withLock { state in
      switch version {
      case .v4: state?.v4.probeOutcome(transaction)
      case .v6: state?.v6?.conversation.probeOutcome(transaction)
      }
    }
  }

  /// How many of the guest's router solicitations were answered.
  public var advertisements: Int { state.withLock { $0?.advertisements ?? 0 } }

  /// Hands the state to `body`; it is made when it is first needed.
  func change(_ body: (DHCPPortState) -> Void) {
    state.withLock { state in
      let existing = state ?? DHCPPortState()
      state = existing
      body(existing)
    }
  }
}

/// The state of one port, under its history's lock. The two protocols are two conversations: addresses of the two kinds are
/// declined one by one.
final class DHCPPortState {
  typealias V4 = DHCPConversation<DHCPMessageType, DHCPClientState, IPv4Address>
  typealias V6 = DHCPConversation<DHCPv6MessageType, DHCPv6MessageType, IPv6Address>

  /// What is said over IPv6 takes no room before it is said.
  final class V6Box {
    var conversation = V6()
  }

  var bucket = DHCPTokenBucket()
  var v4 = V4()
  var advertisements = 0
  private(set) var v6: V6Box?

  func withV6<Result>(_ body: (inout V6) -> Result) -> Result {
    let box = v6 ?? V6Box()
    v6 = box
    return body(&box.conversation)
  }

  func lease(_ version: IPVersion) -> DHCPLease? {
    switch version {
    case .v4: v4.lease { .v4($0) }
    case .v6: v6?.conversation.lease { .v6($0) }
    }
  }
}
