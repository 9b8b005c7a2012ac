import CNetlink
import Dispatch
import Glibc
import Synchronization

/// What changed since the last time one asked.
public struct NetworkChanges: Hashable, Sendable {
  /// The indices of interfaces that appeared, changed or went.
  public var links: Set<Int32> = []
  /// The indices of interfaces that gained, changed or lost an address.
  public var addresses: Set<Int32> = []
  /// Whether notifications were lost, so that everything must be read anew.
  public var needsResync = false

  /// No change.
  public init() {}

  /// Whether nothing changed.
  public var isEmpty: Bool { links.isEmpty && addresses.isEmpty && !needsResync }
}

extension HostNetwork {
  /// The changes of links and addresses in the calling thread's network namespace, from this call on.
  ///
  /// Listing *after* this call therefore misses nothing. Changes that come while the stream's reader is busy are merged
  /// into one element, so that the reader never falls behind. The kernel's notifications are read on a queue of their
  /// own; that ends, and the socket closes, when the reading task is cancelled or the stream is dropped. The stream ends
  /// when the socket fails for good; the reader then lists again and starts anew.
  public static func changes() throws(NetlinkError) -> AsyncStream<NetworkChanges> {
    let watcher = try ChangeWatcher()
    return AsyncStream(unfolding: { await watcher.next() }, onCancel: { watcher.stop() })
  }
}

/// Reads the kernel's notifications on a dispatch queue, and keeps what nobody has taken yet.
final class ChangeWatcher: Sendable {
  private let pending: PendingChanges
  private let reader: ChangeReader

  /// - Parameter receiveBufferSize: the socket's buffer in bytes; nil for libnl's own choice.
  init(receiveBufferSize: Int32? = nil) throws(NetlinkError) {
    let attempt = "watch for changes"
    let subject = "the network configuration"
    let socket = try NetlinkSocket.open(protocol: NETLINK_ROUTE, subject: subject)
    // Notifications have no sequence numbers.
    nl_socket_disable_seq_check(socket.raw)
    try socket.request(attempt, on: subject) { nl_socket_set_nonblocking($0) }
    if let receiveBufferSize {
      try socket.request(attempt, on: subject) { nl_socket_set_buffer_size($0, receiveBufferSize, 0) }
    }
    for group in [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR] {
      try socket.request(attempt, on: subject) { nl_socket_add_membership($0, Int32(group.rawValue)) }
    }
    let pending = PendingChanges()
    reader = ChangeReader(socket: socket, pending: pending)
    self.pending = pending
    reader.start()
  }

  deinit {
    reader.stop()
  }

  /// Ends the watch; `next` returns nil from then on.
  func stop() {
    reader.stop()
    pending.finish()
  }

  /// The next changes, or nil at the end.
  func next() async -> NetworkChanges? {
    await pending.next()
  }
}

/// The changes that nobody has taken yet, and the signal that there are some.
final class PendingChanges: Sendable {
  private let changes = Mutex(NetworkChanges())
  private let signal: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() {
    (signal, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func merge(_ edit: (inout NetworkChanges) -> Void) {
    changes.withLock { edit(&$0) }
  }

  func announce() {
    if !changes.withLock({ $0.isEmpty }) { continuation.yield() }
  }

  func finish() {
    continuation.finish()
  }

  func next() async -> NetworkChanges? {
    for await _ in signal {
      let taken = changes.withLock { changes in
        defer { changes = NetworkChanges() }
        return changes
      }
      if !taken.isEmpty { return taken }
    }
    return nil
  }
}

/// The socket, the dispatch source that watches it, and what is done with a notification.
///
/// Not checked by the compiler: once started, only the queue uses the socket, and cancelling a source is safe anywhere.
private final class ChangeReader: @unchecked Sendable {
  private let socket: NetlinkSocket
  private let source: any DispatchSourceRead
  private let pending: PendingChanges

  init(socket: consuming NetlinkSocket, pending: PendingChanges) {
    source = DispatchSource.makeReadSource(
      fileDescriptor: nl_socket_get_fd(socket.raw), queue: DispatchQueue(label: "alioth.network-changes"))
    self.socket = socket
    self.pending = pending
    // The socket, which this value owns, is the only one to use the pointer.
    nl_socket_modify_cb(
      self.socket.raw, NL_CB_VALID, NL_CB_CUSTOM,
      { message, argument in
        guard let message, let argument else { return Int32(NL_SKIP.rawValue) }
        Unmanaged<PendingChanges>.fromOpaque(argument).takeUnretainedValue().merge { $0.note(message) }
        return Int32(NL_OK.rawValue)
      }, Unmanaged.passUnretained(pending).toOpaque())
  }

  /// Starts to read. The handlers keep this value, and so the descriptor, until Dispatch has let go of it.
  func start() {
    source.setEventHandler {
      if !self.read() { self.source.cancel() }
    }
    source.setCancelHandler {
      self.pending.finish()
    }
    source.activate()
  }

  func stop() {
    source.cancel()
  }

  /// Reads all that is there.
  ///
  /// - Returns: false when the socket has failed for good.
  private func read() -> Bool {
    defer { pending.announce() }
    while true {
      let result = nl_recvmsgs_default(socket.raw)
      switch -result {
      case _ where result >= 0, NLE_INTR: continue
      case NLE_AGAIN: return true
      case NLE_NOMEM, NLE_MSG_OVERFLOW, NLE_MSG_TRUNC:
        // The kernel had to drop notifications (ENOBUFS, which libnl calls "Out of memory").
        pending.merge { $0.needsResync = true }
      default: return false
      }
    }
  }
}

extension NetworkChanges {
  /// Notes the interface that a notification is about, from the fixed header of its kind (rtnetlink(7)).
  fileprivate mutating func note(_ message: OpaquePointer) {
    guard let header = nlmsg_hdr(message), let data = nlmsg_data(header) else { return }
    let length = Int(nlmsg_datalen(header))
    switch Int(header.pointee.nlmsg_type) {
    case RTM_NEWLINK, RTM_DELLINK:
      guard length >= MemoryLayout<ifinfomsg>.size else { return }
      links.insert(data.loadUnaligned(as: ifinfomsg.self).ifi_index)
    case RTM_NEWADDR, RTM_DELADDR:
      guard length >= MemoryLayout<ifaddrmsg>.size else { return }
      addresses.insert(Int32(truncatingIfNeeded: data.loadUnaligned(as: ifaddrmsg.self).ifa_index))
    default: return
    }
  }
}
