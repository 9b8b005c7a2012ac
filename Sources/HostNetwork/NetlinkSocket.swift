import CNetlink
import Glibc

/// Owns a netlink socket. It belongs to the network namespace of the thread that opened it, for good.
struct NetlinkSocket: ~Copyable {
  let raw: OpaquePointer
  /// The errno of the kernel's last refusal, which libnl's own codes often lose.
  private let systemError: UnsafeMutablePointer<Int32>

  /// Opens a socket of the protocol, such as `NETLINK_ROUTE`.
  static func open(protocol number: Int32, subject: String) throws(NetlinkError) -> NetlinkSocket {
    guard let raw = nl_socket_alloc() else {
      throw NetlinkError(code: NLE_NOMEM, systemError: 0, attempt: "open a netlink socket", subject: subject)
    }
    let socket = NetlinkSocket(raw)
    let result = nl_connect(raw, number)
    guard result >= 0 else {
      throw NetlinkError(code: result, systemError: 0, attempt: "open a netlink socket", subject: subject)
    }
    return socket
  }

  private init(_ raw: OpaquePointer) {
    self.raw = raw
    systemError = .allocate(capacity: 1)
    systemError.initialize(to: 0)
    nl_socket_modify_err_cb(
      raw, NL_CB_CUSTOM,
      { _, answer, argument in
        guard let answer, let argument else { return Int32(NL_STOP.rawValue) }
        let code = answer.pointee.error
        argument.assumingMemoryBound(to: Int32.self).pointee = code == .min ? 0 : abs(code)
        return -nl_syserr2nlerr(code)
      }, systemError)
  }

  deinit {
    nl_socket_free(raw)
    systemError.deallocate()
  }

  /// Runs a request of libnl, and turns its refusal into an error.
  borrowing func request(
    _ attempt: String, on subject: String, _ body: (OpaquePointer) -> Int32
  ) throws(NetlinkError) {
    systemError.pointee = 0
    let result = body(raw)
    guard result < 0 else { return }
    throw NetlinkError(code: result, systemError: systemError.pointee, attempt: attempt, subject: subject)
  }
}
