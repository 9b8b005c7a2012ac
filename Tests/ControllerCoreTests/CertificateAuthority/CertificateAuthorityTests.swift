import Foundation
import SwiftASN1
import Testing
import X509

@testable import ControllerCore

@Suite("The certificate authority")
struct CertificateAuthorityTests {
  private func certificate(_ path: String) throws -> Certificate {
    try Certificate(pemEncoded: String(contentsOfFile: path, encoding: .utf8))
  }

  @Test("issues certificates that name the host, or the controller's addresses, with keys that only their owner reads")
  func issue() async throws {
    try await withTemporaryDirectory { directory in
      let ca = directory + "/ca"
      try CertificateAuthority.initialize(directory: ca, days: 3650, replace: false)
      #expect(try permissions(of: ca + "/ca-key.pem") == 0o600)
      let authority = try CertificateAuthority(directory: ca)
      try authority.issueNode(host: "node1", days: 30).write(to: directory + "/node", replace: false)
      try authority.issueController(addresses: ["ctl.example", "192.0.2.1", "2001:db8::1"], days: 30)
        .write(to: directory + "/ctl", replace: false)
      for name in ["node", "ctl"] {
        #expect(try permissions(of: directory + "/\(name)/key.pem") == 0o600)
        #expect(
          try String(contentsOfFile: directory + "/\(name)/ca.pem", encoding: .utf8)
            == String(contentsOfFile: ca + "/ca.pem", encoding: .utf8))
        let leaf = try certificate(directory + "/\(name)/certificate.pem")
        let key = try Certificate.PrivateKey(
          pemEncoded: String(contentsOfFile: directory + "/\(name)/key.pem", encoding: .utf8))
        #expect(leaf.publicKey == key.publicKey)
        #expect(leaf.notValidAfter > Date(timeIntervalSinceNow: 29 * 86_400))
        #expect(leaf.notValidAfter < Date(timeIntervalSinceNow: 31 * 86_400))
      }
      let node = try certificate(directory + "/node/certificate.pem")
      #expect(node.subject.description == "CN=node1")
      let names = try #require(try node.extensions.subjectAlternativeNames)
      #expect(Array(names) == [.uniformResourceIdentifier("alioth:host:node1")])
      let controller = try #require(
        try certificate(directory + "/ctl/certificate.pem").extensions.subjectAlternativeNames)
      #expect(controller.count == 3)
    }
  }

  @Test("makes what OpenSSL verifies, for its purpose only")
  func openSSL() async throws {
    guard let openssl = ["/usr/bin/openssl", "/bin/openssl"].first(where: FileManager.default.isExecutableFile) else {
      return
    }
    try await withTemporaryDirectory { directory in
      try CertificateAuthority.initialize(directory: directory, days: 3650, replace: false)
      let authority = try CertificateAuthority(directory: directory)
      try authority.issueNode(host: "node1", days: 30).write(to: directory + "/node", replace: false)
      try authority.issueController(addresses: ["ctl.example", "192.0.2.1"], days: 30)
        .write(to: directory + "/ctl", replace: false)
      func verifies(_ arguments: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: openssl)
        process.arguments = ["verify", "-x509_strict", "-CAfile", directory + "/ca.pem"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
      }
      let node = directory + "/node/certificate.pem"
      let controller = directory + "/ctl/certificate.pem"
      #expect(try verifies(["-purpose", "sslclient", node]))
      #expect(try verifies(["-purpose", "sslserver", "-verify_hostname", "ctl.example", controller]))
      #expect(try verifies(["-purpose", "sslserver", "-verify_ip", "192.0.2.1", controller]))
      #expect(try !verifies(["-purpose", "sslserver", node]))
      #expect(try !verifies(["-verify_ip", "192.0.2.2", controller]))
    }
  }

  @Test("overwrites nothing unless told to, and then all")
  func replacing() async throws {
    try await withTemporaryDirectory { directory in
      try CertificateAuthority.initialize(directory: directory, days: 10, replace: false)
      let before = try String(contentsOfFile: directory + "/ca.pem", encoding: .utf8)
      let error = #expect(throws: CertificateAuthorityError.self) {
        try CertificateAuthority.initialize(directory: directory, days: 10, replace: false)
      }
      #expect(error?.description.contains("--force") == true)
      #expect(try String(contentsOfFile: directory + "/ca.pem", encoding: .utf8) == before)
      try CertificateAuthority.initialize(directory: directory, days: 10, replace: true)
      #expect(try String(contentsOfFile: directory + "/ca.pem", encoding: .utf8) != before)
      #expect(try permissions(of: directory + "/ca-key.pem") == 0o600)
    }
  }

  @Test("says what is wrong with a name, a directory or a key")
  func errors() async throws {
    try await withTemporaryDirectory { directory in
      #expect(throws: CertificateAuthorityError.self) { _ = try CertificateAuthority(directory: directory + "/none") }
      try CertificateAuthority.initialize(directory: directory, days: 10, replace: false)
      let authority = try CertificateAuthority(directory: directory)
      for host in ["", "a b", "a/b", "ä", String(repeating: "x", count: 65)] {
        #expect(throws: CertificateAuthorityError.self) { _ = try authority.issueNode(host: host, days: 1) }
      }
      for addresses in [[], ["a b"], [""]] {
        #expect(throws: CertificateAuthorityError.self) {
          _ = try authority.issueController(addresses: addresses, days: 1)
        }
      }
      try CertificateAuthority.initialize(directory: directory + "/other", days: 10, replace: false)
      try FileManager.default.removeItem(atPath: directory + "/ca-key.pem")
      try FileManager.default.copyItem(atPath: directory + "/other/ca-key.pem", toPath: directory + "/ca-key.pem")
      let error = #expect(throws: CertificateAuthorityError.self) {
        _ = try CertificateAuthority(directory: directory)
      }
      #expect(error?.description.contains("is not the one") == true)
      try Data("x".utf8).write(to: URL(fileURLWithPath: directory + "/ca.pem"))
      #expect(throws: CertificateAuthorityError.self) { _ = try CertificateAuthority(directory: directory) }
    }
  }

  @Test("issues nothing that outlives it")
  func validity() async throws {
    try await withTemporaryDirectory { directory in
      try CertificateAuthority.initialize(directory: directory, days: 10, replace: false)
      let authority = try CertificateAuthority(directory: directory)
      try authority.issueNode(host: "a", days: 100).write(to: directory + "/a", replace: false)
      let leaf = try certificate(directory + "/a/certificate.pem")
      #expect(leaf.notValidAfter <= (try certificate(directory + "/ca.pem").notValidAfter))
    }
  }
}
