/// Writing header fields, with the checksums that depend on them.
extension DatapathPacket {
  mutating func apply(_ edit: HeaderEdit) {
    switch edit {
    case .ethernetSource(let address): bytes.write(UInt128(address), at: 6, count: 6)
    case .ethernetDestination(let address): bytes.write(UInt128(address), at: 0, count: 6)
    case .ipv4Source(let address): setIPv4Address(address, at: 12)
    case .ipv4Destination(let address): setIPv4Address(address, at: 16)
    case .ipv4TOS(let value): setIPv4Byte(value, at: 1)
    case .ipv4TTL(let value): setIPv4Byte(value, at: 8)
    case .ipv6Source(let address): setIPv6Address(address, at: 8)
    case .ipv6Destination(let address): setIPv6Address(address, at: 24)
    case .ipv6Label(let label): updateIPv6Word { $0 & 0xfff0_0000 | label & 0xfffff }
    case .ipv6Class(let value): updateIPv6Word { $0 & 0xf00f_ffff | UInt32(value) << 20 }
    case .ipv6HopLimit(let value):
      if let network = layout.network { bytes.write(UInt128(value), at: network + 7, count: 1) }
    case .sourcePort(let port, let ipProtocol): setPort(port, at: 0, ipProtocol)
    case .destinationPort(let port, let ipProtocol): setPort(port, at: 2, ipProtocol)
    case .icmp(let type, let code, let ipProtocol): setICMP(UInt16(type) << 8 | UInt16(code), ipProtocol)
    case .arpOperation(let operation): setARP(UInt128(operation), at: 6, count: 2)
    case .arpSender(let address): setARP(UInt128(address), at: 8, count: 6)
    case .arpSenderIP(let address): setARP(UInt128(address), at: 14, count: 4)
    case .arpTarget(let address): setARP(UInt128(address), at: 18, count: 6)
    case .arpTargetIP(let address): setARP(UInt128(address), at: 24, count: 4)
    case .ndExtensions(let reserved, let type): setNeighborExtensions(reserved, type)
    case .ndTarget(let address): setNeighborTarget(address)
    case .ndSource(let address): setNeighborOption(1, address)
    case .ndTargetLink(let address): setNeighborOption(2, address)
    }
  }

  private mutating func setARP(_ value: UInt128, at offset: Int, count: Int) {
    guard let network = layout.network else { return }
    bytes.write(value, at: network + offset, count: count)
  }

  // MARK: Internet protocol

  private mutating func setIPv4Address(_ address: UInt32, at offset: Int) {
    guard let network = layout.network, let old = bytes.uint32(at: network + offset), old != address else { return }
    cached = nil
    let change = (old: UInt128(old), new: UInt128(address))
    switch bytes.byte(at: network + 9) {
    case IPNumber.tcp where layout.transportLength >= 20: updateTransportChecksum(at: 16, change, words: 2)
    case IPNumber.udp where layout.transportLength >= 8: updateUDPChecksum(change, words: 2)
    default: break
    }
    updateChecksum(at: network + 10, change, words: 2)
    bytes.write(UInt128(address), at: network + offset, count: 4)
  }

  private mutating func setIPv4Byte(_ value: UInt8, at offset: Int) {
    guard let network = layout.network, let old = bytes.byte(at: network + offset), old != value else { return }
    // The byte's place in its 16-bit word of the header.
    let shift = offset % 2 == 0 ? UInt128(8) : 0
    updateChecksum(at: network + 10, (UInt128(old) << shift, UInt128(value) << shift), words: 1)
    bytes.write(UInt128(value), at: network + offset, count: 1)
  }

