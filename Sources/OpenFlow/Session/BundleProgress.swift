// The way of a bundle. Open vSwitch answers a change that it cannot even read as soon as it is added, leaves it out,
// and would commit the others: so the commit is sent only after the answer to closing, before which all of those errors
// come. A change that fails in the making (no such group) is answered between commit and its error, and then nothing is
// applied.
//
//   filling ──close reply, no error──▶ committing ──commit reply──▶ committed
//      │                                   └──commit error──▶ refused, nothing applied
//      └──close reply or error, after errors──▶ discarding ──reply or error──▶ refused, nothing applied
//
// A bundle of one change needs no closing first: if the change is left out, nothing is left to commit. It begins as
// committing, with its commit in the same write, and takes one round trip instead of two.

/// Where a bundle is on its way.
struct BundleProgress: Sendable {
  enum Phase: Sendable {
    case filling, committing, discarding
  }

  enum Step: Hashable, Sendable {
    /// Nothing to do yet.
    case wait
    /// Send a commit or a discard with the bundle's last transaction id.
    case send(BundleControl.Kind)
    /// The bundle is over.
    case finish(Result<[BundleRefusal], ConnectionFailure>)
  }

  let bundle: EncodedBundle
  private(set) var phase = Phase.filling
  private var refusals: [BundleRefusal] = []
  private var failure: OpenFlowError?

  /// The bundle without its bytes, which are on their way.
  init(_ bundle: EncodedBundle) {
    self.bundle = bundle.withoutPieces
    if bundle.commitsAtOnce { phase = .committing }
  }

  /// A control message of this bundle's end.
  func control(_ kind: BundleControl.Kind) -> [UInt8] {
    var bytes: [UInt8] = []
    BundleControl(bundle: bundle.firstXID, kind: kind).encode(to: &bytes, xid: bundle.endXID)
    return bytes
  }

  mutating func received(_ error: OpenFlowError) -> Step {
    if let index = bundle.index(of: error.xid) {
      refusals.append(BundleRefusal(index: index, error: error))
      return .wait
    }
    switch phase {
    case .filling:
      failure = failure ?? error
      return error.xid == bundle.closeXID ? end(with: .discardRequest) : .wait
    case .committing, .discarding:
      guard error.xid == bundle.endXID else { return .wait }
      if phase == .committing { failure = failure ?? error }
      return outcome
    }
  }

  mutating func received(_ control: BundleControl, xid: UInt32) -> Step {
    switch (phase, control.kind) {
    case (.filling, .closeReply) where xid == bundle.closeXID:
      return end(with: refusals.isEmpty && failure == nil ? .commitRequest : .discardRequest)
    case (.committing, .commitReply) where xid == bundle.endXID:
      // What was committed of a bundle of one refused change is nothing.
      let isConsistent = refusals.isEmpty || bundle.commitsAtOnce
      return .finish(isConsistent ? .success(refusals) : .failure(.contradiction(refusals)))
    case (.discarding, .discardReply) where xid == bundle.endXID:
      return outcome
    default:
      return .wait
    }
  }

  private mutating func end(with kind: BundleControl.Kind) -> Step {
    phase = kind == .commitRequest ? .committing : .discarding
    return .send(kind)
  }

  /// The outcome when nothing was applied: the refusals say more than the error of the bundle itself.
  private var outcome: Step {
    if refusals.isEmpty, let failure { return .finish(.failure(.refused(failure))) }
    return .finish(.success(refusals))
  }
}
