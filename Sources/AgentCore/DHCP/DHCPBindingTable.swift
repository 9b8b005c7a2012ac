import DHCP
import GoalState
import OpenFlow
import Synchronization

/// The reservations by OpenFlow port: written by the agent, read by the responder's thread.
///
/// The reader takes the whole table as a value and keeps it for a batch of packets; the writer changes a table of its own
/// and swaps it in. Neither waits for the other longer than it takes to copy a reference.
final class DHCPBindingTable: Sendable {
  /// A reservation, and whose it is.
  struct Entry: Sendable {
    let port: PortID
    let binding: DHCPBinding
  }

  private let published = Mutex<[OFPort: Entry]>([:])

  init() {}

  /// The table as it is now.
  var entries: [OFPort: Entry] { published.withLock { $0 } }

  /// Puts a new table in the place of the old one.
  func publish(_ entries: [OFPort: Entry]) {
    published.withLock { $0 = entries }
  }
}
