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
    var notes = DHCPClientNotes()
    let outcome = DHCPv6Responder.respond(
      to: frame, binding: port.ipv6?.binding, serverMAC: port.serverMAC,
      holdsOffers: state.v6?.conversation.backOff.holdsOffers(at: elapsed) ?? false, into: &reply, notes: &notes)
    if logsEveryOutcome { logger.debug("DHCPv6", metadata: ["port": "\(port.name)", "outcome": "\(outcome)"]) }
    let address = port.ipv6?.binding.configuration.addresses.first
    if state.v6?.conversation.isProbe(notes) == true {
      state.withV6 { $0.noteProbe(DHCPPortHistory.ProbeOutcome(outcome, address)) }
      if case .reply = outcome { batch.append(reply) }
      return
    }
    switch outcome {
    case .reply(let description, let event):
      batch.append(reply)
      counters.answersV6[.init(description.kind, description.request), default: 0] += 1
      if event == nil, note(description, address, state, notes, frame) { hasNews = true }
      note(event, port, state, elapsed, notes, frame, &counters)
    case .drop(.notUDP): advertise(to: frame, port, state, &counters)
    case .drop(let reason): counters.dropsV6[reason, default: 0] += 1
    }
  }

  /// Notes a reply; returns whether it is worth telling.
  private func note(
    _ reply: DHCPv6Reply, _ address: IPv6Address?, _ state: DHCPPortState, _ notes: DHCPClientNotes, _ frame: RawSpan
  ) -> Bool {
    let acknowledges = reply.kind == .reply && reply.grantsLease
    return state.withV6 { conversation in
      let wasInConflict = conversation.isInConflict
      let isNews = conversation.note(
        reply.kind, reply.request, reply.grantsLease || reply.request == .confirm ? address : nil, at: seconds,
        acknowledges: acknowledges, notes, in: frame)
      guard acknowledges, reply.request == .renew || reply.request == .rebind else { return isNews }
      conversation.noteRenewal()
      return isNews || wasInConflict
    }
  }

  private mutating func note(
    _ event: DHCPv6Event?, _ port: DHCPServedPort, _ state: DHCPPortState, _ elapsed: Duration,
    _ notes: DHCPClientNotes, _ frame: RawSpan, _ counters: inout DHCPCounters
  ) {
    switch event {
    case nil: return
    case .released:
      counters.releases += 1
      let address = port.ipv6?.binding.configuration.addresses.first
      let isNews = state.withV6 {
        $0.note(.release, nil, address, at: seconds, acknowledges: false, notes, in: frame)
      }
      if isNews { hasNews = true }
    case .declined(let address, _):
      counters.declines += 1
      state.withV6 { conversation in
        if !conversation.isInConflict { warnOfDecline(port, "\(address)") }
        _ = conversation.note(.decline, nil, address, at: seconds, acknowledges: false, notes, in: frame)
        conversation.noteDecline(at: elapsed)
      }
      hasNews = true
    }
  }

  /// Advertises to these ports what nobody has asked for.
  mutating func advertise(to macs: some Sequence<MACAddress>, from snapshot: DHCPSnapshot) {
    for mac in macs {
      guard let port = snapshot.port(of: mac), let advertiser = port.ipv6?.advertiser else { continue }
      advertiser.advertise(from: port.serverMAC, into: &reply)
      batch.append(reply)
    }
  }

  private mutating func advertise(
    to frame: RawSpan, _ port: DHCPServedPort, _ state: DHCPPortState, _ counters: inout DHCPCounters
  ) {
    guard let advertiser = port.ipv6?.advertiser, let header = try? EthernetHeader(parsing: frame) else {
      counters.dropsV6[.noBinding, default: 0] += 1
      return
    }
    do throws(RouterSolicitationDropReason) {
      try advertiser.respond(to: frame, portMAC: header.source, from: port.serverMAC, into: &reply)
      batch.append(reply)
      counters.advertisements += 1
      state.advertisements += 1
    } catch {
      counters.solicitationDrops[error, default: 0] += 1
    }
  }
}

extension DHCPPortHistory.ProbeOutcome {
  fileprivate init(_ outcome: DHCPv6Outcome, _ address: IPv6Address?) {
    switch outcome {
    case .reply(let reply, _): self = .answered(reply.grantsLease ? address.map { .v6($0) } : nil)
    case .drop(let reason): self = .dropped(reason.rawValue)
    }
  }
}
