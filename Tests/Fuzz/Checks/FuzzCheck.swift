/// What must hold of a decoder or a state machine whatever bytes it is given. The fuzzers run it over what libFuzzer
/// makes up, `FuzzTests` over the corpus in the repository.
public struct FuzzCheck: Sendable {
  /// The name; the file of its corpus has it too.
  public let name: String
  private let body: @Sendable ([UInt8]) throws(FuzzFinding) -> Void

  init(_ name: String, _ body: @escaping @Sendable ([UInt8]) throws(FuzzFinding) -> Void) {
    self.name = name
    self.body = body
  }

  /// What does not hold for these bytes. What traps does not return.
  public func finding(in bytes: [UInt8]) -> FuzzFinding? {
    do throws(FuzzFinding) {
      try body(bytes)
      return nil
    } catch {
      return error
    }
  }

  /// All of them.
  public static let all: [FuzzCheck] = [
    .message, .session, .readBack, .flow, .text, .json, .ovsdb, .modelSwitch, .packet, .dhcp, .dhcpv6, .southbound,
  ]
}

/// Something that should hold of any bytes does not hold of some.
public struct FuzzFinding: Error, Hashable, Sendable, CustomStringConvertible {
  /// What does not hold, and what was found instead.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Throws when `condition` does not hold.
func require(_ condition: Bool, _ finding: @autoclosure () -> String) throws(FuzzFinding) {
  if !condition { throw FuzzFinding(finding()) }
}
