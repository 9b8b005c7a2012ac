import CPcap
import Glibc

/// The owner of a `pcap_t`: the handle is closed when this value goes, also when setting it up throws half way.
struct CaptureHandle: ~Copyable {
  /// What must be known before a capture is activated.
  struct Settings {
    let snapshotLength: Int
    let promiscuous: Bool
    let direction: PacketCapture.Direction
    let immediate: Bool
    let nonBlocking: Bool
    let bufferSize: Int?
  }

  let raw: OpaquePointer
  let interface: String

  /// A handle for the interface, which is not active yet.
  init(interface: String) throws(CaptureError) {
    var errorText = ErrorText()
    guard !interface.utf8.contains(0), let raw = pcap_create(interface, &errorText.bytes) else {
      throw CaptureError(
        kind: .failed, interface: interface, attempt: "open a capture", reason: errorText.description)
    }
    self.raw = raw
    self.interface = interface
  }

  deinit {
    pcap_close(raw)
  }

  /// Applies the settings and starts to capture.
  ///
  /// - Returns: what libpcap remarked, if anything.
  borrowing func activate(_ settings: Settings) throws(CaptureError) -> String? {
    // The setters fail only on a handle that is active already.
    pcap_set_snaplen(raw, Int32(clamping: settings.snapshotLength))
    pcap_set_promisc(raw, settings.promiscuous ? 1 : 0)
    pcap_set_immediate_mode(raw, settings.immediate ? 1 : 0)
    pcap_set_timeout(raw, 100)
    if let size = settings.bufferSize { pcap_set_buffer_size(raw, Int32(clamping: size)) }
    pcap_set_tstamp_precision(raw, PCAP_TSTAMP_PRECISION_NANO)
    let status = pcap_activate(raw)
    guard status >= 0 else { throw activationError(status) }

    guard pcap_setdirection(raw, settings.direction == .in ? PCAP_D_IN : PCAP_D_INOUT) == 0 else {
      throw error(.failed, attempt: "set the direction of a capture")
    }
    var errorText = ErrorText()
    guard pcap_setnonblock(raw, settings.nonBlocking ? 1 : 0, &errorText.bytes) == 0 else {
      throw CaptureError(
        kind: .failed, interface: interface, attempt: "set the mode of a capture", reason: errorText.description)
    }
    return status > 0 ? libraryMessage(status) : nil
  }

  borrowing func selectableFileDescriptor() throws(CaptureError) -> Int32 {
    let descriptor = pcap_get_selectable_fd(raw)
    guard descriptor >= 0 else {
      throw CaptureError(
        kind: .failed, interface: interface, attempt: "wait for frames",
        reason: "libpcap has no file descriptor to poll for this kind of interface")
    }
    return descriptor
  }

  /// Compiles the filter and gives it to the kernel.
  borrowing func install(filter: String) throws(CaptureError) {
    let attempt = "use the capture filter '\(filter)'"
    guard !filter.utf8.contains(0) else {
      throw CaptureError(
        kind: .badFilter, interface: interface, attempt: attempt, reason: "it contains a NUL character")
    }
    var program = bpf_program()
    guard pcap_compile(raw, &program, filter, 1, UInt32(PCAP_NETMASK_UNKNOWN)) == 0 else {
      throw error(.badFilter, attempt: attempt)
    }
    defer { pcap_freecode(&program) }
    guard pcap_setfilter(raw, &program) == 0 else { throw error(.failed, attempt: attempt) }
  }

  private borrowing func error(_ kind: CaptureError.Kind, attempt: String) -> CaptureError {
    CaptureError(kind: kind, interface: interface, attempt: attempt, reason: String(cString: pcap_geterr(raw)))
  }

  /// pcap_activate(3PCAP): for some codes, pcap_geterr has details; the code's own text always says something.
  private borrowing func libraryMessage(_ status: Int32) -> String {
    let details = String(cString: pcap_geterr(raw))
    let general = String(cString: pcap_statustostr(status))
    return details.isEmpty ? general : status == PCAP_ERROR ? details : "\(general) (\(details))"
  }

  private borrowing func activationError(_ status: Int32) -> CaptureError {
    let kind: CaptureError.Kind =
      switch status {
      case PCAP_ERROR_NO_SUCH_DEVICE: .noSuchInterface
      case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: .permissionDenied
      case PCAP_ERROR_IFACE_NOT_UP: .interfaceDown
      default: .failed
      }
    return CaptureError(
      kind: kind, interface: interface, attempt: "open a capture", reason: libraryMessage(status))
  }
}

/// The buffer that libpcap writes an error's text to.
private struct ErrorText: CustomStringConvertible {
  var bytes = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))

  var description: String {
    let text = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.isEmpty ? "the name is not usable" : text
  }
}
