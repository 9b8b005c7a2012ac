import NetworkTypes

// The words for single messages in a frame's summary, close to tcpdump's, which people know.

extension FrameSummary {
  func describe(_ packet: ARPPacket) -> String {
    switch packet.operation {
    case .request where packet.isProbe: "ARP probe who-has \(packet.targetAddress)"
    case .request where packet.isGratuitous: "ARP announcement \(packet.senderAddress) is-at \(packet.senderMAC)"
    case .request: "ARP who-has \(packet.targetAddress) tell \(packet.senderAddress)"
    case .reply: "ARP reply \(packet.senderAddress) is-at \(packet.senderMAC)"
    default: "ARP operation \(packet.operation.rawValue)"
    }
  }

  func describe(_ header: TCPHeader, _ flow: IPFlow) -> String {
    var text = "\(flow.endpoints(header.sourcePort, header.destinationPort)): TCP [\(header.flags)]"
    text += " seq \(header.sequence)"
    if header.flags.contains(.ack) { text += " ack \(header.acknowledgment)" }
    return text + " win \(header.window) data \(max(flow.statedLength - header.length, 0))"
  }

  func describe(_ message: ICMPMessage) -> String {
    switch (message.kind, message.code) {
    case (.echoRequest, 0): "echo request id \(message.identifier) seq \(message.sequence)"
    case (.echoReply, 0): "echo reply id \(message.identifier) seq \(message.sequence)"
    case (.destinationUnreachable, 0): "net unreachable"
    case (.destinationUnreachable, 1): "host unreachable"
    case (.destinationUnreachable, 2): "protocol unreachable"
    case (.destinationUnreachable, 3): "port unreachable"
    case (.destinationUnreachable, 4): "fragmentation needed, mtu \(message.nextHopMTU)"
    case (.destinationUnreachable, let code): "unreachable, code \(code)"
    case (.redirect, _): "redirect to \(IPv4Address(rawValue: message.rest))"
    case (.timeExceeded, _): "time exceeded"
    case (let kind, let code): "type \(kind.rawValue) code \(code)"
    }
  }

  func describe(_ message: ICMPv6Message) -> String {
    switch message {
    case .echo(let isReply, let identifier, let sequence):
      return "echo \(isReply ? "reply" : "request") id \(identifier) seq \(sequence)"
    case .routerSolicitation: return "router solicitation"
    case .routerAdvertisement(let advertisement):
      let flags = (advertisement.isManaged ? "M" : "") + (advertisement.hasOtherConfiguration ? "O" : "")
      return "router advertisement lifetime \(advertisement.lifetimeSeconds) s"
        + (flags.isEmpty ? "" : " flags \(flags)")
    case .neighborSolicitation(let target, _): return "neighbor solicitation who-has \(target)"
    case .neighborAdvertisement(let advertisement):
      let mac = advertisement.targetMAC.map { " is-at \($0)" } ?? ""
      return "neighbor advertisement \(advertisement.target)\(mac)"
    case .other(1, let code, _): return "unreachable, code \(code)"
    case .other(2, _, let mtu): return "packet too big, mtu \(mtu)"
    case .other(3, _, _): return "time exceeded"
    case .other(143, _, _): return "multicast listener report v2"
    case .other(let type, let code, _): return "type \(type) code \(code)"
    }
  }
}
