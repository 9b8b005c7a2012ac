import NetworkTypes
import PacketFormats

/// A route of options 121 and 249 (RFC 3442).
public struct DHCPClasslessRoute: Hashable, Sendable {
  /// What the route leads to.
  public var destination: IPv4Prefix
  /// Through whom; 0.0.0.0 for a destination on the link itself.
  public var router: IPv4Address

  /// A route of the given parts.
  public init(destination: IPv4Prefix, router: IPv4Address) {
    self.destination = destination
    self.router = router
  }

  /// Reads one route or more up to the end. Bits of a destination beyond its mask are cleared, as RFC 3442 wants it of
  /// clients.
  static func list(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) -> [DHCPClasslessRoute] {
    guard !reader.isAtEnd else { throw reader.wrongLength(expected: "5 or more") }
    var routes: [DHCPClasslessRoute] = []
    while !reader.isAtEnd {
      let offset = reader.offset
      let length = try reader.uint8()
      var bits: UInt32 = 0
      if length <= 32 {
        for (index, octet) in try reader.take((Int(length) + 7) / 8).enumerated() {
          bits |= UInt32(octet) << UInt32(24 - 8 * index)
        }
      }
      guard let prefix = IPv4Prefix(containing: IPv4Address(rawValue: bits), length: Int(length)) else {
        throw reader.invalid(length, at: offset, expected: "a prefix length of 0 to 32")
      }
      routes.append(DHCPClasslessRoute(destination: prefix, router: try reader.address()))
    }
    return routes
  }

  /// Appends the route: the prefix length, as many octets of the destination as that covers, and the router.
  func write(to buffer: inout [UInt8]) {
    buffer.append(UInt8(truncatingIfNeeded: destination.length))
    buffer += destination.address.octets.prefix((destination.length + 7) / 8)
    buffer.append(router)
  }
}
