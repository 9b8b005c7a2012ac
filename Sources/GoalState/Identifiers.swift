/// An identifier that a controller gave to a resource: opaque text, usually a UUID.
public protocol ResourceIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  /// The text.
  var rawValue: String { get }
  /// The identifier with this text.
  init(_ rawValue: String)
}

extension ResourceIdentifier {
  /// Order of the text.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

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
  public let rawValue: String
  /// The identifier with this text.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A subnet's id.
public struct SubnetID: ResourceIdentifier {
  /// The text.
  public let rawValue: String
  /// The identifier with this text.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A port's id; Open vSwitch knows it as the interface's `external_ids:iface-id`.
public struct PortID: ResourceIdentifier {
  /// The text.
  public let rawValue: String
  /// The identifier with this text.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// The id of a neighbor: the port on another host that it stands for.
public struct NeighborID: ResourceIdentifier {
  /// The text.
  public let rawValue: String
  /// The identifier with this text.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A router's id.
public struct RouterID: ResourceIdentifier {
  /// The text.
  public let rawValue: String
  /// The identifier with this text.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A security group's id.
public struct SecurityGroupID: ResourceIdentifier {
  /// The text.
  public let rawValue: String
  /// The identifier with this text.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A compute node's id.
public struct HostID: ResourceIdentifier {
  /// The text.
  public let rawValue: String
  /// The identifier with this text.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}
