import DHCP
import NetworkTypes

/// A port whose guest is answered: its reservation, and what happened so far.
public final class DHCPServedPort: Sendable {
  private let givenName: String?
  /// The source of replies' frames.
  public let serverMAC: MACAddress
  /// What the guest is told; nil when it is known and has nothing to be told.
  public let binding: DHCPCompiledBinding?
  /// What happened so far: it outlives the binding.
  public let history: DHCPPortHistory

  /// The vendor class of a message that only asks whether the guest would be answered: it is not taken for the guest's.
  public static let probeClass = Array("alioth-probe".utf8)

  /// How the port is called in logs and lists: as it was named, or by its guest's MAC address.
  public var name: String { givenName ?? binding.map { "\($0.mac)" } ?? "" }

  /// A port of the given parts.
  public init(
    name: String? = nil, serverMAC: MACAddress, binding: DHCPCompiledBinding?, history: DHCPPortHistory = DHCPPortHistory()
  ) {
    givenName = name
    self.serverMAC = serverMAC
    self.binding = binding
    self.history = history
  }
}

/// All ports that are answered: a value that is made once and then only read.
public struct DHCPSnapshot: Sendable {
  /// How a frame's port is told.
  public enum Key: Sendable {
    /// By the destination address, where the switch has written the port.
    case destination
    /// By the source address, on an interface that leads to the guests themselves.
    case source
  }

  private let key: Key
  private let ports: [MACAddress: DHCPServedPort]

  /// The ports by the MAC address that tells them.
  public init(_ ports: [MACAddress: DHCPServedPort] = [:], key: Key) {
    self.ports = ports
    self.key = key
  }

  /// What happened on the port of this MAC address; nil for one that is not known.
  public func history(of mac: MACAddress) -> DHCPPortHistory? { ports[mac]?.history }

  /// All ports, in no order.
  public var all: some Collection<DHCPServedPort> { ports.values }

  /// The port that a frame comes from; nil for one that is not known.
  func port(of frame: RawSpan) -> DHCPServedPort? {
    let offset = key == .destination ? 0 : 6
    guard frame.byteCount >= 12 else { return nil }
    let high = UInt16(bigEndian: frame.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    let low = UInt32(bigEndian: frame.unsafeLoadUnaligned(fromByteOffset: offset + 2, as: UInt32.self))
    return ports[MACAddress(rawValue: UInt64(high) << 32 | UInt64(low))]
  }
}
