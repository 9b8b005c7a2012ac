import Crypto
import Foundation
import NetworkTypes
import SwiftASN1
import X509

/// A small certificate authority in a directory: enough to give each agent and the controller an identity.
///
/// Keys are on P-256. The authority's certificate may sign leaves only (`pathlen:0`).
public struct CertificateAuthority {
  /// The authority's certificate, which both sides trust.
  public static let certificateFile = "ca.pem"
  /// The authority's private key, which only this directory needs.
  public static let keyFile = "ca-key.pem"

  private let certificate: Certificate
  private let key: Certificate.PrivateKey
  private let certificatePEM: String

  /// What is issued to one party: the files that its configuration names.
  public struct Identity {
    /// The authority's certificate.
    public let authorityPEM: String
    /// The party's certificate.
    public let certificatePEM: String
    /// The party's private key.
    public let keyPEM: String

    /// Writes `ca.pem`, `certificate.pem` and `key.pem`.
    ///
    /// - Parameter replace: whether files of these names are overwritten.
    public func write(to directory: String, replace: Bool) throws(CertificateAuthorityError) {
      let output = try CredentialDirectory(directory)
      try output.write(
        [
          .init(name: "ca.pem", text: authorityPEM, isSecret: false),
          .init(name: "certificate.pem", text: certificatePEM, isSecret: false),
          .init(name: "key.pem", text: keyPEM, isSecret: true),
        ], replace: replace)
    }
  }

  /// Makes a new authority in `directory`.
  ///
  /// - Parameter replace: whether an authority that is there is overwritten: all that it issued is worthless then.
  public static func initialize(
    directory: String, name: String = "Alioth CA", days: Int, replace: Bool
  ) throws(CertificateAuthorityError) {
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let (certificate, keyText) = try describing("make the authority's certificate") {
      let subject = try DistinguishedName { CommonName(name) }
      let validity = Validity(days: days)
      let certificate = try Certificate(
        version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
        notValidBefore: validity.from, notValidAfter: validity.until, issuer: subject, subject: subject,
        extensions: try Certificate.Extensions {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          Critical(KeyUsage(keyCertSign: true, cRLSign: true))
          SubjectKeyIdentifier(hash: key.publicKey)
        }, issuerPrivateKey: key)
      return (try certificate.serializeAsPEM().pemString + "\n", try key.serializeAsPEM().pemString + "\n")
    }
    try CredentialDirectory(directory).write(
      [
        .init(name: keyFile, text: keyText, isSecret: true),
        .init(name: certificateFile, text: certificate, isSecret: false),
      ], replace: replace)
  }

  /// Reads the authority in `directory`.
  public init(directory: String) throws(CertificateAuthorityError) {
    let directory = try CredentialDirectory(existing: directory)
    let certificateText = try directory.read(CertificateAuthority.certificateFile)
    let keyText = try directory.read(CertificateAuthority.keyFile)
    self.certificatePEM = certificateText
    self.certificate = try describing("read \(directory.path(CertificateAuthority.certificateFile))") {
      try Certificate(pemEncoded: certificateText)
    }
    self.key = try describing("read \(directory.path(CertificateAuthority.keyFile))") {
      try Certificate.PrivateKey(pemEncoded: keyText)
    }
    guard certificate.publicKey == key.publicKey else {
      throw CertificateAuthorityError(
        "The key \(directory.path(CertificateAuthority.keyFile)) is not the one of the certificate beside it.")
    }
  }

  /// An identity for the controller, under each of the names and addresses by which agents reach it.
  public func issueController(addresses: [String], days: Int) throws(CertificateAuthorityError) -> Identity {
    var names: [GeneralName] = []
    for address in addresses { names.append(try CertificateAuthority.name(address)) }
    guard let first = addresses.first else {
      throw CertificateAuthorityError("The controller's certificate needs at least one --address.")
    }
    // A common name has at most 64 characters (RFC 5280 appendix A.1); the alternative names are what counts.
    return try issue(
      commonName: String(first.prefix(64)), names: names, usages: [.serverAuth], days: days)
  }

  /// An identity for the agent on `host`.
  public func issueNode(host: String, days: Int) throws(CertificateAuthorityError) -> Identity {
    let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
    guard (1...64).contains(host.count), host.unicodeScalars.allSatisfy({ allowed.contains($0) }) else {
      throw CertificateAuthorityError(
        "'\(host)' is not a valid host name: letters, digits, '.', '-' and '_', at most 64.")
    }
    return try issue(
      commonName: host, names: [.uniformResourceIdentifier("alioth:host:" + host)], usages: [.clientAuth], days: days)
  }

  private static func name(_ address: String) throws(CertificateAuthorityError) -> GeneralName {
    switch IPAddress(address) {
    case .v4(let address): return .ipAddress(ASN1OctetString(contentBytes: address.octets[...]))
    case .v6(let address): return .ipAddress(ASN1OctetString(contentBytes: address.octets[...]))
    case nil:
      let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
      guard (1...253).contains(address.count), address.unicodeScalars.allSatisfy({ allowed.contains($0) }) else {
        throw CertificateAuthorityError("'\(address)' is neither a DNS name nor an IP address.")
      }
      return .dnsName(address)
    }
  }

  private func issue(
    commonName: String, names: [GeneralName], usages: [ExtendedKeyUsage.Usage], days: Int
  ) throws(CertificateAuthorityError) -> Identity {
    let validity = Validity(days: days)
    guard certificate.notValidAfter > Date() else {
      throw CertificateAuthorityError(
        "The authority's certificate ended on \(certificate.notValidAfter.formatted(.iso8601)): make a new one with "
          + "'ca init --force', and issue all others anew.")
    }
    let leafKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let (leaf, keyText) = try describing("issue a certificate for \(commonName)") {
      let leaf = try Certificate(
        version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: leafKey.publicKey,
        notValidBefore: validity.from,
        // What outlives its authority would be refused from then on, with a less clear reason.
        notValidAfter: min(validity.until, certificate.notValidAfter), issuer: certificate.subject,
        subject: try DistinguishedName { CommonName(commonName) },
        extensions: try Certificate.Extensions {
          Critical(BasicConstraints.notCertificateAuthority)
          Critical(KeyUsage(digitalSignature: true))
          try ExtendedKeyUsage(usages)
          SubjectAlternativeNames(names)
          SubjectKeyIdentifier(hash: leafKey.publicKey)
          AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
        }, issuerPrivateKey: key)
      return (try leaf.serializeAsPEM().pemString + "\n", try leafKey.serializeAsPEM().pemString + "\n")
    }
    return Identity(
      authorityPEM: certificatePEM, certificatePEM: leaf, keyPEM: keyText)
  }
}

/// From when until when a certificate is good.
private struct Validity {
  let from: Date
  let until: Date

  /// Begins a little early: clocks differ between hosts.
  init(days: Int) {
    from = Date(timeIntervalSinceNow: -300)
    until = Date(timeIntervalSinceNow: Double(days) * 86_400)
  }
}

private func describing<Value>(
  _ what: String, _ body: () throws -> Value
) throws(CertificateAuthorityError) -> Value {
  do {
    return try body()
  } catch {
    throw CertificateAuthorityError("Cannot \(what): \(error)")
  }
}

/// Why something of the certificate authority did not work, in a sentence.
public struct CertificateAuthorityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence.
  public var description: String

  init(_ description: String) {
    self.description = description
  }
}
