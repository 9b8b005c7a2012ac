import Glibc

/// The text of a configuration file; errors say what to do when it is not there.
func readConfigurationFile(_ path: String) throws(ConfigurationError) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    let code = errno
    let advice =
      switch code {
      case ENOENT: "; name another with --config, or create it"
      case EACCES: "; check the permissions of the file and of the directories above it"
      default: ""
      }
    throw ConfigurationError(
      file: path, message: "cannot open the configuration file: \(String(cString: strerror(code)))\(advice)")
  }
  defer { close(descriptor) }

  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  // One byte more than allowed shows that there is more, also where a size is not known beforehand (/proc, pipes).
  while bytes.count <= ConfigurationDocument.largestSize {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 {
      let code = errno
      if code == EINTR { continue }
      throw ConfigurationError(
        file: path, message: "cannot read the configuration file: \(String(cString: strerror(code)))")
    }
    if count == 0 { break }
    bytes.append(contentsOf: chunk.prefix(count))
  }
  guard bytes.count <= ConfigurationDocument.largestSize else { throw ConfigurationDocument.tooLarge(file: path) }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw ConfigurationError(file: path, message: "the file is not text in UTF-8")
  }
  return text
}
