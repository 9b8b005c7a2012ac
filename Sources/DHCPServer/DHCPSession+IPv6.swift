import DHCP
import Logging
import NetworkTypes
import PacketCapture
import PacketFormats

// What comes over IPv6: DHCPv6, and guests that look for their router.

extension DHCPSession {
  /// Whether a frame carries IPv6, under a tag of priority too.
  static func isIPv6(_ frame: RawSpan) -> Bool {
    guard frame.byteCount >= 18 else { return false }
    func type(at offset: Int) -> UInt16 {
      UInt16(bigEndian: frame.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
    let first = type(at: 12)
    return (first == EtherType.vlan.rawValue ? type(at: 16) : first) == EtherType.ipv6.rawValue
  }

  mutating func answerIPv6(
    _ frame: RawSpan, _ port: DHCPServedPort, _ state: DHCPPortState, _ elapsed: Duration,
    _ counters: inout DHCPCounters
  ) {
    let outcome = DHCPv6Responder.respond(
      to: frame, binding: port.ipv6?.binding, serverMAC: port.serverMAC,
      holdsOffers: state.backOffV6.holdsOffers(at: elapsed), into: &reply)
    switch outcome {
    case .reply(let description, let event):
      batch.append(reply)
      counters.repliesV6[description.kind, default: 0] += 1
      note(event, port, state, elapsed, &counters)
      if [.renew, .rebind].contains(description.request), description.grantsLease { state.noteRenewalV6() }
    case .drop(.notUDP): advertise(to: frame, port, &counters)
    case .drop(let reason): counters.dropsV6[reason, default: 0] += 1
    }
    if logsEveryOutcome { logger.debug("DHCPv6", metadata: ["port": "\(port.name)", "outcome": "\(outcome)"]) }
  }

  private func note(
    _ event: DHCPv6Event?, _ port: DHCPServedPort, _ state: DHCPPortState, _ elapsed: Duration,
    _ counters: inout DHCPCounters
  ) {
    switch event {
    case nil: break
    case .released: counters.releases += 1
    case .declined(let address, _):
      counters.declines += 1
      if state.declinesV6 == 0 {
        logger.warning(
          "guest declined its address: somebody else may be using it",
          metadata: ["port": "\(port.name)", "address": "\(address)"])
      }
      state.noteDeclineV6(at: elapsed)
    }
  }

  /// Advertises to everybody what nobody has asked for, some at a time. Where one interface leads to all guests, what several
  /// of them are to be told is sent once.
  mutating func advertise(
    _ snapshot: DHCPSnapshot, piece: Int, send: (FrameBatch) throws(CaptureError) -> Void
  ) throws(CaptureError) {
    var told: Set<RouterAdvertiser> = []
    for port in snapshot.all {
      guard let advertiser = port.ipv6?.advertiser else { continue }
      if snapshot.key == .source, !told.insert(advertiser).inserted { continue }
      advertiser.advertise(into: &reply)
      batch.append(reply)
      guard batch.count >= piece else { continue }
      try send(batch)
      batch.removeAll()
    }
    if batch.count > 0 { try send(batch) }
    batch.removeAll()
  }

  private mutating func advertise(to frame: RawSpan, _ port: DHCPServedPort, _ counters: inout DHCPCounters) {
    guard let advertiser = port.ipv6?.advertiser, let header = try? EthernetHeader(parsing: frame) else {
      counters.dropsV6[.noBinding, default: 0] += 1
      return
    }
    do throws(RouterSolicitationDropReason) {
      try advertiser.respond(to: frame, portMAC: header.source, into: &reply)
      batch.append(reply)
      counters.advertisements += 1
    } catch {
      counters.solicitationDrops[error, default: 0] += 1
    }
  }
}
