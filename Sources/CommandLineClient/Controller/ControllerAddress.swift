import FoundationEssentials

/// Where the controller's REST API is, and who said so.
struct ControllerAddress: Hashable, Sendable {
  static let environmentName = "ALIOTH_CONTROLLER"
  static let standard = ControllerAddress(base: "http://127.0.0.1:9696", origin: .standard)

  /// Who chose the address, for messages about it.
  enum Origin: Hashable, Sendable {
    case option
    case environment
    case standard

    var text: String {
      switch self {
      case .option: "--controller"
      case .environment: "the environment variable \(environmentName)"
      case .standard: "the default"
      }
    }
  }

  /// The URL without a slash at its end and without the API's version.
  let base: String
  let origin: Origin

  private init(base: String, origin: Origin) {
    self.base = base
    self.origin = origin
  }

  /// Reads an http or https URL with a host; a path is kept as the prefix of all calls, but for a `/v2.0` at its end,
  /// which people copy from an OpenStack catalogue.
  init(parsing text: String, origin: Origin) throws(OptionError) {
    let usage = "write a URL like http://192.0.2.10:9696 (from \(origin.text))"
    guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased(),
      scheme == "http" || scheme == "https", let host = components.host, !host.isEmpty
    else { throw OptionError("'\(printable(text))' is no address of a controller: \(usage)") }
    guard components.query == nil, components.fragment == nil, components.user == nil, components.password == nil
    else {
      throw OptionError("'\(printable(text))' has more than a host, a port and a path: \(usage)")
    }
    if let port = components.port, !(1...65535).contains(port) {
      throw OptionError("\(port) is no TCP port: \(usage)")
    }
    var base = text[...]
    while base.hasSuffix("/") { base = base.dropLast() }
    if base.hasSuffix("/v2.0") { base = base.dropLast(5) }
    while base.hasSuffix("/") { base = base.dropLast() }
    self.init(base: String(base), origin: origin)
  }
}
