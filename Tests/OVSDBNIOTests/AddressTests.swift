import OVSDBNIO
import Testing

@Suite struct AddressTests {
  @Test("addresses are read as Open vSwitch writes them")
  func addresses() throws {
    let cases: [(String, OVSDBAddress)] = [
      ("unix:/run/openvswitch/db.sock", .unix("/run/openvswitch/db.sock")),
      ("tcp:192.0.2.1:6641", .tcp(host: "192.0.2.1", port: 6641)),
      ("ssl:[2001:db8::1]:65535", .ssl(host: "2001:db8::1", port: 65535)),
      ("tcp:[fe80::1%eth0]:1", .tcp(host: "fe80::1%eth0", port: 1)),
    ]
    for (text, address) in cases {
      #expect(try OVSDBAddress(parsing: text) == address)
      #expect(address.description == text)
    }
    #expect(OVSDBAddress("tcp:db.example") == .tcp(host: "db.example", port: 6640))
    #expect(OVSDBAddress("ssl:[::1]") == .ssl(host: "::1", port: 6640))
  }

  @Test(
    "what is none is refused, saying why",
    arguments: [
      ("", "does not begin with unix:, tcp: or ssl:"), ("/run/db.sock", "does not begin"),
      ("http://x", "does not begin"),
      ("unix:", "must begin with '/'"), ("unix:db.sock", "must begin with '/'"), ("unix:/a\nb", "control characters"),
      ("ptcp:6640", "is where a server listens"), ("tcp:", "names no host"), ("tcp:a b", "names no host"),
      ("tcp::6640", "names no host"), ("tcp:h:", "no port number"), ("tcp:h:0", "no port number"),
      ("tcp:h:65536", "no port number"), ("tcp:h:+1", "no port number"), ("tcp:h:1 ", "no port number"),
      ("tcp:h:٣", "no port number"), ("tcp:2001:db8::1", "needs brackets"), ("ssl:[::1", "']' after"),
      ("ssl:[h]:1", "no IPv6 address"), ("ssl:[::1]1", "no port number"), ("ssl:[]:1", "no IPv6 address"),
    ])
  func refused(text: String, problem: String) {
    let error = #expect(throws: OVSDBAddressError.self) { try OVSDBAddress(parsing: text) }
    #expect(error?.description.contains(problem) == true, "\(error.map { "\($0)" } ?? "")")
    #expect(OVSDBAddress(text) == nil)
  }

  @Test("TLS without certificates, or with ones that cannot be read, is not tried")
  func credentials() async {
    let address = OVSDBAddress.ssl(host: "127.0.0.1", port: 1)
    let none = await #expect(throws: ConnectError.self) { try await OVSDBClient.connect(to: address) }
    #expect(none?.description.contains("ssl:127.0.0.1:1 needs them, and none are configured") == true)
    let missing = OVSDBCredentials(
      authority: "/nonexistent/a", certificate: "/nonexistent/c", privateKey: "/nonexistent/k")
    let error = await #expect(throws: ConnectError.self) {
      try await OVSDBClient.connect(to: address, credentials: missing)
    }
    #expect(error?.description.contains("/nonexistent/c") == true)
  }

  @Test("a TCP port that nobody listens on refuses")
  func refusedPort() async {
    await #expect(throws: ConnectError.refused(path: "tcp:127.0.0.1:1")) {
      try await OVSDBClient.connect(to: .tcp(host: "127.0.0.1", port: 1))
    }
  }
}
