extension ClientStateMachine {
  private static func nextJSON(
    _ splitter: inout JSONMessageSplitter, limits: JSONLimits
  ) throws(CloseReason) -> JSONValue? {
    do throws(JSONError) {
      guard let bytes = try splitter.next() else { return nil }
      return try JSONValue(parsing: bytes, limits: limits)
    } catch {
      throw .invalidJSON(error)
    }
  }

  /// Takes all whole messages that have arrived.
  static func messages(
    _ open: inout Open, _ actions: inout [Action], limits: JSONLimits
  ) throws(CloseReason) {
    var changed: Set<Int64> = []
    while let json = try nextJSON(&open.splitter, limits: limits) {
      let message: JSONRPCMessage
      do {
        message = try JSONRPCMessage(json: json)
      } catch {
        throw .protocolViolation(error)
      }
      try take(message, &open, &changed, &actions)
    }
    // One state for all updates that came together.
    for id in changed.sorted() {
      if let replica = open.monitors[id]?.replica { actions.append(.replica(RequestID(rawValue: id), replica)) }
    }
  }

  private static func take(
    _ message: JSONRPCMessage, _ open: inout Open, _ changed: inout Set<Int64>, _ actions: inout [Action]
  ) throws(CloseReason) {
    switch message {
    case .request(let id, "echo", let parameters):
      actions.append(write(.response(id: id, result: .array(parameters))))
    case .request(let id, _, _):
      actions.append(write(.failure(id: id, error: "unknown method")))
    case .notification(let method, let parameters) where method.hasPrefix("update"):
      try update(method, parameters, &open, &changed)
    case .notification(let method, let parameters) where method == "locked" || method == "stolen":
      guard parameters.count == 1, let name = parameters[0].string else {
        throw .protocolViolation(ProtocolError(expected: "a lock's name", found: .array(parameters)).within(method))
      }
      let state = open.locks.update(name, isHeld: method == "locked", isStolen: method == "stolen")
      if let state { actions.append(.lock(name, state)) }
    case .notification:
      // Later versions may add others.
      break
    case .response(let id, let result):
      guard let (key, pending) = try answered(id, open) else { return }
      // It waits until its answer is known to make sense: one that ends the connection fails it with all others.
      try succeeded(pending, key, result, &open, &changed, &actions)
      open.pending[key] = nil
    case .failure(let id, let error):
      guard let (key, pending) = try answered(id, open) else { return }
      open.pending[key] = nil
      failed(pending, key, error, &open, &actions)
    }
  }

  private static func succeeded(
    _ pending: Pending, _ key: Int64, _ result: JSONValue, _ open: inout Open, _ changed: inout Set<Int64>,
    _ actions: inout [Action]
  ) throws(CloseReason) {
    switch pending.purpose {
    case .request:
      actions.append(.complete(RequestID(rawValue: key), .success(result)))
    case .monitor(let monitor):
      guard var copy = open.monitors.removeValue(forKey: monitor) else { return }
      try copy.started(by: result)
      open.monitors[monitor] = copy
      changed.insert(monitor)
      // The rows are in the replica; the waiter needs only know that they are.
      actions.append(.complete(RequestID(rawValue: monitor), .success(.null)))
    case .selection(let monitor):
      open.monitors[monitor]?.selected(isRefused: false)
      // Before the waiter is told: the rows asked for are in it.
      changed.remove(monitor)
      if let replica = open.monitors[monitor]?.replica {
        actions.append(.replica(RequestID(rawValue: monitor), replica))
      }
      actions.append(.complete(RequestID(rawValue: key), .success(.null)))
    case .lock(let name):
      guard case .boolean(let isHeld)? = result.object?["locked"] else {
        throw .protocolViolation(
          ProtocolError(expected: "whether the lock is ours", found: result).within("the answer to \(pending.method)"))
      }
      if let state = open.locks.update(name, isHeld: isHeld) { actions.append(.lock(name, state)) }
      actions.append(.complete(RequestID(rawValue: key), .success(.null)))
    }
  }

  private static func failed(
    _ pending: Pending, _ key: Int64, _ error: JSONValue, _ open: inout Open, _ actions: inout [Action]
  ) {
    let operationError = OperationError(json: error)
    let refused = RequestError.refused(
      method: pending.method, error: operationError?.description ?? error.excerpt())
    var waiter = RequestID(rawValue: key)
    switch pending.purpose {
    case .request: break
    case .lock(let name): _ = open.locks.release(name)
    case .selection(let monitor): open.monitors[monitor]?.selected(isRefused: true)
    case .monitor(let monitor):
      waiter = RequestID(rawValue: monitor)
      if operationError?.name == OperationError.unknownMethod, var copy = open.monitors[monitor], copy.fallBack() {
        open.monitors[monitor] = copy
        let id = open.takeID()
        let method = copy.method.rawValue
        open.pending[id] = Pending(
          method: method, timeout: pending.timeout, deadline: pending.deadline, purpose: .monitor(monitor))
        actions.append(call(id, method, copy.parameters(id: monitor)))
        return
      }
      open.monitors[monitor] = nil
    }
    actions.append(.complete(waiter, .failure(refused)))
  }

  /// The request that an answer is for; nil when nobody waits for it any more.
  private static func answered(_ id: JSONValue, _ open: Open) throws(CloseReason) -> (Int64, Pending)? {
    guard let key = id.integer, key > 0, key < open.nextID else {
      throw .protocolViolation(ProtocolError(expected: "the id of one of our requests", found: id))
    }
    return open.pending[key].map { (key, $0) }
  }

  private static func update(
    _ method: String, _ parameters: [JSONValue], _ open: inout Open, _ changed: inout Set<Int64>
  ) throws(CloseReason) {
    guard parameters.count >= 2, let id = parameters[0].integer, id > 0, id < open.nextID else {
      throw .protocolViolation(
        ProtocolError(expected: "the id of one of our monitors and its updates", found: .array(parameters)))
    }
    // Nil for one that was stopped, or whose start nobody waits for. Taken out, so that it is changed in place.
    guard var copy = open.monitors.removeValue(forKey: id) else { return }
    try copy.changed(by: method, parameters.dropFirst())
    open.monitors[id] = copy
    changed.insert(id)
  }
}
