import GoalState
import NetworkTypes

/// Random frames of a cloud's guests: those of talks that may well succeed, and those of guests that try everything.
struct TrafficGenerator {
  var random: SeededGenerator
  private var talkCount: UInt16 = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
  }

  /// A frame, who sends it, and the talk that it belongs to.
  struct Sending {
    var frame: Frame
    var guest: Cloud.Guest
  }

  // MARK: Talks

  /// Two guests with addresses of one version, often of networks that can reach each other.
  mutating func talk(in cloud: Cloud) -> Talk? {
    guard let client = random.pick(cloud.guests) else { return nil }
    let reach = cloud.reach(of: client.port.networkID)
    let others = cloud.guests.filter { other in
      other.id != client.id && (random.chance(10) || reach.contains(other.port.networkID))
    }
    guard let server = random.pick(others), let from = random.pick(client.addresses),
      let to = random.pick(server.addresses.filter { $0.version == from.version }),
      let kind = random.pick([Talk.Kind.tcp, .tcp, .tcp, .udp, .udp, .echo, .echo, .sctp, .tunnel])
    else { return nil }
    talkCount += 1
    return Talk(
      kind, from: (client.id, from), to: (server.id, to), clientPort: 20_000 + talkCount,
      serverPort: random.pick(of: 80, 80, 53, 443, 8080))
  }

  /// The next frame of a talk; nil when one of the two is gone.
  mutating func frame(of talk: Talk, in cloud: Cloud) -> Sending? {
    guard let sender = cloud.guest(talk.sender), let receiver = cloud.guest(talk.receiver) else { return nil }
    let packet = talk.packet(timeToLive: random.chance(88) ? 64 : random.pick(of: 1, 2, 3))
    return Sending(frame: frame(packet, from: sender, to: receiver, cloud), guest: sender)
  }

  /// An error about a packet of a talk that has just arrived; what guests send when nobody listens.
  mutating func error(about packet: IPPacket, of talk: Talk, in cloud: Cloud) -> Sending? {
    guard let sender = cloud.guest(talk.receiver), let receiver = cloud.guest(talk.sender) else { return nil }
    let error = IPPacket(
      source: packet.destination, destination: packet.source,
      content: .error(type: packet.version == .v4 ? 3 : 1, code: packet.version == .v4 ? 3 : 4, about: packet))
    return Sending(frame: frame(error, from: sender, to: receiver, cloud), guest: sender)
  }

  /// Puts a packet into a frame as its sender would: straight to a neighbor, to a router otherwise.
  mutating func frame(_ packet: IPPacket, from sender: Cloud.Guest, to receiver: Cloud.Guest?, _ cloud: Cloud) -> Frame
  {
    let legs = cloud.legs(in: sender.port.networkID).filter { $0.address.version == packet.version }
    let isNear = receiver?.port.networkID == sender.port.networkID
    var destination = random.pick(legs)?.mac ?? receiver?.port.mac ?? MACAddress(0xfa, 0x16, 0x3e, 0, 0, 77)
    if let receiver, isNear, random.chance(75) { destination = receiver.port.mac }
    return Frame(destination: destination, source: sender.port.mac, payload: .ip(packet))
  }

  // MARK: Single frames

  /// A frame of a random kind.
  mutating func single(in cloud: Cloud) -> Sending? {
    guard let sender = random.pick(cloud.guests) else { return nil }
    guard var frame = singleFrame(from: sender, cloud) else { return nil }
    if random.chance(12) { forge(&frame, of: sender, cloud) }
    return Sending(frame: frame, guest: sender)
  }

  private mutating func singleFrame(from sender: Cloud.Guest, _ cloud: Cloud) -> Frame? {
    if random.chance(25), !cloud.legs(in: sender.port.networkID).isEmpty {
      return random.chance(50) ? routersOwn(from: sender, cloud) : outside(from: sender, cloud)
    }
    switch random.number(0..<14) {
    case 0..<4: return arp(from: sender, cloud)
    case 4..<7: return discovery(from: sender, cloud)
    case 7, 8: return announcement(from: sender, cloud)
    case 9: return service(from: sender)
    case 10: return outside(from: sender, cloud)
    case 11, 12: return stray(from: sender, cloud)
    default:
      return Frame(
        destination: random.pick(cloud.guests)?.port.mac ?? .broadcast, source: sender.port.mac,
        payload: .other(0x88b5, [1, 2, 3, 4]))
    }
  }

  /// Takes something that is not the sender's.
  private mutating func forge(_ frame: inout Frame, of sender: Cloud.Guest, _ cloud: Cloud) {
    let pair = random.pick(sender.port.allowedAddressPairs)
    switch random.number(0..<6) {
    case 0: frame.source = random.pick(cloud.guests)?.port.mac ?? frame.source
    case 1: frame.source = random.pick(cloud.legs)?.mac ?? MACAddress(0x0a, 0xd2, 192, 0, 2, 1)
    case 2: frame.source = MACAddress(0x0a, 0xd2, 192, 0, 2, UInt8(random.number(1..<4)))
    case 3: frame.tag = sender.port.security.isGuarded ? 100 : nil
    default:
      let addresses = random.pick(cloud.guests)?.addresses ?? []
      let own = pair.flatMap { $0.prefix.base.plus(UInt128(random.number(0..<2))) }
      if let mac = pair?.mac, random.chance(70) { frame.source = mac }
      forgeAddress(of: &frame, own ?? random.pick(addresses))
    }
  }

  private func forgeAddress(of frame: inout Frame, _ address: IPAddress?) {
    switch frame.payload {
    case .arp(var message):
      message.senderMAC = frame.source
      if let address = address?.v4 { message.senderAddress = address }
      frame.payload = .arp(message)
    case .ip(var packet):
      if let address, address.version == packet.version { packet.source = address }
      frame.payload = .ip(packet)
    case .other: break
    }
  }
}
