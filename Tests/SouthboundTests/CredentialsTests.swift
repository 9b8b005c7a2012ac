import Foundation
import GoalState
import NetworkTypes
import SwiftASN1
import Testing
import X509

@testable import Southbound

@Suite("Certificates and addresses")
struct CredentialsTests {
  @Test("files that belong together are taken without a warning")
  func valid() throws {
    let authority = try TestCertificates()
    #expect(try Credentials(try authority.issueNode("node1")).warnings == [])
  }

  @Test("a file that is not there is named")
  func missing() throws {
    let authority = try TestCertificates()
    var files = try authority.issueNode("node1")
    files.key = authority.path("nothing.pem")
    #expect {
      try Credentials(files)
    } throws: { error in
      "\(error)".hasPrefix("\(files.key): cannot be read: ") && "\(error)".contains("No such file")
    }
  }

  @Test("a file without what it should hold is named, and a key's contents are not shown")
  func wrongContents() throws {
    let authority = try TestCertificates()
    try authority.write("nonsense", "nonsense.pem")
    let nonsense = authority.path("nonsense.pem")
    let good = try authority.issueNode("node1")
    for path in [\CredentialFiles.certificate, \.key, \.trust] {
      var files = good
      files[keyPath: path] = nonsense
      #expect {
        try Credentials(files)
      } throws: { error in
        guard case SouthboundError.credentials(nonsense, _) = error else { return false }
        return path != \.key || !"\(error)".contains("nonsense\"")
      }
    }
    var swapped = good
    swapped.certificate = good.key
    #expect(throws: SouthboundError.self) { try Credentials(swapped) }
  }

  @Test("a key of another certificate is found before any handshake")
  func mismatch() throws {
    let authority = try TestCertificates()
    var files = try authority.issueNode("node1")
    files.key = try authority.issueNode("node2").key
    let problem = "is not the key of the first certificate in \(files.certificate)"
    #expect(throws: SouthboundError.credentials(file: files.key, problem: problem)) { try Credentials(files) }
  }

  @Test("a certificate that has expired is warned of")
  func expired() throws {
    let authority = try TestCertificates()
    let files = try authority.issue("node1", lifetime: -3600 ... -60)
    let warnings = try Credentials(files).warnings
    #expect(warnings.count == 1)
    #expect(warnings.first?.hasPrefix("\(files.certificate): the certificate of CN=node1 is only valid from ") == true)
  }

  @Test("a node is the host in its URI, and only without one its common name")
  func identities() throws {
    let authority = try TestCertificates()
    func identity(_ commonName: String, _ names: [GeneralName]) throws -> Set<HostID> {
      let files = try authority.issue(commonName, names: names)
      let pem = try String(contentsOfFile: files.certificate, encoding: .utf8)
      return NodeIdentity(try Certificate(pemEncoded: pem)).hosts
    }
    #expect(try identity("a", [.uniformResourceIdentifier("alioth:host:b")]) == [HostID("b")])
    #expect(try identity("a", [.uniformResourceIdentifier("spiffe://b"), .dnsName("c")]) == [HostID("a")])
    #expect(try identity("a", []) == [HostID("a")])
  }

  @Test("a certificate that names no host is good for none")
  func noIdentity() throws {
    #expect(throws: SessionRefusal.self) { try NodeIdentity(hosts: []).authorize(HostID("node1")) }
    #expect(throws: SessionRefusal.self) { try NodeIdentity(hosts: [HostID("node1")]).authorize(HostID("node10")) }
    try NodeIdentity(hosts: [HostID("node1")]).authorize(HostID("node1"))
  }

  @Test("a server's name must be a DNS name")
  func serverNames() throws {
    let files = try TestCertificates().issueNode("node1")
    for name in ["10.0.0.1", "::1", "a b", ""] {
      #expect(throws: SouthboundError.self) {
        _ = try SouthboundClient(
          address: SouthboundAddress(host: "10.0.0.1"), security: .mutualTLS(files, serverName: name),
          receiver: TestAgent(), logger: quiet)
      }
    }
  }

  @Test(
    "addresses and their text",
    arguments: [
      ("10.0.0.1:7701", "10.0.0.1", 7701), ("10.0.0.1", "10.0.0.1", 7700), ("node.example:1", "node.example", 1),
      ("[2001:db8::1]:65535", "2001:db8::1", 65535), ("[::1]", "::1", 7700), ("::1", "::1", 7700),
    ])
  func addresses(text: String, host: String, port: Int) throws {
    let address = try #require(SouthboundAddress(text))
    #expect(address == SouthboundAddress(host: host, port: port))
    #expect(SouthboundAddress(address.description) == address)
  }

  @Test(
    "text that is no address",
    arguments: [
      "", ":1", "a:", "a:0", "a:65536", "a:1:2", "a:+1", "[::1", "[10.0.0.1]:1", "[::1]1", "10.0.0:1", "10.0.0.256",
      "a b:1", "a:00001234",
    ])
  func notAddresses(text: String) {
    #expect(SouthboundAddress(text) == nil)
  }

  @Test("the transport's errors become sentences, and what is not known stays as it is")
  func transportFailures() {
    let refused = "connection reset (error set): Connection refused) (errno: 111)"
    #expect(readableTransportFailure(refused) == "Connection refused")
    let inUse = "bind(descriptor:ptr:bytes:): Address already in use (errno: 98)"
    #expect(readableTransportFailure(inUse) == "Address already in use")
    let plaintext = "sslError([Error: 268435703 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER])"
    #expect(readableTransportFailure(plaintext) == "the other end does not speak TLS (WRONG_VERSION_NUMBER)")
    #expect(readableTransportFailure("something else") == "something else")
  }
}
