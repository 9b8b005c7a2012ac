import OpenFlow

/// An owner of which the switch refused something, or which needs what is not there: nothing of it is installed until
/// it asks for something else, or is given another try.
public struct Quarantine: Sendable, Equatable {
  /// The flow, group or meter that was refused, as text; or the one that is not there.
  public let flow: String
  /// What the switch said; nil when it did not get that far.
  public let error: OpenFlowError?
  /// Both, as a sentence's end.
  public let reason: String
  /// What is not there, when that is why. The owner is tried again when somebody wants it.
  let needs: ReferentID?
  /// Everything that the owner wants.
  let desired: DesiredState

  init(_ flow: String, error: OpenFlowError? = nil, reason: String, needs: ReferentID? = nil, desired: DesiredState) {
    self.flow = flow
    self.error = error
    self.reason = reason
    self.needs = needs
    self.desired = desired
  }
}
