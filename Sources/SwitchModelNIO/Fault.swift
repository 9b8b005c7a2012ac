/// Something that goes wrong between the switch and its controllers, once. Messages and bytes are counted over all
/// connections, from when the fault is armed.
public enum Fault: Hashable, Sendable {
  /// The connection ends after so many messages of the controller's were answered.
  case cutAfterReceiving(messages: Int)
  /// The connection ends after so many bytes to the controller, in the middle of a message perhaps.
  case cutAfterSending(bytes: Int)
  /// The connection ends in a message to the controller: after so many others, and so many bytes of it.
  case cutWithin(message: Int, bytes: Int)
  /// Bytes that are no message go to the controller, after so many messages.
  case garbage([UInt8], afterMessages: Int)
  /// The connection ends when a commit comes, which is not carried out.
  case loseCommit
  /// The connection ends when a commit was carried out, which is not answered.
  case loseCommitReply
}

/// The faults that are to happen: a value that is asked about every message and bytes.
struct ArmedFaults: Sendable {
  private var faults: [Fault] = []

  mutating func arm(_ fault: Fault) { faults.append(fault) }
  mutating func disarm() { faults = [] }

  /// What becomes of a message that came.
  struct Reception: Hashable, Sendable {
    /// Whether the switch gets it.
    var isHandled = true
    /// Whether what the switch answers is sent.
    var isAnswered = true
    /// Whether the connection ends then.
    var isLast = false
  }

  /// What becomes of a message from a controller.
  mutating func receive(isCommit: Bool) -> Reception {
    var reception = Reception()
    faults = faults.compactMap { fault in
      switch fault {
      case .cutAfterReceiving(let messages):
        guard messages <= 1 else { return .cutAfterReceiving(messages: messages - 1) }
        reception.isLast = true
        return nil
      case .loseCommit where isCommit:
        reception = Reception(isHandled: false, isAnswered: false, isLast: true)
        return nil
      case .loseCommitReply where isCommit:
        reception.isAnswered = false
        reception.isLast = true
        return nil
      default: return fault
      }
    }
    return reception
  }

  /// What is sent in place of a message to a controller, and whether the connection ends then.
  mutating func send(_ message: [UInt8]) -> (bytes: [UInt8], isLast: Bool) {
    var bytes = message
    var isLast = false
    faults = faults.compactMap { fault in
      switch fault {
      case .cutAfterSending(let count):
        guard count <= message.count else { return .cutAfterSending(bytes: count - message.count) }
        bytes = Array(message.prefix(max(0, count)))
        isLast = true
        return nil
      case .cutWithin(let number, let count):
        guard number <= 0 else { return .cutWithin(message: number - 1, bytes: count) }
        bytes = Array(message.prefix(max(0, count)))
        isLast = true
        return nil
      case .garbage(let garbage, let number):
        guard number <= 0 else { return .garbage(garbage, afterMessages: number - 1) }
        bytes = garbage + bytes
        return nil
      default: return fault
      }
    }
    return (bytes, isLast)
  }
}
