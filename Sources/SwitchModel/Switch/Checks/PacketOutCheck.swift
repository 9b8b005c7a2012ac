import OpenFlow

/// Reads a packet_out as Open vSwitch does (ofp-packet.c, ofputil_decode_packet_out; ofproto.c, ofproto_packet_out_init).
enum PacketOutCheck {
  /// The packet that a message with its header sends, and what is done with it.
  static func read(_ bytes: [UInt8]) throws(Refusal) -> PacketOut {
    guard let buffer = bytes.uint32(at: 8), let port = bytes.uint32(at: 12), let length = bytes.uint16(at: 16) else {
      throw .badLength
    }
    let inPort = OFPort(port)
    guard inPort.isRepresentable else { throw .badOutPort }
    let end = 24 + Int(length)
    guard length % 8 == 0, end <= bytes.count else { throw .badLength }
    let actions = try ActionDecoding(bytes: bytes).list(24..<end)
    try ActionOrder.check(actions, in: .top, bytes)
    guard port < 0xff00 || [.local, .any, .controller].contains(inPort) else { throw .badPort }
    guard buffer == FlowMod.noBuffer else { throw .bufferUnknown }
    var consistency = ActionConsistency(bytes, MatchCheck(of: Array(bytes[end...])))
    try consistency.check(actions)
    guard !consistency.isInconsistent else { throw .matchInconsistent }
    guard case .packetOut(let packet)? = try? OpenFlowMessage.decode(bytes).message else { throw .badLength }
    return packet
  }
}

extension MatchCheck {
  /// What a packet's own fields satisfy: actions on it are checked against these.
  init(of packet: [UInt8]) {
    self.init()
    let key = PacketParser.parse(packet, metadata: PacketKey(), vlanLimit: 2).key
    let places: [KeyField.Place] = [.etherType, .vlanControl, .ipProtocol, .fragment]
    for place in places { assume(place, key[place]) }
    // ARP's operation is kept where an IP packet has its protocol.
    if !key.isIP { assume(.ipProtocol, 0) }
    assume(.type, key[.type])
    assume(.code, key[.code])
  }
}
