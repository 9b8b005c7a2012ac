import NIOSSL

/// The PEM files for TLS, as Open vSwitch's `set-ssl` has them. Both sides prove who they are by a certificate of the
/// same authority; names and addresses in the certificates do not matter, as with Open vSwitch.
public struct OVSDBCredentials: Hashable, Sendable {
  /// The certificates of the authority that signs the server's certificate.
  public var authority: String
  /// Our certificate, with what lies between it and the authority.
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
  func context() throws(ConnectError) -> NIOSSLContext {
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem))
      configuration.trustRoots = .file(authority)
      configuration.certificateVerification = .noHostnameVerification
      configuration.minimumTLSVersion = .tlsv12
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw .credentials("\(authority), \(certificate), \(privateKey): \(error)")
    }
  }
}
