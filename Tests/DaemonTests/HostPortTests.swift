import Daemon
import NetworkTypes
import Testing

@Suite struct HostPortTests {
  @Test(
    "a host with a port reads and prints the same",
    arguments: ["192.0.2.1:7700", "controller.example:1", "[2001:db8::1]:65535", "localhost:0", "node_1:80", "a-b.c:9"])
  func roundTrip(text: String) {
    #expect(HostPort(text)?.description == text)
  }

  @Test("a port that is left out is the default")
  func defaultPort() {
    #expect(HostPort("controller", defaultPort: 7700) == HostPort(host: "controller", port: 7700))
    #expect(HostPort("[::1]", defaultPort: 7700) == HostPort(host: "::1", port: 7700))
    #expect(HostPort("192.0.2.1:1", defaultPort: 7700)?.port == 1)
    #expect(HostPort("controller") == nil)
  }

  @Test("a host that is an address says so")
  func address() {
    #expect(HostPort("[2001:db8::1]:1")?.address == IPAddress("2001:db8::1"))
    #expect(HostPort("node1:1")?.address == nil)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", ":", ":80", "a:", "a:65536", "a:-1", "a:+1", "a:08", "a: 80", "a:80 ", "2001:db8::1", "::1:80", "[::1",
      "[::1]80",
      "[::1]:", "[192.0.2.1]:80", "[]:80", "a b:80", "256.1.1.1:80", "1.2.3:80", "a..b:80", "-a:80", "a-:80", "é:80",
      "a/b:80", "a:8\u{0}0", "http://a:80", "[fe80::1%eth0]:80",
    ])
  func refused(text: String) {
    #expect(HostPort(text, defaultPort: 1) == nil)
  }
}
