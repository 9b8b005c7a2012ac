import Foundation
import GRPCNIOTransportHTTP2
import SwiftASN1
import X509

/// The files, all PEM, with which one end proves who it is and knows the other.
public struct CredentialFiles: Sendable, Hashable {
  /// The certificate of this end first, then those that lead to the root.
  public var certificate: String
  /// The certificate's private key.
  public var key: String
  /// The certificate authorities that the other end's certificate must come from.
  public var trust: String

  /// The paths of the three files.
  public init(certificate: String, key: String, trust: String) {
    self.certificate = certificate
    self.key = key
    self.trust = trust
  }
}

/// How a controller protects its sessions.
public enum ServerSecurity: Sendable, Hashable {
  /// TLS, with a certificate from the agent that names its host.
  case mutualTLS(CredentialFiles)
  /// Nothing is encrypted and any agent is whichever host it says: only for tests and trusted wires.
  case plaintext
}

/// How an agent protects its session.
public enum ClientSecurity: Sendable, Hashable {
  /// TLS, with this host's certificate. The controller's certificate must be for `serverName`, or without one for the
  /// name or address that is dialled.
  case mutualTLS(CredentialFiles, serverName: String?)
  /// Nothing is encrypted and any controller is obeyed: only for tests and trusted wires.
  case plaintext
}

/// The contents of credential files, checked so that a mistake names its file instead of failing a handshake.
struct Credentials: Sendable {
  let certificateChain: [UInt8]
  let privateKey: [UInt8]
  let trustRoots: [UInt8]
  /// What the files' owner should know, such as a certificate that has expired.
  let warnings: [String]

  init(_ files: CredentialFiles, now: Date = Date()) throws(SouthboundError) {
    certificateChain = try Credentials.read(files.certificate)
    privateKey = try Credentials.read(files.key)
    trustRoots = try Credentials.read(files.trust)
    let chain = try Credentials.certificates(certificateChain, file: files.certificate)
    let roots = try Credentials.certificates(trustRoots, file: files.trust)
    let key: Certificate.PrivateKey
    do {
      key = try Certificate.PrivateKey(pemEncoded: String(decoding: privateKey, as: UTF8.self))
    } catch {
      // The error is left out: nothing of a key's file belongs into a log.
      throw .credentials(file: files.key, problem: "holds no private key in PEM form that can be read")
    }
    guard let leaf = chain.first, key.publicKey == leaf.publicKey else {
      throw .credentials(file: files.key, problem: "is not the key of the first certificate in \(files.certificate)")
    }
    var warnings: [String] = []
    for (file, certificates) in [(files.certificate, chain), (files.trust, roots)] {
      for certificate in certificates where !(certificate.notValidBefore...certificate.notValidAfter).contains(now) {
        let validity = "\(certificate.notValidBefore) to \(certificate.notValidAfter)"
        warnings.append("\(file): the certificate of \(certificate.subject) is only valid from \(validity)")
      }
    }
    self.warnings = warnings
  }

  private static func read(_ file: String) throws(SouthboundError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    } catch {
      let reason = (error as NSError).userInfo[NSUnderlyingErrorKey].map { "\($0)" }
      throw .credentials(file: file, problem: "cannot be read: \(reason ?? error.localizedDescription)")
    }
  }

  private static func certificates(_ bytes: [UInt8], file: String) throws(SouthboundError) -> [Certificate] {
    do {
      let documents = try PEMDocument.parseMultiple(pemString: String(decoding: bytes, as: UTF8.self))
      let certificates = try documents.map { try Certificate(pemDocument: $0) }
      if !certificates.isEmpty { return certificates }
    } catch {
      throw .credentials(file: file, problem: "holds something other than certificates in PEM form: \(error)")
    }
    throw .credentials(file: file, problem: "holds no certificate in PEM form")
  }
}

extension Credentials {
  func serverSecurity() -> HTTP2ServerTransport.Posix.TransportSecurity {
    .mTLS(
      certificateChain: [.bytes(certificateChain, format: .pem)], privateKey: .bytes(privateKey, format: .pem)
    ) {
      $0.trustRoots = .certificates([.bytes(trustRoots, format: .pem)])
      // An agent is known by the host in its certificate, not by the name of its address.
      $0.clientCertificateVerification = .noHostnameVerification
      $0.requireALPN = true
    }
  }

  func clientSecurity() -> HTTP2ClientTransport.Posix.TransportSecurity {
    .mTLS(
      certificateChain: [.bytes(certificateChain, format: .pem)], privateKey: .bytes(privateKey, format: .pem)
    ) {
      $0.trustRoots = .certificates([.bytes(trustRoots, format: .pem)])
      $0.serverCertificateVerification = .fullVerification
    }
  }
}
