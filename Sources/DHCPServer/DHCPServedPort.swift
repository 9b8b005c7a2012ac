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
