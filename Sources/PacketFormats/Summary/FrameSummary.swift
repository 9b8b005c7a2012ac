import NetworkTypes

/// Says in a few words what a UDP payload is, or nil when it does not know.
public typealias UDPPayloadDescriber = (_ source: UInt16, _ destination: UInt16, _ payload: RawSpan) -> String?

/// One line of text for a frame, in the manner of tcpdump's. Any bytes give a line, cut captures included.
public struct FrameSummary {
  private let describeUDP: UDPPayloadDescriber?

  /// The deepest nesting of tunnelled frames that is looked into.
  private static let maximumDepth = 3

  /// - Parameter describeUDP: asked about every UDP payload first, for protocols that this target does not know.
  public init(describeUDP: UDPPayloadDescriber? = nil) {
    self.describeUDP = describeUDP
  }

  /// The line for `frame`.
  ///
  /// - Parameter originalLength: the frame's length on the wire when the capture was cut.
  public func line(for frame: RawSpan, originalLength: Int? = nil) -> String {
    let length = originalLength ?? frame.byteCount
    let cut = length > frame.byteCount ? " (\(frame.byteCount) captured)" : ""
    return describeFrame(frame, depth: 0) + ", length \(length)" + cut
  }

  private func describeFrame(_ frame: RawSpan, depth: Int) -> String {
    do throws(PacketError) {
      let header = try EthernetHeader(parsing: frame)
      let payload = frame.extracting(header.length..<frame.byteCount)
      var text = "\(header.source) > \(header.destination), "
      for tag in [header.outerTag, header.innerTag] {
        guard let tag else { continue }
        text += "\(tag.tagProtocol == .vlan ? "vlan" : "svlan") \(tag.vid) p \(tag.priority), "
      }
      return text + describePayload(payload, of: header.etherType, depth: depth)
    } catch {
      return "[\(error)]"
    }
  }

  private func describePayload(_ payload: RawSpan, of type: EtherType, depth: Int) -> String {
    do throws(PacketError) {
      switch type {
      case .arp: return describe(try ARPPacket(parsing: payload))
      case .ipv4:
        let header = try IPv4Header(parsing: payload, acceptsCutPayload: true)
        let flow = IPFlow(
          source: .v4(header.source), destination: .v4(header.destination), ipProtocol: header.ipProtocol,
          statedLength: header.statedPayloadLength)
        let warning = header.checksumIsValid ? "" : " [bad IPv4 checksum]"
        if header.fragmentOffset != 0 {
          return "\(flow.hosts): \(header.ipProtocol) fragment at \(Int(header.fragmentOffset) * 8)" + warning
        }
        let text = describeTransport(payload.extracting(header.payload), flow, depth: depth)
        return text + (header.moreFragments ? " [first fragment]" : "") + warning
      case .ipv6:
        let header = try IPv6Header(parsing: payload, acceptsCutPayload: true)
        let flow = IPFlow(
          source: .v6(header.source), destination: .v6(header.destination), ipProtocol: header.upperProtocol,
          statedLength: header.statedPayloadLength)
        guard header.startsUpperLayer else { return "\(flow.hosts): \(header.upperProtocol) fragment" }
        let text = describeTransport(payload.extracting(header.payload), flow, depth: depth)
        return text + (header.isFragment ? " [first fragment]" : "")
      default:
        return type.rawValue <= 1500 ? "802.3 frame" : "\(type)"
      }
    } catch {
      return "\(type) [\(error)]"
    }
  }

  private func describeTransport(_ bytes: RawSpan, _ flow: IPFlow, depth: Int) -> String {
    do throws(PacketError) {
      switch flow.ipProtocol {
      case .udp: return describeUDP(bytes, flow, try UDPHeader(parsing: bytes, acceptsCutPayload: true), depth: depth)
      case .tcp: return describe(try TCPHeader(parsing: bytes), flow)
      case .icmp: return "\(flow.hosts): ICMP \(describe(try ICMPMessage(parsing: bytes)))"
      case .icmpv6: return "\(flow.hosts): ICMP6 \(describe(try ICMPv6Message(parsing: bytes)))"
      default: return "\(flow.hosts): \(flow.ipProtocol) \(flow.statedLength)"
      }
    } catch {
      return "\(flow.hosts): [\(error)]"
    }
  }

  private func describeUDP(_ bytes: RawSpan, _ flow: IPFlow, _ header: UDPHeader, depth: Int) -> String {
    let ends = flow.endpoints(header.sourcePort, header.destinationPort)
    let payload = bytes.extracting(header.payload)
    if let text = describeUDP?(header.sourcePort, header.destinationPort, payload) {
      return "\(ends): \(text)"
    }
    if depth < FrameSummary.maximumDepth, let tunnel = TunnelHeader(destinationPort: header.destinationPort, payload) {
      let inner = describeFrame(payload.extracting(tunnel.length..<payload.byteCount), depth: depth + 1)
      return "\(ends): \(tunnel.name) vni \(tunnel.vni): \(inner)"
    }
    return "\(ends): UDP \(header.statedPayloadLength)"
  }
}

/// The two ends of an IP packet and what it carries.
struct IPFlow {
  let source: IPAddress
  let destination: IPAddress
  let ipProtocol: IPProtocol
  let statedLength: Int

  var hosts: String { "\(source) > \(destination)" }

  /// Addresses with ports, as tcpdump writes them.
  func endpoints(_ sourcePort: UInt16, _ destinationPort: UInt16) -> String {
    "\(source).\(sourcePort) > \(destination).\(destinationPort)"
  }
}
