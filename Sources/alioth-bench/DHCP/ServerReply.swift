/// What a guest looks at in a frame from a server.
struct ServerReply {
  let type: UInt8
  let xid: UInt32
  /// The address that is given.
  let address: UInt32
  /// The last four bytes of the client's hardware address: the number of the guest.
  let guest: UInt32
  /// Option 54, 0 when it is missing.
  let server: UInt32
  /// Whether a client that checks would take it: the checksums of IP and UDP are there and right.
  let hasRightChecksums: Bool

  /// Nil when the frame is no reply, or not whole.
  init?(_ frame: UnsafeRawBufferPointer) {
    guard frame.count > DHCPFrame.options, frame[12] == 0x08, frame[13] == 0, frame[DHCPFrame.ip] == 0x45,
      frame[DHCPFrame.ip + 9] == 17, frame[DHCPFrame.bootp] == 2,
      ServerReply.word(frame, DHCPFrame.cookie) == DHCPFrame.magicCookie
    else { return nil }
    let udpLength = Int(frame[DHCPFrame.udp + 4]) << 8 | Int(frame[DHCPFrame.udp + 5])
    let end = DHCPFrame.udp + udpLength
    guard end > DHCPFrame.options, end <= frame.count else { return nil }
    xid = ServerReply.word(frame, DHCPFrame.xid)
    address = ServerReply.word(frame, DHCPFrame.yiaddr)
    guest = ServerReply.word(frame, DHCPFrame.chaddr + 2)

    var type: UInt8 = 0
    var server: UInt32 = 0
    var offset = DHCPFrame.options
    while offset + 1 < end, frame[offset] != 255 {
      guard frame[offset] != 0 else {
        offset += 1
        continue
      }
      let length = Int(frame[offset + 1])
      guard offset + 2 + length <= end else { return nil }
      if frame[offset] == 53, length == 1 { type = frame[offset + 2] }
      if frame[offset] == 54, length == 4 { server = ServerReply.word(frame, offset + 2) }
      offset += 2 + length
    }
    self.type = type
    self.server = server
    // Over what has its own checksum in it, a right sum is zero.
    let hasChecksum = frame[DHCPFrame.udp + 6] != 0 || frame[DHCPFrame.udp + 7] != 0
    hasRightChecksums =
      hasChecksum
      && DHCPFrame.folded(DHCPFrame.sum(frame, from: DHCPFrame.ip, to: DHCPFrame.udp)) == 0
      && DHCPFrame.folded(
        DHCPFrame.pseudoHeaderSum(frame, udpLength: udpLength)
          + DHCPFrame.sum(frame, from: DHCPFrame.udp, to: end)) == 0
  }

  @inline(__always)
  private static func word(_ frame: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    UInt32(bigEndian: frame.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}
