import GoalState

/// What the controller is told while the goal state is not in force.
///
/// A change that is in force within a second is told of once, when it is. What takes longer is told of meanwhile: what is
/// in force so far, how old the oldest change is that is not, and whether the switch has something else than is wanted.
extension Agent {
  /// Whether there is something that the controller should know of before all is in force.
  var isInTrouble: Bool {
    goal.isComplete && (unapplied.oldest != nil || digests.agree != true)
  }

  func reportTrouble() async {
    var wasInTrouble = false
    while !Task.isCancelled {
      try? await clock.sleep(clock.now() + troubleInterval)
      let isInTrouble = isInTrouble
      // It may have begun a moment ago, and be over in another.
      if wasInTrouble, isInTrouble { reports.post(report) }
      wasInTrouble = isInTrouble
    }
  }
}
