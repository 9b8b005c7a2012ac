import NetworkTypes
import PacketFormats

/// What a relay agent asks for in option 82 (RFC 3046 section 2.0), where it is trusted.
struct DHCPRelayWishes {
  /// How the server shall call itself, so that renewals go through the agent too (RFC 5107 section 4).
  var serverIdentifier: IPv4Address?
  /// Whether the answer goes to the port that the agent sent from (RFC 8357 section 5.1).
  var usesSourcePort = false

  /// Nothing.
  init() {}

  /// Reads sub-options; one that is cut short ends them.
  init(_ value: RawSpan) {
    var offset = 0
    while let code = value.uint8(at: offset), let length = value.uint8(at: offset + 1),
      value.holds(Int(length), at: offset + 2)
    {
      if code == 11, length == 4 { serverIdentifier = value.ipv4Address(at: offset + 2) }
      if code == 19 { usesSourcePort = true }
      offset += 2 + Int(length)
    }
  }
}
