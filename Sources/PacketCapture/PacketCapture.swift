import CPcap
import Glibc

/// A live capture on one interface, with libpcap: frames in, frames out.
///
/// One thread owns a capture: it opens it, waits, drains and injects. The type is not Sendable, so the compiler holds
/// callers to that. The one thing another thread may do is to end a wait, through the `CaptureWakeUp` that the capture
/// was given. The capture closes when its last reference goes.
///
/// Frames are what the wire carried: libpcap puts a VLAN tag that the kernel took off back into the bytes. The filter
/// runs before that, on the frame without its tag, so `udp port 67` matches tagged frames too, and readers must look at
/// the ethertype instead of assuming an offset.
///
/// While the interface is down nothing arrives; the capture goes on when it is up again. When the interface is removed,
/// `wait` and `drain` throw `interfaceGone`, and the caller opens a new capture once there is an interface again.
public final class PacketCapture {
  /// Which frames to see.
  public enum Direction: Hashable, Sendable {
    /// Those that the interface receives; not those that this host sends through it, injected ones included.
    case `in`
    /// Both.
    case both
  }

  /// The interface's name.
  public let interface: String
  /// libpcap's number for what the frames begin with; 1 (`LINKTYPE_ETHERNET`) for every Ethernet-like interface.
  public let linkType: UInt16
  /// The most bytes of a frame that are captured.
  public let snapshotLength: Int
  /// What libpcap remarked when it opened the capture, such as promiscuous mode being unsupported.
  public let warning: String?

  let fileDescriptor: Int32
  let wakeUp: CaptureWakeUp
  /// Whether the interface went down and no frame has come since.
  var isDown = false
  private let owner: CaptureHandle
  private var handle: OpaquePointer { owner.raw }

  /// Opens a capture.
  ///
  /// - Parameters:
  ///   - interface: the interface's name, in the calling thread's network namespace.
  ///   - snapshotLength: the most bytes of a frame to capture.
  ///   - promiscuous: whether to see frames for other stations too.
  ///   - filter: a filter as in pcap-filter(7); nil for every frame.
  ///   - direction: which frames to see.
  ///   - immediate: whether each frame is delivered at once. Without it, frames wait in the kernel for up to 100 ms,
  ///     which costs less per frame under load.
  ///   - bufferSize: how many bytes the kernel holds of what is not read yet; nil for its own choice of 2 MiB.
  ///   - nonBlocking: whether `drain` returns at once when nothing is there; otherwise it waits for the first frame.
  ///   - wakeUp: ends a `wait` from another thread; shared by all captures of one owner.
  public init(
    interface: String, snapshotLength: Int = 65_535, promiscuous: Bool = false, filter: String? = nil,
    direction: Direction = .in, immediate: Bool = true, nonBlocking: Bool = true, bufferSize: Int? = nil,
    wakeUp: CaptureWakeUp = CaptureWakeUp()
  ) throws(CaptureError) {
    let settings = CaptureHandle.Settings(
      snapshotLength: min(max(snapshotLength, 64), 262_144), promiscuous: promiscuous, direction: direction,
      immediate: immediate, nonBlocking: nonBlocking, bufferSize: bufferSize)
    let opened = try CaptureHandle(interface: interface)
    warning = try opened.activate(settings)
    fileDescriptor = try opened.selectableFileDescriptor()
    if let filter { try opened.install(filter: filter) }
    linkType = UInt16(truncatingIfNeeded: pcap_datalink(opened.raw))
    self.snapshotLength = settings.snapshotLength
    self.interface = interface
    self.wakeUp = wakeUp
    owner = opened
  }

  /// The counts so far.
  public func statistics() throws(CaptureError) -> CaptureStatistics {
    var counts = pcap_stat()
    guard pcap_stats(handle, &counts) == 0 else { throw failure(.failed, attempt: "read the statistics") }
    return CaptureStatistics(received: UInt64(counts.ps_recv), dropped: UInt64(counts.ps_drop))
  }

