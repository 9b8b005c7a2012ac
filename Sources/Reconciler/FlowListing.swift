import OpenFlow

/// A flow in the books, for people to look at.
public struct FlowListing<Owner: Sendable>: Sendable {
  /// How it stands with the flow.
  public enum State: String, Sendable {
    /// The switch has it as it is desired.
    case inForce = "in force"
    /// It waits to be sent.
    case waiting
    /// It is with the switch, and not confirmed yet.
    case sent
    /// The switch has it, and nobody wants it.
    case stale
    /// The switch has not been read, so that it is not known.
    case unknown
  }

  /// Who wants it; nil for a stale flow.
  public let owner: Owner?
  /// How it stands.
  public let state: State
  /// The flow: as desired, or for a stale one as it was desired or read.
  public let flow: Flow
}

/// What can be said of an owner's flows without listing all of them.
public struct FlowExcerpt<Owner: Sendable>: Sendable {
  /// The first of them.
  public var flows: [FlowListing<Owner>] = []
  /// How many there are.
  public var count = 0
  /// Whether the switch has each of them as it is desired.
  public var isInForce = true
}

extension FlowReconciler {
  /// A page of the flows in the books, in no order that means anything.
  ///
  /// - Parameters:
  ///   - cursor: Where to go on; 0 at first, then what the page before returned.
  ///   - limit: How many places in the books to look at; the page may have fewer flows than that.
  ///   - table: The table to list; nil for all.
  /// - Returns: The flows, and where to go on; nil at the end.
  public func listing(from cursor: Int, limit: Int, table: TableID? = nil) -> (
    flows: [FlowListing<Owner>], next: Int?
  ) {
    let slots = ledger.store.slots
    let start = min(max(0, cursor), slots.count)
    let end = min(slots.count, start + max(1, limit))
    let flows = (start..<end).compactMap { index -> FlowListing<Owner>? in
      let slot = UInt32(truncatingIfNeeded: index)
      guard slots[index].state.contains(.used), table == nil || ledger.store.table(slot) == table else { return nil }
      return listing(of: slot)
    }
    return (flows, end < slots.count ? end : nil)
  }

  /// The flows of one owner that it has, not those that it lost.
  public func listing(of owner: Owner) -> [FlowListing<Owner>] {
    guard let number = number(of: owner) else { return [] }
    var flows: [FlowListing<Owner>] = []
    var slot = ledger.holdings.firstSlot(of: number)
    while slot != FlowSlot.none {
      if let flow = listing(of: slot) { flows.append(flow) }
      slot = ledger.store[slot].next
    }
    return flows
  }

  /// The first flows of one owner, how many it has, and whether all are in force; without a look at the rest of them.
  public func excerpt(of owner: Owner, limit: Int) -> FlowExcerpt<Owner> {
    var excerpt = FlowExcerpt<Owner>()
    guard let number = number(of: owner) else { return excerpt }
    var slot = ledger.holdings.firstSlot(of: number)
    while slot != FlowSlot.none {
      let entry = ledger.store[slot]
      excerpt.count += 1
      if ledger.knownCount == nil || entry.state.contains(.inFlight) || entry.differs(sweeping: true) {
        excerpt.isInForce = false
      }
      if excerpt.flows.count < limit, let flow = listing(of: slot) { excerpt.flows.append(flow) }
      slot = entry.next
    }
    return excerpt
  }

  private func listing(of slot: UInt32) -> FlowListing<Owner>? {
    guard let flow = try? FlowBody.decode(ledger.store.body(slot)) else { return nil }
    let entry = ledger.store[slot]
    let isDesired = entry.state.contains(.desired)
    let state: FlowListing<Owner>.State
    if ledger.knownCount == nil {
      state = .unknown
    } else if entry.state.contains(.inFlight) {
      state = .sent
    } else if !isDesired {
      state = .stale
    } else {
      state = entry.differs(sweeping: true) ? .waiting : .inForce
    }
    return FlowListing(owner: isDesired ? owner(entry.owner) : nil, state: state, flow: flow)
  }
}
