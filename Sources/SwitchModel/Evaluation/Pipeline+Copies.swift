import OpenFlow

/// What goes on with a copy of the packet, or in two ways.
extension Pipeline {
  var saved: Saved {
    Saved(
      key: key, base: base, stack: stack, stackBytes: stackBytes, actionSet: actionSet,
      actionSetHasGroup: actionSetHasGroup, wasLabeled: wasLabeled, isTracked: isTracked)
  }

  mutating func restorePacket(_ saved: Saved) {
    key = saved.key
    base = saved.base
    wasLabeled = saved.wasLabeled
    isTracked = saved.isTracked
  }

  mutating func restore(_ saved: Saved) {
    restorePacket(saved)
    restoreSets(saved)
  }

  private mutating func restoreSets(_ saved: Saved) {
    stack = saved.stack
    stackBytes = saved.stackBytes
    actionSet = saved.actionSet
    actionSetHasGroup = saved.actionSetHasGroup
  }

  /// Carries out actions on a copy. The datapath makes one only for what cannot be undone: after other actions the next
  /// commit writes back what they changed, as Open vSwitch does it.
  mutating func clone(_ actions: [Action]) {
    guard !actions.allSatisfy(isReversible) else {
      frames.append(Frame(steps: actions.map(Step.action), closing: .undo(saved)))
      return
    }
    commit()
    let saved = self.saved
    emit(.beginClone)
    frames.append(Frame(steps: actions.map(Step.action), closing: .clone(saved)))
  }

  private func isReversible(_ action: Action) -> Bool {
    switch action {
    case .track, .outputTruncated: false
    default: true
    }
  }

  /// Takes back what actions made of the packet, but not what the datapath was told of it already.
  mutating func undo(_ saved: Saved) {
    key = saved.key
    restoreSets(saved)
  }

  /// Goes on in both ways, since only the datapath knows how long the packet is then.
  mutating func checkLength(_ length: UInt16, into slice: FieldSlice) {
    guard let field = KeyField(slice.field), let top = frames.indices.last else { return }
    let rest = Array(frames[top].steps.dropFirst(frames[top].next))
    frames[top].next = frames[top].steps.count
    commit()
    let saved = self.saved
    emit(.ifLarger(length))
    key.set(field, offset: slice.offset, count: slice.count, to: 1)
    trace.add(.detail, "if the packet is longer than \(length):")
    let reference = FieldSliceReference(field: field, offset: slice.offset, count: slice.count)
    frames.append(Frame(steps: rest, closing: .larger(saved, slice: reference, rest: rest)))
  }
}
