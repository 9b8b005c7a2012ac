import NIOSSL
import OpenFlow

/// The PEM files for TLS, as Open vSwitch's `set-ssl` has them. Both sides prove who they are by a certificate of the
/// same authority; names and addresses in the certificates do not matter, as with Open vSwitch.
public struct SwitchCredentials: Hashable, Sendable {
  /// The certificates of the authority that signs the other side's certificate.
  public var authority: String
  /// This side's certificate, with what lies between it and the authority.
  public var certificate: String
  /// Its private key.
  public var privateKey: String

  /// Credentials in these files.
  public init(authority: String, certificate: String, privateKey: String) {
    self.authority = authority
    self.certificate = certificate
    self.privateKey = privateKey
  }

  /// Reads the files, anew for each connection: they may have been renewed.
  func context(isServer: Bool) throws(ConnectionFailure) -> NIOSSLContext {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(certificate).map(NIOSSLCertificateSource.certificate)
      let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem))
      var configuration =
        isServer
        ? TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        : TLSConfiguration.makeClientConfiguration()
      configuration.certificateChain = chain
      configuration.privateKey = key
      configuration.trustRoots = .file(authority)
      configuration.certificateVerification = .noHostnameVerification
      configuration.minimumTLSVersion = .tlsv12
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw .credentials("\(authority), \(certificate), \(privateKey): \(error)")
    }
  }
}
