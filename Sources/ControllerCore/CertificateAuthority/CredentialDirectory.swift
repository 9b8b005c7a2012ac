import Foundation

/// The directory that certificates and keys are written to and read from.
struct CredentialDirectory {
  struct File {
    var name: String
    var text: String
    var isSecret: Bool
  }

  private let directory: String

  /// Makes the directory, readable for its owner only, when it is not there.
  init(_ directory: String) throws(CertificateAuthorityError) {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CertificateAuthorityError("Cannot make the directory \(directory): \(error.localizedDescription)")
    }
    self.directory = directory
  }

  /// The directory as it is; reading from it fails when it is not there.
  init(existing directory: String) throws(CertificateAuthorityError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw CertificateAuthorityError(
        "There is no directory \(directory): make the authority first with 'ca init --directory \(directory)'.")
    }
    self.directory = directory
  }

  func path(_ name: String) -> String { directory.hasSuffix("/") ? directory + name : directory + "/" + name }

  func read(_ name: String) throws(CertificateAuthorityError) -> String {
    do {
      return try String(contentsOfFile: path(name), encoding: .utf8)
    } catch {
      throw CertificateAuthorityError("Cannot read \(path(name)): \(error.localizedDescription)")
    }
  }

  /// Writes all files, or none when one of them is there already and must not be replaced.
  func write(_ files: [File], replace: Bool) throws(CertificateAuthorityError) {
    if !replace, let existing = files.first(where: { FileManager.default.fileExists(atPath: path($0.name)) }) {
      throw CertificateAuthorityError(
        "\(path(existing.name)) exists already: nothing was written. Use --force to replace.")
    }
    for file in files { try write(file, replace: replace) }
  }

  private func write(_ file: File, replace: Bool) throws(CertificateAuthorityError) {
    // A new file beside it takes its place at once: a key is never readable for others, nor half written.
    let temporary = path("." + file.name + ".new")
    unlink(temporary)
    let mode: mode_t = file.isSecret ? 0o600 : 0o644
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure(file) }
    defer { close(descriptor) }
    var rest = Array(file.text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 else {
        defer { unlink(temporary) }
        throw failure(file)
      }
      rest = rest.dropFirst(written)
    }
    guard fsync(descriptor) == 0, rename(temporary, path(file.name)) == 0 else {
      defer { unlink(temporary) }
      throw failure(file)
    }
  }

  private func failure(_ file: File) -> CertificateAuthorityError {
    CertificateAuthorityError("Cannot write \(path(file.name)): \(String(cString: strerror(errno))).")
  }
}
