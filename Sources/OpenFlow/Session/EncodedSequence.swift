/// Messages that are carried out one after the other, each for itself, with a barrier at their end: what cannot ride in a
/// bundle, such as meters. The transaction ids are consecutive, one for each message and then the barrier's.
public struct EncodedSequence: Sendable {
  let firstXID: UInt32
  /// How many messages there are, without the barrier.
  public let count: Int
  /// Whole messages, up to about 64 kB in each piece.
  let pieces: [[UInt8]]
  /// Messages that are none: the sequence must not be sent when there are some.
  public let refusals: [BundleRefusal]

  private static let pieceSize = 64 * 1024

  /// How many transaction ids a sequence of `count` messages takes.
  public static func xidCount(for count: Int) -> Int { count + 1 }

  /// Joins encoded messages; their transaction ids are replaced. `firstXID` and the ids after it must be free, and none
  /// of them wrap around.
  public init(_ messages: [[UInt8]], firstXID: UInt32) {
    var pieces: [[UInt8]] = []
    var piece: [UInt8] = []
    var refusals: [BundleRefusal] = []
    var xid = firstXID
    for (index, message) in messages.enumerated() {
      if EncodedSequence.isWhole(message) {
        if !piece.isEmpty, piece.count + message.count > EncodedSequence.pieceSize {
          pieces.append(piece)
          piece.removeAll(keepingCapacity: true)
        }
        piece += EncodedSequence.replacingXID(of: message, with: xid)
      } else {
        // What the switch would say, could the message be sent: BAD_REQUEST, BAD_LEN.
        refusals.append(BundleRefusal(index: index, error: OpenFlowError(xid: xid, type: 1, code: 6)))
      }
      xid &+= 1
    }
    piece += PlainMessage.encode(.barrierRequest, xid: xid)
    pieces.append(piece)
    self.firstXID = firstXID
    self.count = messages.count
    self.pieces = pieces
    self.refusals = refusals
  }

  var barrierXID: UInt32 { firstXID &+ UInt32(truncatingIfNeeded: count) }

  /// A whole message with another transaction id.
  public static func replacingXID(of message: [UInt8], with xid: UInt32) -> [UInt8] {
    var bytes = Array(message.prefix(4))
    bytes.appendInteger(xid)
    bytes += message.dropFirst(MessageHeader.size)
    return bytes
  }

  /// Whether the bytes are one message of OpenFlow 1.3 by their header.
  public static func isWhole(_ message: [UInt8]) -> Bool {
    guard message.count >= MessageHeader.size, message.count <= MessageHeader.longest else { return false }
    return message[0] == MessageHeader.version13 && Int(message[2]) << 8 | Int(message[3]) == message.count
  }
}

/// What came of a sequence until now.
struct SequenceProgress: Sendable {
  private let firstXID: UInt32
  private let barrierXID: UInt32
  private var refusals: [BundleRefusal] = []

  init(_ sequence: EncodedSequence) {
    firstXID = sequence.firstXID
    barrierXID = sequence.barrierXID
  }

  /// Notes an error; returns the outcome when it is the barrier's.
  mutating func received(_ error: OpenFlowError) -> ConnectionFailure? {
    if error.xid == barrierXID { return .refused(error) }
    refusals.append(BundleRefusal(index: Int(error.xid &- firstXID), error: error))
    return nil
  }

  /// The refusals, when the barrier with this id is the sequence's.
  func outcome(barrier xid: UInt32) -> [BundleRefusal]? { xid == barrierXID ? refusals : nil }
}
