import Crypto
import Foundation
import SwiftASN1
import Testing
import X509

@testable import Southbound

/// A certificate authority and what it issues, in a directory of its own.
final class TestCertificates: Sendable {
  let directory: URL
  private let key: Certificate.PrivateKey
  private let name: DistinguishedName

  init(_ commonName: String = "test authority") throws {
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("sbx-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    name = try DistinguishedName { CommonName(commonName) }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
      notValidBefore: Date().addingTimeInterval(-60), notValidAfter: Date().addingTimeInterval(3600), issuer: name,
      subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true))
      },
      issuerPrivateKey: key)
    try write(certificate.serializeAsPEM().pemString, "ca.pem")
  }

  deinit {
    try? FileManager.default.removeItem(at: directory)
  }

  func path(_ file: String) -> String { directory.appendingPathComponent(file).path }

  func write(_ text: String, _ file: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(file)))
  }

  /// Issues a certificate and returns the paths of its files.
  func issue(
    _ commonName: String, names: [GeneralName] = [], lifetime: ClosedRange<TimeInterval> = -60...3600
  ) throws -> CredentialFiles {
    let leafKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: leafKey.publicKey,
      notValidBefore: Date().addingTimeInterval(lifetime.lowerBound),
      notValidAfter: Date().addingTimeInterval(lifetime.upperBound), issuer: name,
      subject: try DistinguishedName { CommonName(commonName) }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        if !names.isEmpty { SubjectAlternativeNames(names) }
      },
      issuerPrivateKey: key)
    let stem = UUID().uuidString
    try write(certificate.serializeAsPEM().pemString, "\(stem).pem")
    try write(leafKey.serializeAsPEM().pemString, "\(stem)-key.pem")
    return CredentialFiles(certificate: path("\(stem).pem"), key: path("\(stem)-key.pem"), trust: path("ca.pem"))
  }

  /// A controller's certificate for the address of the loopback interface and a name.
  func issueController() throws -> CredentialFiles {
    try issue(
      "controller", names: [.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])), .dnsName("controller.test")])
  }

  /// A host's certificate.
  func issueNode(_ host: String) throws -> CredentialFiles {
    try issue(host, names: [.uniformResourceIdentifier("alioth:host:\(host)")])
  }
}
