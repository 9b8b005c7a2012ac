import OpenFlow

/// The OpenFlow pipeline of one packet: from tables, actions, groups and the action set to what the datapath is to do.
///
/// Nesting comes from outside (tables that resubmit to each other, groups in groups), so frames are on a stack of this
/// type's own, never on the thread's.
struct Pipeline<State: ForwardingState> {
  /// Lookups that go back to an earlier table, and groups, may be this deep.
  static var maximumDepth: Int { 64 }
  /// Lookups that one packet may cause in all.
  static var maximumLookups: Int { 64 * 64 }
  /// Bytes of datapath actions after which no lookup is made any more.
  static var maximumActionBytes: Int { 65_535 }
  static var maximumStackBytes: Int { 65_536 }

  /// Why a packet is dropped with all that was decided for it.
  enum Failure: Error {
    case tooDeep, tooManyLookups, stackTooDeep, tooManyLabels
  }

  let state: State
  let options: EvaluationOptions
  /// The packet as the pipeline has it.
  var key: PacketKey
  /// The packet as the datapath actions so far leave it.
  var base: PacketKey
  var actions: [DatapathAction] = []
  var actionBytes = 0
  var frames: [Frame] = []
  var stack: [StackValue] = []
  var stackBytes = 0
  var actionSet: [Action] = []
  var actionSetHasGroup = false
  var depth = 0
  var lookups = 0
  var isExiting = false
  var failure: Failure?
  /// The packet is to come back: the rest of the actions is kept for then.
  var isFreezing = false
  var frozenSteps: [Step] = []
  var pause: ControllerAction?
  /// The last label was popped: what is below it has not been parsed yet.
  var wasLabeled = false
  var isTracked: Bool
  var table: TableID
  var cookie: UInt64 = .max
  var entry: FlowEntry?
  /// Counts what the packet does to flows, tables and groups.
  var record: PipelineRecord
  var trace: TraceBuilder

  /// Steps that are being carried out, and what comes after them.
  struct Frame {
    var steps: [Step]
    var next = 0
    var closing: Closing
  }

  /// What is done when a frame's steps are finished.
  indirect enum Closing {
    case pipeline
    case table(TableID, cookie: UInt64, entry: FlowEntry?, deepens: Bool)
    case bucket(Group, rest: [Int], key: PacketKey, wasLabeled: Bool)
    case clone(Saved)
    /// The side of a length check for longer packets; the other one follows.
    case larger(Saved, slice: FieldSliceReference, rest: [Step])
    case notLarger(Saved)
    case actionSet(Closing)
  }

  /// What a clone gives back.
  struct Saved {
    var key: PacketKey
    var base: PacketKey
    var stack: [StackValue]
    var stackBytes: Int
    var actionSet: [Action]
    var actionSetHasGroup: Bool
    var wasLabeled: Bool
    var isTracked: Bool
  }

  /// Some bits of a field that evaluation knows.
  struct FieldSliceReference {
    var field: KeyField
    var offset: Int
    var count: Int
  }

  init(
    _ state: State, _ options: EvaluationOptions, key: PacketKey, table: TableID, record: PipelineRecord,
    trace: TraceBuilder
  ) {
    self.state = state
    self.options = options
    self.key = key
    self.base = key
    // The datapath forgets where a packet came from; a tunnel that it leaves by is set anew.
    self.base.tunnel = TunnelMetadata()
    self.isTracked = key.connection.state.contains(.tracked)
    self.table = table
    self.record = record
    self.trace = trace
  }

  /// Carries out `steps`, or looks the packet up first when there are none. Afterwards `actions` is what to do.
  mutating func run(_ steps: [Step]?) {
    if let port = state.ports[OFPort(key.inPort)], port.configuration.contains(.noReceive) {
      trace.add(.warning, "port \(port.number) receives nothing")
      return
    }
    if let steps {
      frames.append(Frame(steps: steps, closing: .pipeline))
    } else {
      frames.append(Frame(steps: [], closing: .pipeline))
      let found = find(in: table, port: key.inPort)
      entry = found
      cookie = found?.flow.cookie ?? cookie
      trace.depth += 1
      frames.append(
        Frame(
          steps: found.map { Step.all(of: $0.instructions) } ?? [],
          closing: .table(table, cookie: cookie, entry: found, deepens: false)))
    }
    while let frame = frames.last {
      if failure == nil, advance(frame) { continue }
      frames.removeLast()
      if failure == nil { close(frame) } else { abandon(frame) }
    }
    // Nothing of what was decided is done then.
    if failure != nil {
      actions.removeAll()
      record.hasFailed = true
    }
  }

  /// Carries out the frame's next step; false when it has none.
  private mutating func advance(_ frame: Frame) -> Bool {
    guard frame.steps.indices.contains(frame.next), let top = frames.indices.last else { return false }
    let step = frame.steps[frame.next]
    if wasLabeled && !isExiting && needsParsing(step) { freeze() }
    if isExiting {
      if isFreezing { keep(frame.steps[frame.next...]) }
      return false
    }
    frames[top].next += 1
    trace.add(.action, step.text)
    perform(step, in: frame)
    // A lookup's frame keeps the rest of these steps itself, when it comes back to them.
    guard failure == nil, isExiting, isFreezing, frozenSteps.isEmpty, frames.count == top + 1 else { return true }
    // A step that could not be done yet is done again; a packet that a controller resumes goes on after its step.
    keep(frame.steps[(pause == nil ? frame.next : frame.next + 1)...])
    frames[top].next = frame.steps.count
    return true
  }

