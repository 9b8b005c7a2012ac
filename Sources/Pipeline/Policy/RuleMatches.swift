import GoalState
import NetworkTypes
import OpenFlow

extension SecurityGroupRule {
  /// What the rule matches of what is carried, beside the port and the other side: a list of fields for each flow that it
  /// takes. Empty for a rule that no packet can fulfil.
  func matches(in table: RuleTable) -> [[MatchField]] {
    table.isStateful ? connectionMatches : packetMatches
  }

  private var icmpNumber: UInt8 { version == .v4 ? IPProtocol.icmp : IPProtocol.icmpv6 }

  /// Where the datapath does not put a datagram together that came in fragments, but only judges it as a whole, all of
  /// them show the connection's addresses and protocol, and the first one alone shows its ports. The others pass by what
  /// they show: without the first, which the ports decide about, nobody can put anything together of them.
  private var connectionMatches: [[MatchField]] {
    switch traffic {
    case .any: return [[]]
    case .other(let number): return [[.ctProto(number)]]
    case .transport(let number, .some(let ports)) where ports != 0...UInt16.max:
      let parts = MaskedRange.parts(of: ports)
      let flows = parts.map { [MatchField.ctProto(number), .ctTPDst($0.value, mask: $0.mask)] }
      switch number {
      case IPProtocol.tcp, IPProtocol.udp: return flows + [[.ctProto(number), .laterFragment]]
      // The userspace datapath tracks SCTP, but without its ports, so that they are taken from the packet; the kernel's
      // tuple has them, also with ICMP errors.
      case IPProtocol.sctp: return flows + parts.flatMap(SecurityGroupRule.sctpMatches)
      default: return []
      }
    case .transport(let number, _): return [[.ctProto(number)]]
    case .icmp(let type, let code):
      var fields = [MatchField.ctProto(icmpNumber)]
      if let type { fields.append(.ctTPSrc(UInt16(type))) }
      if let code { fields.append(.ctTPDst(UInt16(code))) }
      return type == nil && code == nil ? [fields] : [fields, [.ctProto(icmpNumber), .laterFragment]]
    }
  }

  private static func sctpMatches(_ part: MaskedRange.Part) -> [[MatchField]] {
    let number: [MatchField] = [.ctProto(IPProtocol.sctp), .ipProto(IPProtocol.sctp)]
    return [
      number + [ConnectionState.original, .sctpDst(part.value, mask: part.mask)],
      number + [ConnectionState.answer, .sctpSrc(part.value, mask: part.mask)],
    ]
  }

  /// Fragments have no ports and no ICMP types, which Open vSwitch takes for zeros: they pass where neither is asked for.
  private var packetMatches: [[MatchField]] {
    switch traffic {
    case .any: return [[]]
    case .other(let number): return [[.ipProto(number)]]
    case .transport(let number, .some(let ports)) where ports != 0...UInt16.max:
      return MaskedRange.parts(of: ports).compactMap { part in
        let base: [MatchField] = [.ipProto(number), .unfragmented]
        switch number {
        case IPProtocol.tcp: return base + [.tcpDst(part.value, mask: part.mask)]
        case IPProtocol.udp: return base + [.udpDst(part.value, mask: part.mask)]
        case IPProtocol.sctp: return base + [.sctpDst(part.value, mask: part.mask)]
        default: return nil
        }
      }
    case .transport(let number, _): return [[.ipProto(number)]]
    case .icmp(let type, let code):
      var fields = [MatchField.ipProto(icmpNumber)]
      if type != nil || code != nil { fields.append(.unfragmented) }
      if let type { fields.append(version == .v4 ? .icmpv4Type(type) : .icmpv6Type(type)) }
      if let code { fields.append(version == .v4 ? .icmpv4Code(code) : .icmpv6Code(code)) }
      return [fields]
    }
  }
}

extension MatchField {
  /// No fragment, not even the first.
  fileprivate static let unfragmented = MatchField.ipFrag(0)
  /// A fragment, but the first.
  fileprivate static let laterFragment = MatchField.ipFrag(3)
}
