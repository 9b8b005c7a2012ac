/// An identifier that a controller gave to a resource: opaque text, usually a UUID.
public protocol ResourceIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  /// The text.
  var text: IdentifierText { get }
  /// The identifier with this text.
  init(_ text: IdentifierText)
}

extension ResourceIdentifier {
  /// The identifier with this text.
  public init(_ rawValue: String) { self.init(IdentifierText(rawValue)) }

  /// The text as a string.
  public var rawValue: String { text.description }

  /// Order of the text.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.text < rhs.text }

  /// The text.
  public var description: String { rawValue }

  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// A virtual network's id (Alcor: VPC; Neutron: network).
public struct NetworkID: ResourceIdentifier {
  /// The text.
  public let text: IdentifierText
  /// The identifier with this text.
  public init(_ text: IdentifierText) { self.text = text }
}

/// A subnet's id.
public struct SubnetID: ResourceIdentifier {
  /// The text.
  public let text: IdentifierText
  /// The identifier with this text.
  public init(_ text: IdentifierText) { self.text = text }
}

/// A port's id; Open vSwitch knows it as the interface's `external_ids:iface-id`.
public struct PortID: ResourceIdentifier {
  /// The text.
  public let text: IdentifierText
  /// The identifier with this text.
  public init(_ text: IdentifierText) { self.text = text }
}

/// The id of a neighbor: the port on another host that it stands for.
public struct NeighborID: ResourceIdentifier {
  /// The text.
  public let text: IdentifierText
  /// The identifier with this text.
  public init(_ text: IdentifierText) { self.text = text }
}

/// A router's id.
public struct RouterID: ResourceIdentifier {
  /// The text.
  public let text: IdentifierText
  /// The identifier with this text.
  public init(_ text: IdentifierText) { self.text = text }
}

/// A security group's id.
public struct SecurityGroupID: ResourceIdentifier {
  /// The text.
  public let text: IdentifierText
  /// The identifier with this text.
  public init(_ text: IdentifierText) { self.text = text }
}

/// A compute node's id.
public struct HostID: ResourceIdentifier {
  /// The text.
  public let text: IdentifierText
  /// The identifier with this text.
  public init(_ text: IdentifierText) { self.text = text }
}
