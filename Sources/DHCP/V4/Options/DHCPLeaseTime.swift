/// A time of a lease (RFC 2132 sections 9.2, 9.11 and 9.12).
public enum DHCPLeaseTime: UInt8, Hashable, Sendable, CaseIterable {
  /// How long the lease is.
  case lease = 51
  /// T1: when the client asks its server for more.
  case renewal = 58
  /// T2: when it asks any server.
  case rebinding = 59

  /// The least that is taken from an operator: below it, clients would do little else.
  public static let shortest: UInt32 = 10

  /// The time of an option's name or number, as an operator writes it.
  init?(named name: String) {
    guard let code = UInt8(name) ?? DHCPOptionDefinition(named: name)?.code.rawValue else { return nil }
    self.init(rawValue: code)
  }
}
