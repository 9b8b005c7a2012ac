extension ConntrackTable {
  /// The key of the answers to a connection that is translated; nil when every possibility is taken.
  ///
  /// Open vSwitch picks from a range by a hash that is random per process; here the first that is free is taken.
  func replyKey(for key: ConnectionKey, _ translation: AddressTranslation, at time: ModelTime) -> ConnectionKey? {
    var reply = key.reversed
    guard translation.kind != .existing else {
      // Without a source or destination to translate, Open vSwitch 3.1 keeps a key that no answer has.
      reply.source.address = 0
      if key.hasPorts { reply.destination.port = 0 }
      return find(reply, at: time) == nil ? reply : nil
    }
    let isSource = translation.kind == .source
    if let addresses = translation.addresses, addresses.lowerBound != 0 {
      if isSource {
        reply.destination.address = addresses.lowerBound
      } else {
        reply.source.address = addresses.lowerBound
      }
    }
    guard key.hasPorts else { return find(reply, at: time) == nil ? reply : nil }
    if !isSource, let ports = translation.ports,
      let found = firstFree(reply, \.source.port, ports, ports.lowerBound, time)
    {
      return found
    }
    if !isSource, let ports = translation.ports { reply.source.port = ports.lowerBound }
    if isSource, let ports = translation.ports {
      return firstFree(reply, \.destination.port, ports, ports.lowerBound, time)
    }
    let port = key.source.port
    let range: ClosedRange<UInt16> = port < 512 ? 1...511 : port < 1024 ? 600...1023 : 1024...65535
    return firstFree(reply, \.destination.port, range, port, time)
  }

  /// The key with the first port, from `start` on and around, that no connection has. As many are tried as Open vSwitch
  /// tries in its first round.
  private func firstFree(
    _ key: ConnectionKey, _ port: WritableKeyPath<ConnectionKey, UInt16>, _ range: ClosedRange<UInt16>, _ start: UInt16,
    _ time: ModelTime
  ) -> ConnectionKey? {
    var key = key
    var candidate = start
    for _ in 0..<min(range.count, 128) {
      key[keyPath: port] = candidate
      if find(key, at: time) == nil { return key }
      candidate = candidate >= range.upperBound ? range.lowerBound : candidate + 1
    }
    return nil
  }
}

extension DatapathPacket {
  /// Gives the packet the addresses and ports that its connection has on the other side.
  mutating func rewrite(for connection: Connection, isReply: Bool, isRelated: Bool) {
    guard let kind = connection.translation, kind != .existing else { return }
    // An answer to a translated source has a translated destination, and the other way round.
    let isSource = (kind == .source) != isReply
    let other = isReply ? connection.key : connection.replyKey
    self.connection.state.insert(isSource ? .sourceTranslated : .destinationTranslated)
    setAddress(isSource: isSource, to: other, isRelated: isRelated)
    if isRelated {
      rewriteInner(isSource: !isSource, to: other.reversed)
    } else {
      setPorts(to: other)
    }
    cached = nil
  }

  private mutating func setAddress(isSource: Bool, to other: ConnectionKey, isRelated: Bool) {
    let address = isSource ? other.destination.address : other.source.address
    if other.isIPv6 {
      if isRelated { updateChecksumOfInner(isSource: isSource, to: address, other.ipProtocol) }
      apply(isSource ? .ipv6Source(address) : .ipv6Destination(address))
    } else {
      let address = UInt32(truncatingIfNeeded: address)
      apply(isSource ? .ipv4Source(address) : .ipv4Destination(address))
    }
  }

  /// For an ICMPv6 error Open vSwitch 3.1 updates a checksum where the connection's protocol has it, though ICMPv6 stands
  /// there: so the error's inner packet comes out with a wrong one, here as there.
  private mutating func updateChecksumOfInner(isSource: Bool, to address: UInt128, _ ipProtocol: UInt8) {
    guard let network = layout.network, let transport = layout.transport,
      let old = bytes.number(at: network + (isSource ? 8 : 24), count: 16), old != address
    else { return }
    let place: Int
    switch ipProtocol {
    case IPNumber.tcp where layout.transportLength >= 20: place = transport + 16
    case IPNumber.udp where layout.transportLength >= 8: place = transport + 6
    default: return
    }
    guard let checksum = bytes.uint16(at: place), ipProtocol == IPNumber.tcp || checksum != 0 else { return }
    let new = Checksum.updated(checksum, from: old, to: address, words: 8)
    bytes.write(new == 0 && ipProtocol == IPNumber.udp ? 0xffff : new, at: place)
  }

  private mutating func setPorts(to other: ConnectionKey) {
    guard other.hasPorts else { return }
    apply(.sourcePort(other.destination.port, protocol: other.ipProtocol))
    apply(.destinationPort(other.source.port, protocol: other.ipProtocol))
  }

  /// Translates the packet within an ICMP error, and makes the error's checksum right again.
  private mutating func rewriteInner(isSource: Bool, to other: ConnectionKey) {
    guard let network = layout.network, let transport = layout.transport, bytes.count >= layout.end else { return }
    let outer = layout
    let innerNetwork = transport + 8
    let header = other.isIPv6 ? 40 : Int((bytes.byte(at: innerNetwork) ?? 0) & 0xf) * 4
    layout.network = innerNetwork
    layout.transport = innerNetwork + header
    if other.hasPorts {
      writeInnerPort(other.destination.port, at: 0, other.ipProtocol)
      writeInnerPort(other.source.port, at: 2, other.ipProtocol)
    }
    setAddress(isSource: isSource, to: other, isRelated: false)
    layout = outer
    guard layout.end >= transport + 8 else { return }
    bytes.write(0, at: transport + 2)
    var initial: UInt64 = 0
    if other.isIPv6, let source = bytes.number(at: network + 8, count: 16),
      let destination = bytes.number(at: network + 24, count: 16)
    {
      initial = Checksum.pseudoHeader(
        source: source, destination: destination, ipProtocol: IPNumber.icmpv6, length: layout.end - transport)
    }
    bytes.write(Checksum.finish(Checksum.sum(bytes[transport..<layout.end], initial: initial)), at: transport + 2)
  }

  /// An error carries eight bytes of the transport header at least: TCP's checksum may lie beyond them.
  private mutating func writeInnerPort(_ port: UInt16, at offset: Int, _ ipProtocol: UInt8) {
    guard let transport = layout.transport, let old = bytes.uint16(at: transport + offset), old != port else { return }
    let checksum = transport + (ipProtocol == IPNumber.tcp ? 16 : 6)
    if checksum + 2 <= layout.end, let value = bytes.uint16(at: checksum), ipProtocol == IPNumber.tcp || value != 0 {
      let new = Checksum.updated(value, from: UInt128(old), to: UInt128(port), words: 1)
      bytes.write(new == 0 && ipProtocol == IPNumber.udp ? 0xffff : new, at: checksum)
    }
    bytes.write(port, at: transport + offset)
  }
}
