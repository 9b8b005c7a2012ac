import OpenFlow

extension Pipeline {
  /// Carries out one step. What nests puts a frame on the stack.
  mutating func perform(_ step: Step, in frame: Frame) {
    switch step {
    case .action(let action): perform(action, in: frame)
    case .writeActions(let actions): write(actions)
    case .clearActions:
      actionSet.removeAll()
      actionSetHasGroup = false
      key.actionSetOutput = PacketKey.noOutput
    case .writeMetadata(let value, let mask): key.metadata = key.metadata & ~mask | value & mask
    case .goto(let table): lookUp(in: table, port: key.inPort)
    case .meter(let id): if state.meter(id) != nil { emit(.meter(id)) }
    case .restore(let table, let cookie):
      self.table = table
      self.cookie = cookie
    }
  }

  private mutating func perform(_ action: Action, in frame: Frame) {
    switch action {
    case .output(let port, let maxLength): output(port, maxLength: maxLength)
    case .outputField(let slice, let maxLength): output(value(of: slice), maxLength: maxLength)
    case .outputTruncated(let port, let length): output(port, truncatedTo: Int(clamping: length))
    case .group(let id): enter(group: id)
    case .setQueue(let id): key.queue = id
    case .popQueue: key.queue = 0
    case .resubmit(let port, let table): resubmit(port, table)
    case .resubmitTuple(let port, let table): resubmit(port, table, swappingTuple: true)
    case .resubmitPort(let port): resubmit(port, .all)
    case .controller(let controller): toController(controller)
    case .conjunction: trace.add(.warning, "a conjunction does nothing by itself")
    case .clone(let actions): clone(actions)
    case .track(let action): track(action)
    case .ctClear: clearTracking()
    case .learn(let action): learn(action)
    case .exit: isExiting = true
    // Reports, timeouts and notes do nothing to where packets go.
    case .note, .sample, .finTimeout: break
    default: edit(action)
    }
  }

  /// Carries out what edits the packet.
  private mutating func edit(_ action: Action) {
    switch action {
    case .pushVLAN(let type): key.vlans.push(VLANStack.Tag(type: type, control: VLANStack.present))
    case .popVLAN: if key.vlans.count > 0 { key.vlans.pop() }
    case .pushMPLS(let type): pushLabel(type: type)
    case .popMPLS(let type): popLabel(type: type)
    case .setMPLSTTL(let ttl): setLabelTTL(ttl)
    case .decrementMPLSTTL: decrementLabelTTL()
    case .setTTL(let ttl): if key.isIP { key.ttl = ttl }
    case .decrementTTL: decrementTTL(controllers: [0])
    case .decrementTTLTelling(let controllers): decrementTTL(controllers: controllers)
    case .setField(let field), .loadField(let field): set(field)
    case .setTunnel(let id): set(.tunnelID(UInt64(id)))
    case .setTunnel64(let id): set(.tunnelID(id))
    case .move(let source, let destination), .copyField(let source, let destination): move(source, destination)
    case .load(let value, let slice): load(UInt128(value), slice)
    case .push(let slice): push(slice)
    case .pop(let slice): pop(slice)
    case .checkLength(let length, let slice): checkLength(length, into: slice)
    case .deleteField(let field):
      if case .tunnelOption(let index, _) = KeyField(field)?.place { key.tunnel.options[index] = nil }
    default: trace.add(.warning, "an action that is not evaluated")
    }
  }

  private mutating func resubmit(_ port: OFPort, _ table: TableID, swappingTuple: Bool = false) {
    lookUp(
      in: table == .all ? self.table : table, port: port == .inPort ? key.inPort : port.rawValue,
      swappingTuple: swappingTuple)
  }

  /// Sends the packet to a controller; with `pause` that is where it goes on.
  mutating func toController(_ action: ControllerAction) {
    guard !action.pause else {
      pause = action
      freeze()
      return
    }
    commit()
    emit(.controller(packetIn(action, continuation: nil)))
  }

  // MARK: Fields

  func value(of slice: FieldSlice) -> UInt128? {
    KeyField(slice.field).map { key.value(of: $0, offset: slice.offset, count: slice.count) }
  }

  /// Sets a field, if the packet has it.
  mutating func set(_ field: MatchField) {
    guard let known = KeyField(field.field), let value = field.value, let mask = field.mask else {
      trace.add(.warning, "\(field.field) is not evaluated")
      return
    }
    guard key.satisfies(known.prerequisite) else {
      trace.add(.warning, "the packet has no \(field.field)")
      return
    }
    key[known.place] = key[known.place] & ~mask | value & mask & known.allOnes
  }

  mutating func load(_ value: UInt128, _ slice: FieldSlice) {
    guard let known = KeyField(slice.field) else {
      trace.add(.warning, "\(slice.field) is not evaluated")
      return
    }
    guard key.satisfies(known.prerequisite) else {
      trace.add(.warning, "the packet has no \(slice.field)")
      return
    }
    key.set(known, offset: slice.offset, count: slice.count, to: value)
    trace.add(.detail, "\(slice.field) is now 0x\(String(key[known.place], radix: 16))")
  }

