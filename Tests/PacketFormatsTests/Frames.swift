import NetworkTypes

/// The bytes of `text`: hexadecimal pairs, `00*N` for N zero bytes, `#` up to the end of a line a comment.
func frame(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  for line in text.split(separator: "\n") {
    for word in line.prefix(while: { $0 != "#" }).split(separator: " ") {
      let parts = word.split(separator: "*")
      if parts.count == 2, let count = Int(parts[1]) {
        bytes += Array(repeating: 0, count: count)
        continue
      }
      let digits = word.utf8.compactMap(hexDigitValue)
      precondition(digits.count == word.utf8.count && digits.count.isMultiple(of: 2), "bad test data: \(word)")
      bytes += stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }
  return bytes
}

/// A small seeded generator (SplitMix64), so that a failure can be had again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}

/// Frames of the Linux kernel, captured with tcpdump; each comment is how tcpdump 4.99 decodes the frame.
enum KernelFrames {
  /// Request who-has 10.0.0.1 tell 10.0.0.77, length 28
  static let arpRequest = frame(
    """
    ffffffffffff fa163e112233 0806  # Ethernet
    0001 0800 06 04 0001  # Ethernet, IPv4, request
    fa163e112233 0a00004d 000000000000 0a000001  # sender, target
    """)

  /// 10.0.0.77 > 10.0.0.1: ICMP echo request, id 16578, seq 1, length 24
  static let ping = frame(
    """
    0637218d35b9 fa163e112233 0800  # Ethernet
    4500002c aa064000 40017c7d 0a00004d 0a000001  # IPv4
    0800fadc 40c20001  # ICMP
    b081036b000000000273060000000000  # data
    """)

  /// 10.0.0.77.50092 > 10.0.0.1.81: Flags [S], seq 3883480164, win 64240, length 0
  static let syn = frame(
    """
    0637218d35b9 fa163e112233 0800
    4500003c aed84000 40067796 0a00004d 0a000001
    c3ac0051 e7793464 00000000 a002faf0 147c0000 020405b40402080abd59d01a000000000103030a
    """)

  /// 10.0.0.1.81 > 10.0.0.77.50092: Flags [R.], seq 0, ack 3883480165, win 0, length 0
  static let reset = frame(
    """
    fa163e112233 0637218d35b9 0800
    45000028 00004000 40062683 0a000001 0a00004d
    0051c3ac 00000000 e7793465 50140000 bba60000
    """)

  /// 2001:db8::55 > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has 2001:db8::1, length 32
  static let neighborSolicitation = frame(
    """
    3333ff000001 fa163e112233 86dd
    60000000 0020 3a ff 20010db8000000000000000000000055 ff0200000000000000000001ff000001
    8700c37a 00000000 20010db8000000000000000000000001  # who has
    0101 fa163e112233  # source link-layer address
    """)

  /// 2001:db8::1 > 2001:db8::55: ICMP6, neighbor advertisement, tgt is 2001:db8::1, length 32
  static let neighborAdvertisement = frame(
    """
    fa163e112233 0637218d35b9 86dd
    60000000 0020 3a ff 20010db8000000000000000000000001 20010db8000000000000000000000055
    88002ea4 60000000 20010db8000000000000000000000001  # solicited, override
    0201 0637218d35b9  # target link-layer address
    """)

  /// :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28
  static let listenerReport = frame(
    """
    333300000016 fa163e112233 86dd
    60000000 0024 00 01 00*16 ff020000000000000000000000000016
    3a00050200000100  # hop-by-hop options: router alert
    8f006f35 00000001 04000000 ff0200000000000000000001ff000055
    """)

  /// 10.0.0.77 > 10.0.0.1: ip-proto-1, the second fragment of a ping of 2,000 bytes, cut to 64 bytes
  static let fragment = frame(
    """
    0637218d35b9 fa163e112233 0800
    45000224 aa0a00b9 4001b9c8 0a00004d 0a000001
    c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdd
    """)

  static let all = [
    arpRequest, ping, syn, reset, neighborSolicitation, neighborAdvertisement, listenerReport, fragment,
  ]
}
