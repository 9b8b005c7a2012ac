import OpenFlow

/// What a unit compiles to: its flows with what they name, and whether they are all that it needs.
public struct CompiledUnit: Sendable, Equatable {
  /// Whether the unit is whole.
  public enum Status: Sendable, Equatable {
    /// Its flows are all that it needs.
    case complete
    /// Something that it needs is not there yet: a resource that it names, or an interface. What needs it has no flows.
    case waiting(reason: String)
    /// It contradicts another resource, and will until one of them changes. What contradicts has no flows.
    case invalid(reason: String)
  }

  /// The flows.
  public var flows: [Flow]
  /// The meters that they name.
  public var meters: [Meter]
  /// Whether they are all that it needs.
  public var status: Status

  /// All parts.
  public init(flows: [Flow] = [], meters: [Meter] = [], status: Status = .complete) {
    self.flows = flows
    self.meters = meters
    self.status = status
  }

  static func waiting(_ reason: String) -> CompiledUnit { CompiledUnit(status: .waiting(reason: reason)) }
  static func invalid(_ reason: String) -> CompiledUnit { CompiledUnit(status: .invalid(reason: reason)) }
}
