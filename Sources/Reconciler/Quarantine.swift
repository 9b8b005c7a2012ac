import OpenFlow

/// An owner whose flows were refused by the switch: none of them is installed until it asks for other flows, or is given
/// another try.
public struct Quarantine: Sendable, Equatable {
  /// The flow that was refused, as text.
  public let flow: String
  /// What the switch said; nil when the flow did not get that far.
  public let error: OpenFlowError?
  /// Both, as a sentence's end.
  public let reason: String
  let flows: [Flow]
}
