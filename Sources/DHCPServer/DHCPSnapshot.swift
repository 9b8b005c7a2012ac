import NetworkTypes

/// All ports that are answered: a value that is made once and then only read.
///
/// Ports are found by MAC address in a table of places, each with its address beside it: a guest that is looked up has not
/// been looked at for long when there are thousands, and every place in memory that has to be fetched then takes longer
/// than all that is computed.
public struct DHCPSnapshot: Sendable {
  /// How a frame's port is told.
  public enum Key: Sendable {
    /// By the destination address, where the switch has written the port.
    case destination
    /// By the source address, on an interface that leads to the guests themselves.
    case source
  }

  private struct Place {
    var mac: UInt64
    var port: DHCPServedPort?
  }

  let key: Key
  private let places: [Place]
  private let seed: UInt64
  /// How many ports there are.
  public let count: Int

  /// The ports by the MAC address that tells them.
  public init(_ ports: [MACAddress: DHCPServedPort] = [:], key: Key) {
    self.key = key
    count = ports.count
    // Whoever may choose addresses cannot choose many that come to one place.
    seed = UInt64.random(in: .min ... .max) | 1
    var size = 16
    while size < ports.count * 2 { size *= 2 }
    var places = Array(repeating: Place(mac: 0, port: nil), count: size)
    for (mac, port) in ports {
      var index = DHCPSnapshot.home(mac.rawValue, seed, size)
      while places[index].port != nil { index = (index + 1) & (size - 1) }
      places[index] = Place(mac: mac.rawValue, port: port)
    }
    self.places = places
  }

  /// All ports, in no order.
  public var all: some Sequence<DHCPServedPort> { places.lazy.compactMap(\.port) }

  /// What happened on the port of this MAC address; nil for one that is not known.
  public func history(of mac: MACAddress) -> DHCPPortHistory? { port(mac.rawValue)?.history }

  /// The port of this MAC address; nil for one that is not known.
  func port(of mac: MACAddress) -> DHCPServedPort? { port(mac.rawValue) }

  /// The port that a frame comes from; nil for one that is not known.
  func port(of frame: RawSpan) -> DHCPServedPort? {
    let offset = key == .destination ? 0 : 6
    guard frame.byteCount >= 12 else { return nil }
    let high = UInt16(bigEndian: frame.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    let low = UInt32(bigEndian: frame.unsafeLoadUnaligned(fromByteOffset: offset + 2, as: UInt32.self))
    return port(UInt64(high) << 32 | UInt64(low))
  }

  private func port(_ mac: UInt64) -> DHCPServedPort? {
    var index = DHCPSnapshot.home(mac, seed, places.count)
    while let port = places[index].port {
      if places[index].mac == mac { return port }
      index = (index + 1) & (places.count - 1)
    }
    return nil
  }

  private static func home(_ mac: UInt64, _ seed: UInt64, _ size: Int) -> Int {
    let product = (mac ^ seed).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return Int(truncatingIfNeeded: product.high ^ product.low) & (size - 1)
  }
}
