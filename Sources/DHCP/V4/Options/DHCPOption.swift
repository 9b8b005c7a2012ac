/// An option with its whole value, joined when it came in parts.
public struct DHCPOption: Hashable, Sendable {
  /// Which option.
  public var code: DHCPOptionCode
  /// Its value.
  public var value: [UInt8]

  /// An option of the given value.
  public init(_ code: DHCPOptionCode, _ value: [UInt8]) {
    self.code = code
    self.value = value
  }
}
