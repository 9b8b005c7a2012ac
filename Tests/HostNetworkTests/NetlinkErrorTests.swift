import Glibc
import Testing

@testable import HostNetwork

@Suite struct NetlinkErrorTests {
  @Test("an error has libnl's words, and the kernel's where libnl has lost them")
  func words() {
    let error = NetlinkError(
      code: -1, systemError: ENETUNREACH, attempt: "look up a route", subject: "to 192.0.2.1")
    #expect(error.kind == .unreachable)
    #expect(
      error.description == "cannot look up a route (to 192.0.2.1): Unspecific failure (Network is unreachable)")
  }

  @Test("a lack of permission says what to do")
  func permission() {
    let error = NetlinkError(code: -28, systemError: EPERM, attempt: "set up", subject: "interface eth0")
    #expect(error.kind == .permissionDenied)
    #expect(
      error.description
        == "cannot set up (interface eth0): Operation not permitted; give the process CAP_NET_ADMIN, or run it as root")
  }
}
