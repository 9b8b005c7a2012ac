import NetworkTypes

extension IPContent {
  /// The octets behind the IP header, whose addresses are part of the checksums.
  func bytes(between source: IPAddress, _ destination: IPAddress) -> [UInt8] {
    let number = protocolNumber(source.version)
    let pseudo = { (length: Int) in
      source.octets + destination.octets + Wire.octets(length, 4) + Wire.octets(number, 4)
    }
    switch self {
    case .tcp(let segment):
      var bytes =
        Wire.octets(segment.source, 2) + Wire.octets(segment.destination, 2) + Wire.octets(segment.sequence, 4)
        + Wire.octets(segment.acknowledgement, 4) + [0x50, segment.flags] + Wire.octets(0x2000, 2) + [0, 0, 0, 0]
        + segment.payload
      bytes.replaceSubrange(16..<18, with: Wire.octets(Wire.checksum(pseudo(bytes.count) + bytes), 2))
      return bytes
    case .udp(let sourcePort, let destinationPort, let payload):
      var bytes =
        Wire.octets(sourcePort, 2) + Wire.octets(destinationPort, 2) + Wire.octets(8 + payload.count, 2) + [0, 0]
        + payload
      let sum = Wire.checksum(pseudo(bytes.count) + bytes)
      bytes.replaceSubrange(6..<8, with: Wire.octets(sum == 0 ? 0xffff : sum, 2))
      return bytes
    case .sctp(let sourcePort, let destinationPort):
      return Wire.octets(sourcePort, 2) + Wire.octets(destinationPort, 2) + [UInt8](repeating: 0, count: 8)
        + [1, 0, 0, 20] + [UInt8](repeating: 1, count: 16)
    case .other(_, let payload): return payload
    case .echo, .error, .solicitation, .advertisement, .icmp:
      let kind = icmpKind(source.version) ?? (0, 0)
      var bytes = [kind.type, kind.code, 0, 0] + messageBody
      let covered = source.version == .v4 ? bytes : pseudo(bytes.count) + bytes
      bytes.replaceSubrange(2..<4, with: Wire.octets(Wire.checksum(covered), 2))
      return bytes
    }
  }

  /// What follows an ICMP message's checksum.
  private var messageBody: [UInt8] {
    switch self {
    case .echo(_, let identifier, let payload): Wire.octets(identifier, 2) + [0, 1] + payload
    case .error(_, _, let packet): [0, 0, 0, 0] + packet.bytes
    case .solicitation(let target, let link):
      [0, 0, 0, 0] + target.octets + (link.map { [1, 1] + $0.octets } ?? [])
    case .advertisement(let target, let flags, let link):
      [flags, 0, 0, 0] + target.octets + (link.map { [2, 1] + $0.octets } ?? [])
    case .icmp(_, _, let body): body
    case .tcp, .udp, .sctp, .other: []
    }
  }
}

extension IPContent: CustomStringConvertible {
  var description: String {
    switch self {
    case .tcp(let segment):
      "TCP \(segment.source) > \(segment.destination) flags 0x\(String(segment.flags, radix: 16)) "
        + "seq \(segment.sequence) ack \(segment.acknowledgement) length \(segment.payload.count)"
    case .udp(let source, let destination, let payload): "UDP \(source) > \(destination) length \(payload.count)"
    case .sctp(let source, let destination): "SCTP \(source) > \(destination)"
    case .echo(let isReply, let identifier, _): "echo \(isReply ? "reply" : "request") \(identifier)"
    case .error(let type, let code, let packet): "ICMP error \(type)/\(code) about [\(packet)]"
    case .solicitation(let target, let link): "ND who has \(target)\(link.map { ", asked by \($0)" } ?? "")"
    case .advertisement(let target, let flags, let link):
      "ND \(target) is at \(link.map { "\($0)" } ?? "?"), flags 0x\(String(flags, radix: 16))"
    case .icmp(let type, let code, _): "ICMP \(type)/\(code)"
    case .other(let number, let payload): "protocol \(number) length \(payload.count)"
    }
  }
}
