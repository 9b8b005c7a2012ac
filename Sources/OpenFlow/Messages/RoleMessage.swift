/// What a connection may do (OpenFlow 1.3.5 section 7.3.9, ofp_controller_role).
public enum ControllerRole: UInt32, Hashable, Sendable, CaseIterable {
  /// Asks for nothing: the role stays.
  case noChange = 0
  /// The same as others.
  case equal = 1
  /// Alone in changing the switch.
  case primary = 2
  /// Looks on.
  case secondary = 3

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    guard let role = ControllerRole(rawValue: try reader.integer()) else {
      throw start.malformed("expected a role of 0 to 3")
    }
    self = role
  }
}

/// Asks for a role, or says which one it is (ofp_role_request).
public struct RoleMessage: Hashable, Sendable, WireValue {
  /// The role.
  public var role: ControllerRole
  /// Grows with every election of a primary; a request with an older one is refused.
  public var generation: UInt64

  /// A role.
  public init(role: ControllerRole, generation: UInt64 = 0) {
    self.role = role
    self.generation = generation
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    role = try ControllerRole(&reader)
    try reader.skip(4)
    generation = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(role.rawValue)
    bytes.appendZeros(4)
    bytes.appendInteger(generation)
  }
}

/// The role of this connection has changed (ONF extension 191, as OpenFlow 1.4 section 7.4.4 has it).
public struct RoleStatus: Hashable, Sendable, WireValue {
  /// The role now.
  public var role: ControllerRole
  /// Why: 0 another controller has become primary, 1 configuration, 2 experimenter.
  public var reason: UInt8
  /// The generation of the request that caused it.
  public var generation: UInt64

  /// A change of role.
  public init(role: ControllerRole, reason: UInt8, generation: UInt64) {
    self.role = role
    self.reason = reason
    self.generation = generation
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    role = try ControllerRole(&reader)
    reason = try reader.integer()
    try reader.skip(3)
    generation = try reader.integer()
    try reader.skip(reader.remaining)  // properties, none of which is in use
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(role.rawValue)
    bytes.append(reason)
    bytes.appendZeros(3)
    bytes.appendInteger(generation)
  }
}
