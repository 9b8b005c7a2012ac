import OpenFlow

/// What is to be written, in two lanes: answers to the switch's echo requests and other short messages overtake the
/// pieces of a large bundle that are not written yet. Every entry is of whole messages, so they may alternate.
struct OutboundQueue {
  private struct Lane {
    struct Piece {
      let request: SwitchSession.RequestID?
      var bytes: [UInt8]
    }

    var pieces: [Piece] = []
    var index = 0
    var byteCount = 0

    mutating func append(_ bytes: [UInt8], of request: SwitchSession.RequestID?) {
      pieces.append(Piece(request: request, bytes: bytes))
      byteCount += bytes.count
    }

    mutating func take() -> [UInt8]? {
      while index < pieces.count {
        let bytes = pieces[index].bytes
        pieces[index].bytes = []  // written bytes need not stay until the lane is empty
        index += 1
        if index == pieces.count {
          pieces.removeAll()
          index = 0
        } else if index >= 64, index * 2 >= pieces.count {
          pieces.removeFirst(index)
          index = 0
        }
        byteCount -= bytes.count
        if !bytes.isEmpty { return bytes }
      }
      return nil
    }

    mutating func drop(_ request: SwitchSession.RequestID) {
      for position in pieces.indices.dropFirst(index) where pieces[position].request == request {
        byteCount -= pieces[position].bytes.count
        pieces[position].bytes = []
      }
    }
  }

  private var urgent = Lane()
  private var bulk = Lane()

  /// How many bytes of short messages wait.
  var urgentByteCount: Int { urgent.byteCount }
  /// How many bytes wait.
  var byteCount: Int { urgent.byteCount + bulk.byteCount }

  mutating func appendUrgent(_ bytes: [UInt8]) { urgent.append(bytes, of: nil) }

  mutating func appendBulk(_ pieces: [[UInt8]], of request: SwitchSession.RequestID?) {
    for bytes in pieces { bulk.append(bytes, of: request) }
  }

  /// Forgets the pieces of a request that are not taken yet.
  mutating func dropBulk(of request: SwitchSession.RequestID) { bulk.drop(request) }

  /// Takes what is to be written next.
  mutating func next() -> [UInt8]? { urgent.take() ?? bulk.take() }
}
