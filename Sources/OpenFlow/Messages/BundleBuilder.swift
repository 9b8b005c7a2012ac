/// Puts encoded changes into a bundle, one after the other. This is the hot path of programming a switch: a change costs
/// one copy of its bytes and four words, and no allocation of its own.
public struct BundleBuilder: Sendable {
  private let firstXID: UInt32
  private var xid: UInt32
  private var pieces: [[UInt8]] = []
  private var piece: [UInt8] = []
  private var refusals: [BundleRefusal] = []
  /// How many changes have been added.
  public private(set) var count = 0

  /// The size at which a piece is full: as much as a socket takes at once.
  private static let pieceSize = 64 * 1024

  /// What a bundle with a single change of a usual size takes.
  private static let smallPieceSize = 512

  /// An open bundle. `firstXID` and the ids after it must be free, and none of them wrap around.
  ///
  /// - Parameter count: How many changes are expected.
  public init(firstXID: UInt32, count: Int = .max) {
    self.firstXID = firstXID
    xid = firstXID
    // Memory that is not touched is not in the way of what runs next.
    piece.reserveCapacity(count == 1 ? BundleBuilder.smallPieceSize : BundleBuilder.pieceSize)
    BundleControl(bundle: firstXID, kind: .openRequest).encode(to: &piece, xid: firstXID)
  }

  /// Adds a change: a message of this type, without its header.
  ///
  /// One that is too long for a message is noted as refused, with what the switch would say could it be sent.
  public mutating func append(_ type: MessageType, body: ArraySlice<UInt8>) {
    xid &+= 1
    let inner = MessageHeader.size + body.count
    let length = inner + BundleControl.addOverhead
    guard length <= MessageHeader.longest else {
      // BAD_REQUEST, BAD_LEN.
      refusals.append(BundleRefusal(index: count, error: OpenFlowError(xid: xid, type: 1, code: 6)))
      count += 1
      return
    }
    count += 1
    if piece.count + length > BundleBuilder.pieceSize {
      pieces.append(piece)
      piece = []
      piece.reserveCapacity(BundleBuilder.pieceSize)
    }
    let words = (
      BundleBuilder.header(.experimenter, length: length, xid: xid).bigEndian,
      (UInt64(Experimenter.onf) << 32 | UInt64(BundleControl.addSubtype)).bigEndian,
      (UInt64(firstXID) << 32 | UInt64(BundleControl.atomicOrdered)).bigEndian,
      BundleBuilder.header(type, length: inner, xid: xid).bigEndian
    )
    withUnsafeBytes(of: words) { piece.append(contentsOf: $0) }
    piece.append(contentsOf: body)
  }

  /// Ends the bundle.
  public consuming func finish() -> EncodedBundle {
    let bundle = EncodedBundle(firstXID: firstXID, count: count)
    if bundle.commitsAtOnce {
      BundleControl(bundle: firstXID, kind: .commitRequest).encode(to: &piece, xid: bundle.endXID)
    } else {
      BundleControl(bundle: firstXID, kind: .closeRequest).encode(to: &piece, xid: bundle.closeXID)
    }
    pieces.append(piece)
    return EncodedBundle(firstXID: firstXID, count: count, pieces: pieces, refusals: refusals)
  }

  @inline(__always)
  private static func header(_ type: MessageType, length: Int, xid: UInt32) -> UInt64 {
    let front = UInt64(MessageHeader.version13) << 56 | UInt64(type.rawValue) << 48
    return front | UInt64(UInt16(truncatingIfNeeded: length)) << 32 | UInt64(xid)
  }
}
