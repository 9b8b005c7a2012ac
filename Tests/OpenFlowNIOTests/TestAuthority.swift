import Glibc
import OpenFlowNIO

/// A certificate authority in a directory of its own, made with openssl.
struct TestAuthority {
  private let directory: String

  init(_ directory: String) throws {
    self.directory = directory
    try shell(
      """
      mkdir -p \(directory)
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
        -keyout \(directory)/ca-key.pem -out \(directory)/ca.pem
      """)
  }

  func issue(_ name: String) throws -> SwitchCredentials {
    let base = "\(directory)/\(name)"
    try shell(
      """
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name) \
        -keyout \(base)-key.pem -out \(base).csr
      openssl x509 -req -in \(base).csr -CA \(directory)/ca.pem -CAkey \(directory)/ca-key.pem -CAcreateserial \
        -days 2 -out \(base).pem
      """)
    return SwitchCredentials(
      authority: "\(directory)/ca.pem", certificate: "\(base).pem", privateKey: "\(base)-key.pem")
  }

  private struct Failure: Error {
    let script: String
  }

  private func shell(_ script: String) throws {
    guard system("set -e\n(\(script)\n) >/dev/null 2>&1 </dev/null") == 0 else { throw Failure(script: script) }
  }
}