  private mutating func setIPv6Address(_ address: UInt128, at offset: Int) {
    guard let network = layout.network, let old = bytes.number(at: network + offset, count: 16), old != address else {
      return
    }
    cached = nil
    let headers = extensionHeaders(from: network)
    // With hops still to go the destination in the checksum is the last one of the routing header (RFC 8200 section
    // 8.1); only an unfragmented packet or the first fragment of one carries a checksum.
    let isFinalDestination = offset == 8 || !headers.hasHopsLeft
    if isFinalDestination && headers.carriesChecksum {
      let change = (old: old, new: address)
      switch headers.ipProtocol {
      case IPNumber.tcp where layout.transportLength >= 20: updateTransportChecksum(at: 16, change, words: 8)
      case IPNumber.udp where layout.transportLength >= 8: updateUDPChecksum(change, words: 8)
      case IPNumber.icmpv6 where layout.transportLength >= 4: updateTransportChecksum(at: 2, change, words: 8)
      default: break
      }
    }
    bytes.write(address, at: network + offset, count: 16)
  }

  private mutating func updateIPv6Word(_ change: (UInt32) -> UInt32) {
    guard let network = layout.network, let old = bytes.uint32(at: network) else { return }
    bytes.write(UInt128(change(old)), at: network, count: 4)
  }

  private func extensionHeaders(from network: Int) -> (ipProtocol: UInt8, hasHopsLeft: Bool, carriesChecksum: Bool) {
    var next = bytes.byte(at: network + 6) ?? 0
    var offset = network + 40
    var carriesChecksum = true
    let end = layout.transport ?? offset
    while end - offset >= 8 {
      let length: Int
      switch next {
      case IPNumber.hopByHop, IPNumber.destinationOptions: length = (Int(bytes.byte(at: offset + 1) ?? 0) + 1) * 8
      case IPNumber.routing:
        if bytes.byte(at: offset + 3) ?? 0 > 0 { return (next, true, carriesChecksum) }
        length = (Int(bytes.byte(at: offset + 1) ?? 0) + 1) * 8
      case IPNumber.authentication: length = (Int(bytes.byte(at: offset + 1) ?? 0) + 2) * 4
      case IPNumber.fragment:
        let position = bytes.uint16(at: offset + 2) ?? 0
        carriesChecksum = position & 0xfff8 == 0 && position & 1 != 0
        length = 8
      default: return (next, false, carriesChecksum)
      }
      next = bytes.byte(at: offset) ?? 0
      guard end - offset >= length else { break }
      offset += length
    }
    return (next, false, carriesChecksum)
  }

  // MARK: Transport

  private var hasTCPHeader: Bool {
    guard let transport = layout.transport, layout.transportLength >= 20 else { return false }
    let length = Int((bytes.byte(at: transport + 12) ?? 0) >> 4) * 4
    return length >= 20 && length <= layout.transportLength
  }

  private mutating func setPort(_ port: UInt16, at offset: Int, _ ipProtocol: UInt8) {
    guard let transport = layout.transport, let old = bytes.uint16(at: transport + offset) else { return }
    let change = (old: UInt128(old), new: UInt128(port))
    switch ipProtocol {
    case IPNumber.tcp:
      guard hasTCPHeader else { return }
      if old != port { updateTransportChecksum(at: 16, change, words: 1) }
    case IPNumber.udp:
      guard layout.transportLength >= 8 else { return }
      if old != port { updateUDPChecksum(change, words: 1) }
    case IPNumber.sctp:
      guard layout.transportLength >= 12 else { return }
      setSCTPPort(port, at: offset)
      return
    default: return
    }
    cached = nil
    bytes.write(port, at: transport + offset)
  }

  /// SCTP's checksum is a CRC: the change of the right one is applied to the one that is there, so that a wrong one
  /// stays wrong.
  private mutating func setSCTPPort(_ port: UInt16, at offset: Int) {
    guard let transport = layout.transport, let old = bytes.uint32(at: transport + 8), bytes.count >= layout.end else {
      return
    }
    cached = nil
    bytes.write(0, at: transport + 8, count: 4)
    let before = CRC32C.checksum(bytes[transport..<max(layout.end, transport)])
    bytes.write(port, at: transport + offset)
    let after = CRC32C.checksum(bytes[transport..<max(layout.end, transport)])
    bytes.write(UInt128(old ^ before.byteSwapped ^ after.byteSwapped), at: transport + 8, count: 4)
  }

