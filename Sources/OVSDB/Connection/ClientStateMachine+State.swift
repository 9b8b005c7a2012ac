extension ClientStateMachine {
  /// A request that waits for its answer.
  struct Pending {
    /// What the answer is for.
    enum Purpose {
      case request
      /// Starts the monitor of this id.
      case monitor(Int64)
      /// Makes the monitor of this id watch other rows.
      case selection(Int64)
      case lock(String)
    }

    let method: String
    let timeout: Duration
    let deadline: Duration
    let purpose: Purpose
  }

  /// An open connection.
  struct Open {
    var splitter: JSONMessageSplitter
    var pending: [Int64: Pending] = [:]
    var monitors: [Int64: MonitorCopy] = [:]
    var locks = LockTable()
    var nextID: Int64 = 1
    var lastReceived: Duration
    var probe: Int64?

    /// Who waits for an answer: whoever started the monitor waits by its id, also when it is asked for a second time in
    /// another way.
    func waiter(of id: Int64) -> RequestID {
      if case .monitor(let monitor) = pending[id]?.purpose { return RequestID(rawValue: monitor) }
      return RequestID(rawValue: id)
    }

    mutating func abandon(_ id: Int64) {
      for key in pending.keys where waiter(of: key).rawValue == id { pending[key] = nil }
    }

    /// Ids are never used twice: at a million a second they last for 290,000 years.
    mutating func takeID() -> Int64 {
      defer { nextID += 1 }
      return nextID
    }
  }
}