  /// What comes after a frame's steps: for a part of the pipeline with an action set of its own, that first.
  private mutating func close(_ frame: Frame) {
    switch frame.closing {
    case .actionSet(let next):
      trace.depth -= 1
      finish(next)
    case .table, .bucket: finish(frame.closing)
    case .pipeline, .clone, .larger, .notLarger:
      let ordered = isFreezing ? [] : ActionSet.ordered(actionSet)
      if !isFreezing { actionSet.removeAll() }
      if ordered.isEmpty {
        finish(frame.closing)
      } else {
        trace.add(.detail, "executing the action set")
        trace.depth += 1
        frames.append(Frame(steps: ordered.map(Step.action), closing: .actionSet(frame.closing)))
      }
    }
  }

  private mutating func finish(_ closing: Closing) {
    switch closing {
    case .actionSet: break
    case .pipeline: thaw()
    case .table(let table, let cookie, let entry, let deepens):
      self.table = table
      self.cookie = cookie
      self.entry = entry
      if deepens { depth -= 1 }
      trace.depth -= 1
    case .bucket(let group, let rest, let key, let wasLabeled): closeBucket(group, rest, key, wasLabeled)
    case .clone(let saved):
      thaw()
      emit(.endClone)
      restore(saved)
    case .larger(let saved, let slice, let rest):
      thaw()
      emit(.otherwise)
      // As in Open vSwitch 3.1 the other side begins with the stack and the action set that this one left.
      restorePacket(saved)
      isExiting = false
      key.set(slice.field, offset: slice.offset, count: slice.count, to: 0)
      trace.add(.detail, "otherwise:")
      frames.append(Frame(steps: rest, closing: .notLarger(saved)))
    case .notLarger(let saved):
      thaw()
      emit(.endIf)
      restore(saved)
      isExiting = false
    }
  }

  /// Leaves a frame after a failure. Too many labels end only a group's bucket.
  private mutating func abandon(_ frame: Frame) {
    switch frame.closing {
    case .bucket:
      if failure == .tooManyLabels { failure = nil }
      finish(frame.closing)
    case .table: finish(frame.closing)
    case .clone(let saved):
      emit(.endClone)
      restore(saved)
    case .larger(let saved, _, _):
      emit(.otherwise)
      emit(.endIf)
      restore(saved)
    case .notLarger(let saved):
      emit(.endIf)
      restore(saved)
    case .actionSet(let next): abandon(Frame(steps: [], closing: next))
    case .pipeline: break
    }
  }

  mutating func emit(_ action: DatapathAction) {
    actions.append(action)
    actionBytes += action.size
  }

  /// Writes into the packet what is still only in the key.
  mutating func commit() {
    for change in PendingChanges.between(base, and: key) { emit(change) }
    let tunnel = base.tunnel
    base = key
    base.tunnel = tunnel
  }

  // MARK: Coming back

  /// Stops here; what is left is done when the packet was parsed again.
  mutating func freeze() {
    isExiting = true
    isFreezing = true
  }

  /// Keeps steps for when the packet comes back.
  private mutating func keep(_ steps: ArraySlice<Step>) {
    for step in steps {
      switch step {
      case .action(.output), .action(.outputField), .action(.group), .action(.controller), .action(.decrementTTL),
        .action(.resubmit(_, .all)), .action(.resubmitTuple(_, .all)), .action(.resubmitPort),
        .action(.outputTruncated), .action(.decrementTTLTelling), .action(.decrementMPLSTTL):
        frozenSteps.append(.restore(table, cookie: cookie))
        frozenSteps.append(step)
      case .goto(let table): frozenSteps.append(.action(.resubmit(port: .inPort, table: table)))
      case .action(.note), .action(.conjunction): break
      default: frozenSteps.append(step)
      }
    }
  }

  /// Sends the packet round when something waits for that.
  private mutating func thaw() {
    guard isFreezing else { return }
    commit()
    recirculate(to: TableID(0))
  }

  /// The packet comes back: to the steps that were kept, or to a lookup in `table`.
  mutating func recirculate(to table: TableID) {
    let frozen = FrozenPipeline(
      table: table, cookie: cookie, isTracked: isTracked, tunnel: key.tunnel, metadata: key.metadata,
      registers: key.registers, inPort: key.inPort, stack: stack, actionSet: actionSet, steps: frozenSteps)
    if let pause {
      emit(.controller(packetIn(pause, continuation: frozen)))
    } else {
      emit(.recirculate(frozen))
    }
    isFreezing = false
    frozenSteps.removeAll()
    pause = nil
  }

  /// Whether a step needs to know what is below a label that was popped.
  private func needsParsing(_ step: Step) -> Bool {
    switch step {
    case .action(.output), .action(.outputField), .action(.outputTruncated), .action(.setQueue), .action(.popQueue),
      .action(.group):
      false
    case .action(.setField(let field)), .action(.loadField(let field)): KeyField(field.field)?.isAboveLabels ?? true
    default: true
    }
  }
}