  /// Sends one frame through the interface, from its first octet of the destination address on.
  ///
  /// The call may block while the interface's send queue is full.
  public func inject(_ frame: RawSpan) throws(CaptureError) {
    let length = frame.byteCount
    guard length > 0 else {
      throw CaptureError(
        kind: .injectionFailed, interface: interface, attempt: "send a frame", reason: "the frame is empty")
    }
    let attempt = "send a frame of \(length) bytes"
    let sent = frame.withUnsafeBytes { bytes in
      bytes.baseAddress.map { pcap_inject(handle, $0, bytes.count) } ?? -1
    }
    guard sent < 0 || Int(sent) != length else { return }
    throw isInterfaceGone ? interfaceGone(attempt: attempt) : failure(.injectionFailed, attempt: attempt)
  }

  /// Sends one frame; see `inject(_: RawSpan)`.
  public func inject(_ frame: [UInt8]) throws(CaptureError) {
    try inject(frame.span.bytes)
  }

  /// Hands up to `limit` frames that have arrived to `body`, in their order.
  ///
  /// The bytes are borrowed from libpcap's buffer: they are valid during the call of `body` only, which the compiler
  /// enforces. `body` may inject.
  ///
  /// - Returns: how many frames there were; fewer than `limit` means that none is left for now.
  @discardableResult
  public func drain(limit: Int, _ body: (CapturedFrame, RawSpan) -> Void) throws(CaptureError) -> Int {
    guard limit > 0 else { return 0 }
    // The library asks the kernel when it finds nothing, not when it has handed over all that there was.
    let result = withoutActuallyEscaping(body) { body in
      var receiver = FrameReceiver(body: body)
      return withUnsafeMutablePointer(to: &receiver) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout<FrameReceiver>.size) { user in
          pcap_dispatch(handle, Int32(clamping: limit), { FrameReceiver.take($0, $1, $2) }, user)
        }
      }
    }
    guard result >= 0 else { throw readFailure() }
    if result == 0, isInterfaceGone { throw interfaceGone(attempt: "read frames") }
    return Int(result)
  }

  private func readFailure() -> CaptureError {
    let attempt = "read frames"
    return isInterfaceGone ? interfaceGone(attempt: attempt) : failure(.failed, attempt: attempt)
  }

  func failure(_ kind: CaptureError.Kind, attempt: String) -> CaptureError {
    CaptureError(kind: kind, interface: interface, attempt: attempt, reason: String(cString: pcap_geterr(handle)))
  }

  func interfaceGone(attempt: String) -> CaptureError {
    CaptureError(kind: .interfaceGone, interface: interface, attempt: attempt, reason: "the interface was removed")
  }

  /// Whether the kernel has detached the packet socket from its interface for good: the interface index becomes -1
  /// (packet(7), `packet_notifier` on NETDEV_UNREGISTER). Asking the socket works in any thread and network namespace.
  var isInterfaceGone: Bool {
    var address = sockaddr_ll()
    var length = socklen_t(MemoryLayout<sockaddr_ll>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fileDescriptor, $0, &length) }
    }
    return result == 0 && address.sll_ifindex == -1
  }
}

/// Whom the library hands frames to.
private struct FrameReceiver {
  let body: (CapturedFrame, RawSpan) -> Void

  static func take(
    _ user: UnsafeMutablePointer<UInt8>?, _ header: UnsafePointer<pcap_pkthdr>?, _ bytes: UnsafePointer<UInt8>?
  ) {
    guard let user, let header, let bytes else { return }
    let frame = CapturedFrame(
      // With nanosecond precision tv_usec holds nanoseconds (pcap_set_tstamp_precision(3PCAP)).
      timestamp: CaptureTimestamp(seconds: header.pointee.ts.tv_sec, nanoseconds: header.pointee.ts.tv_usec),
      originalLength: Int(header.pointee.len))
    let span = RawSpan(_unsafeStart: bytes, byteCount: Int(header.pointee.caplen))
    UnsafeMutableRawPointer(user).assumingMemoryBound(to: FrameReceiver.self).pointee.body(frame, span)
  }
}
