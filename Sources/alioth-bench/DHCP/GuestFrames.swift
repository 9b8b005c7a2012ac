import NetworkTypes

/// What guests send: the bytes of a usual client, laid out once, into which each guest's own are put.
struct GuestFrames {
  private let discover: [UInt8]
  private let request: [UInt8]

  private static let clientIdentifier = DHCPFrame.options + 3
  private static let hostName = clientIdentifier + 9
  private static let hostNameDigits = 5
  private static let wishes = hostName + 13

  /// `asksForBroadcast` sets the flag by which a client asks for replies that are broadcast (RFC 2131, 4.1).
  init(asksForBroadcast: Bool) {
    discover = GuestFrames.template(DHCPFrame.discover, asksForBroadcast)
    request = GuestFrames.template(DHCPFrame.request, asksForBroadcast)
  }

  /// Writes the DISCOVER of a guest; returns its length.
  func writeDiscover(of guest: Int, xid: UInt32, into frame: UnsafeMutableRawBufferPointer) -> Int {
    discover.withUnsafeBytes { frame.copyMemory(from: $0) }
    return finish(frame, guest: guest, xid: xid, length: discover.count)
  }

  /// Writes the REQUEST by which a guest takes an address from a server; returns its length.
  func writeRequest(
    of guest: Int, xid: UInt32, address: UInt32, server: UInt32, into frame: UnsafeMutableRawBufferPointer
  ) -> Int {
    request.withUnsafeBytes { frame.copyMemory(from: $0) }
    frame.storeBytes(of: address.bigEndian, toByteOffset: GuestFrames.wishes + 2, as: UInt32.self)
    frame.storeBytes(of: server.bigEndian, toByteOffset: GuestFrames.wishes + 8, as: UInt32.self)
    return finish(frame, guest: guest, xid: xid, length: request.count)
  }

  /// Puts in what is the guest's own, and the checksum of the whole.
  private func finish(_ frame: UnsafeMutableRawBufferPointer, guest: Int, xid: UInt32, length: Int) -> Int {
    // All of the addresses begin alike, so that the last four bytes tell them apart.
    let address = UInt32(truncatingIfNeeded: guest).bigEndian
    frame.storeBytes(of: address, toByteOffset: 8, as: UInt32.self)
    frame.storeBytes(of: address, toByteOffset: DHCPFrame.chaddr + 2, as: UInt32.self)
    frame.storeBytes(of: address, toByteOffset: GuestFrames.clientIdentifier + 5, as: UInt32.self)
    frame.storeBytes(of: xid.bigEndian, toByteOffset: DHCPFrame.xid, as: UInt32.self)
    var rest = guest
    for digit in 1...GuestFrames.hostNameDigits {
      frame[GuestFrames.wishes - digit] = 48 + UInt8(rest % 10)
      rest /= 10
    }
    let bytes = UnsafeRawBufferPointer(frame)
    let sum = DHCPFrame.folded(
      DHCPFrame.pseudoHeaderSum(bytes, udpLength: length - DHCPFrame.udp)
        + DHCPFrame.sum(bytes, from: DHCPFrame.udp, to: length))
    frame.storeBytes(of: sum == 0 ? 0xffff : sum, toByteOffset: DHCPFrame.udp + 6, as: UInt16.self)
    return length
  }

  /// A whole frame with everything that guests have in common; the checksum of the IP header is right for all.
  private static func template(_ type: UInt8, _ asksForBroadcast: Bool) -> [UInt8] {
    let hardwareAddress = BenchNetwork.hardwareAddress(of: 0).octets
    var options: [UInt8] = [53, 1, type, 61, 7, 1] + hardwareAddress
    options += [12, 11] + Array("guest-00000".utf8)
    if type == DHCPFrame.request { options += [50, 4, 0, 0, 0, 0, 54, 4, 0, 0, 0, 0] }
    options += [57, 2, 0x02, 0x40]
    options += [60, 12] + Array("udhcp 1.35.0".utf8)
    options += [55, 10, 1, 3, 6, 12, 15, 26, 28, 42, 119, 121]
    options.append(255)

    var bootp: [UInt8] = [1, 1, 6, 0] + [UInt8](repeating: 0, count: 232)
    bootp[10] = asksForBroadcast ? 0x80 : 0
    bootp.replaceSubrange(28..<34, with: hardwareAddress)
    bootp += [0x63, 0x82, 0x53, 0x63] + options
    bootp += [UInt8](repeating: 0, count: max(0, 300 - bootp.count))

    let udpLength = 8 + bootp.count
    var ip: [UInt8] = [0x45, 0x10] + octets(20 + udpLength) + [0, 0, 0, 0, 64, 17, 0, 0]
    ip += [0, 0, 0, 0, 255, 255, 255, 255]
    let sum = ip.withUnsafeBytes { DHCPFrame.folded(DHCPFrame.sum($0, from: 0, to: 20)) }
    ip.replaceSubrange(10..<12, with: octets(Int(UInt16(bigEndian: sum))))
    let udp = octets(68) + octets(67) + octets(udpLength) + [0, 0]
    return [UInt8](repeating: 0xff, count: 6) + hardwareAddress + [0x08, 0x00] + ip + udp + bootp
  }

  private static func octets(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }
}
