/// A broadcast Ethernet frame with IPv4 and UDP, as a guest without an address sends it; the payload counts up.
func udpFrame(destinationPort: UInt16, payload: Int = 20) -> [UInt8] {
  func bytes(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)] }
  var frame: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00]
  frame += [0x45, 0x00] + bytes(28 + payload)  // version and header length, total length
  frame += [0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00]  // don't fragment, TTL 64, UDP, no checksum
  frame += [0, 0, 0, 0, 255, 255, 255, 255]  // 0.0.0.0 to 255.255.255.255
  frame += bytes(68) + bytes(Int(destinationPort)) + bytes(8 + payload) + bytes(0)
  frame += (0..<payload).map { UInt8(truncatingIfNeeded: $0) }
  return frame
}