  private mutating func setICMP(_ typeAndCode: UInt16, _ ipProtocol: UInt8) {
    guard let transport = layout.transport, layout.transportLength >= (ipProtocol == IPNumber.icmp ? 8 : 4),
      let old = bytes.uint16(at: transport)
    else { return }
    cached = nil
    if old != typeAndCode { updateTransportChecksum(at: 2, (UInt128(old), UInt128(typeAndCode)), words: 1) }
    bytes.write(typeAndCode, at: transport)
  }

  // MARK: Neighbor discovery

  /// Writes the word before the target and the type of what stands behind it, if anything does. Open vSwitch takes the
  /// checksum anew, so a wrong one becomes right.
  private mutating func setNeighborExtensions(_ reserved: UInt32, _ optionsType: UInt8) {
    guard let network = layout.network, let transport = layout.transport, layout.transportLength >= 24,
      let source = bytes.number(at: network + 8, count: 16),
      let destination = bytes.number(at: network + 24, count: 16),
      bytes.count >= layout.end
    else { return }
    cached = nil
    bytes.write(UInt128(reserved), at: transport + 4, count: 4)
    if layout.end > transport + 24 { bytes.write(UInt128(optionsType), at: transport + 24, count: 1) }
    bytes.write(0, at: transport + 2)
    let pseudo = Checksum.pseudoHeader(
      source: source, destination: destination, ipProtocol: IPNumber.icmpv6, length: layout.transportLength)
    bytes.write(Checksum.finish(Checksum.sum(bytes[transport..<layout.end], initial: pseudo)), at: transport + 2)
  }

  private mutating func setNeighborTarget(_ target: UInt128) {
    guard let transport = layout.transport, layout.transportLength >= 24,
      let old = bytes.number(at: transport + 8, count: 16), old != target
    else { return }
    cached = nil
    updateTransportChecksum(at: 2, (old, target), words: 8)
    bytes.write(target, at: transport + 8, count: 16)
  }

  /// Writes the address of the first link-layer address option, if it is of this type.
  private mutating func setNeighborOption(_ type: UInt8, _ address: UInt64) {
    guard let transport = layout.transport else { return }
    var offset = transport + 24
    while layout.end - offset >= 8, let found = bytes.byte(at: offset), let units = bytes.byte(at: offset + 1),
      units != 0
    {
      if (found == 1 || found == 2) && units == 1 {
        guard found == type, let old = bytes.uint48(at: offset + 2), old != address else { return }
        updateTransportChecksum(at: 2, (UInt128(old), UInt128(address)), words: 3)
        bytes.write(UInt128(address), at: offset + 2, count: 6)
        return
      }
      offset += Int(units) * 8
    }
  }

  // MARK: Checksums

  private mutating func updateTransportChecksum(at offset: Int, _ change: (old: UInt128, new: UInt128), words: Int) {
    if let transport = layout.transport { updateChecksum(at: transport + offset, change, words: words) }
  }

  /// UDP over IPv4 may go without a checksum, which zero says; one that comes out as zero is written as its other form.
  private mutating func updateUDPChecksum(_ change: (old: UInt128, new: UInt128), words: Int) {
    guard let transport = layout.transport, let old = bytes.uint16(at: transport + 6), old != 0 else { return }
    let new = Checksum.updated(old, from: change.old, to: change.new, words: words)
    bytes.write(new == 0 ? 0xffff : new, at: transport + 6)
  }

  private mutating func updateChecksum(at offset: Int, _ change: (old: UInt128, new: UInt128), words: Int) {
    guard let old = bytes.uint16(at: offset) else { return }
    bytes.write(Checksum.updated(old, from: change.old, to: change.new, words: words), at: offset)
  }
}

/// The CRC of SCTP (RFC 9260 appendix A).
enum CRC32C {
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 0 ? 0 : 0x82f6_3b78) }
    }
    return ~crc
  }
}