  private mutating func move(_ source: FieldSlice, _ destination: FieldSlice) {
    guard let from = KeyField(source.field) else {
      trace.add(.warning, "\(source.field) is not evaluated")
      return
    }
    guard key.satisfies(from.prerequisite) else {
      trace.add(.warning, "the packet has no \(source.field)")
      return
    }
    load(key.value(of: from, offset: source.offset, count: destination.count), destination)
  }

  private mutating func push(_ slice: FieldSlice) {
    let value = value(of: slice) ?? 0
    let bytes = (slice.count + 7) / 8
    stack.append(StackValue(value: value, bytes: bytes))
    stackBytes += bytes + 1
  }

  private mutating func pop(_ slice: FieldSlice) {
    guard let top = stack.popLast() else {
      trace.add(.warning, "the stack is empty")
      return
    }
    stackBytes -= top.bytes + 1
    guard let known = KeyField(slice.field) else { return }
    key.set(known, offset: slice.offset, count: slice.count, to: top.value)
  }

  // MARK: Action set

  /// Adds to the action set, and keeps track of where its packets go.
  mutating func write(_ actions: [Action]) {
    if !actionSetHasGroup {
      for action in actions {
        if case .output(let port, _) = action { key.actionSetOutput = port.rawValue }
        if case .group = action {
          key.actionSetOutput = PacketKey.noOutput
          actionSetHasGroup = true
          break
        }
      }
    }
    actionSet += actions
  }

  // MARK: Time to live

  /// Counts the TTL down. A packet that may not go on is told to controllers, and this flow is done with it.
  mutating func decrementTTL(controllers: [UInt16]) {
    guard key.isIP else { return }
    guard key.ttl <= 1 else {
      key.ttl -= 1
      return
    }
    for id in controllers { sendToController(reason: 2, controllerID: id) }
    trace.add(.warning, "the TTL is used up")
    stopFlow()
  }

  /// Ends the flow that is being carried out; those that led to it go on.
  mutating func stopFlow() {
    guard let top = frames.indices.last else { return }
    frames[top].next = frames[top].steps.count
  }

  // MARK: Labels

  mutating func pushLabel(type: UInt16) {
    guard LabelStack.isLabelType(type) else { return }
    let labels = key.isMPLS ? key.mpls.labels : []
    guard labels.count < LabelStack.capacity else {
      fail(.tooManyLabels, "more than \(LabelStack.capacity) labels")
      return
    }
    if let top = labels.first {
      key.mpls.set([top & ~LabelStack.bottom] + labels)
    } else {
      commit()
      let label: UInt32 = key.isIPv6 ? 2 : 0
      let trafficClass: UInt32 = key.isIP ? UInt32(key.trafficClass & 0xfc) >> 2 : 0
      let ttl: UInt32 = key.isIP && key.ttl != 0 ? UInt32(key.ttl) : 64
      key.mpls.set([label << 12 | (trafficClass & 7) << 9 | LabelStack.bottom | ttl])
      key.clearNetworkLayers()
    }
    key.etherType = type
  }

  mutating func popLabel(type: UInt16) {
    let labels = key.isMPLS ? key.mpls.labels : []
    guard !labels.isEmpty else { return }
    if labels.count == LabelStack.capacity, labels[LabelStack.capacity - 1] & LabelStack.bottom == 0 {
      actions.removeAll()
      fail(.tooManyLabels, "more than \(LabelStack.capacity) labels")
      return
    }
    key.mpls.set(Array(labels.dropFirst()))
    key.etherType = type
    if !LabelStack.isLabelType(type) { wasLabeled = true }
  }

  mutating func setLabelTTL(_ ttl: UInt8) {
    if key.isMPLS { key.mpls.top = key.mpls.top & 0xffff_ff00 | UInt32(ttl) }
  }

  mutating func decrementLabelTTL() {
    let ttl = key.mpls.top & 0xff
    if key.isMPLS, ttl > 1 {
      key.mpls.top = key.mpls.top & 0xffff_ff00 | (ttl - 1)
      return
    }
    if key.isMPLS { sendToController(reason: 2, controllerID: 0) }
    trace.add(.warning, "the label's TTL is used up")
    stopFlow()
  }

  // MARK: Copies

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
    stack = saved.stack
    stackBytes = saved.stackBytes
    actionSet = saved.actionSet
    actionSetHasGroup = saved.actionSetHasGroup
  }

  private mutating func clone(_ actions: [Action]) {
    commit()
    let saved = self.saved
    emit(.beginClone)
    frames.append(Frame(steps: actions.map(Step.action), closing: .clone(saved)))
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

  // MARK: Connection tracking

  /// Has the packet tracked. With a table a copy of it goes on there; this one forgets what is known of its connection.
  mutating func track(_ request: TrackingRequest, then table: TableID?) {
    emit(.track(request))
    if let table {
      isTracked = true
      trace.add(.detail, "a copy goes on in table \(table)")
      recirculate(to: table)
    }
    key.connection = ConnectionMetadata()
    isTracked = false
  }

  private mutating func clearTracking() {
    guard isTracked else { return }
    key.connection = ConnectionMetadata()
    isTracked = false
    emit(.clearTracking)
  }
}
