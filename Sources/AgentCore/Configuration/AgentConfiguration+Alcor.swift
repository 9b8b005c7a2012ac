import Daemon

extension AgentConfiguration {
  /// How an Alcor controller reaches this host, and is asked by it.
  struct Alcor: Sendable {
    /// Where the host listens.
    var address: HostPort
    /// Nil when plaintext was asked for by name.
    var tls: Controller.TLS?
    /// Whom the host asks for neighbors, and for everything after a start; nil for nobody.
    var requestGoalStates: HostPort?

    /// The port that Alcor's controllers dial unless told otherwise.
    static let defaultPort: UInt16 = 50001
    /// The port on which Alcor's NetworkConfigManager is asked.
    static let defaultQuestionPort: UInt16 = 9016

    /// Where an address of this host's end of tunnels is looked for when none is configured.
    var routeTarget: String? { requestGoalStates?.host }
  }

  /// Who gives this host its goal state: exactly one.
  enum Source: Sendable {
    /// A controller that the host dials.
    case controller(Controller)
    /// An Alcor controller that dials the host.
    case alcor(Alcor)

    /// How the status names it.
    var address: String {
      switch self {
      case .controller(let controller): "\(controller.address)"
      case .alcor(let alcor): "Alcor at \(alcor.address)"
      }
    }

    /// What is routed to from the host's end of tunnels, when no end is configured.
    var routeTarget: String? {
      switch self {
      case .controller(let controller): controller.address.host
      case .alcor(let alcor): alcor.routeTarget
      }
    }
  }
}

extension AgentConfiguration.Source {
  init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    let hasController = reader.hasSection("controller")
    switch (hasController, reader.hasSection("alcor")) {
    case (true, true):
      throw reader.failure(
        "alcor", "contradicts the section controller: a host has its goal state from one of them; remove the other")
    case (false, false):
      throw reader.failure(
        "controller.address", "is required: HOST or HOST:PORT; or a section alcor, to be driven by an Alcor controller")
    case (true, false):
      self = .controller(try AgentConfiguration.Controller(&reader))
      // The other may be there without anything in it, as the shipped file has it.
      _ = try reader.string("alcor.address")
    case (false, true):
      self = .alcor(try AgentConfiguration.Alcor(&reader))
      _ = try reader.string("controller.address")
    }
  }
}

extension AgentConfiguration.Alcor {
  init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    let address = try reader.parsed("alcor.address", as: "an IP address of this host, or ADDRESS:PORT") { text in
      HostPort(text, defaultPort: AgentConfiguration.Alcor.defaultPort).flatMap { $0.address == nil ? nil : $0 }
    }
    self.address = address ?? HostPort(host: "0.0.0.0", port: AgentConfiguration.Alcor.defaultPort)
    requestGoalStates = try reader.parsed("alcor.request-goal-states", as: "HOST:PORT") {
      HostPort($0, defaultPort: AgentConfiguration.Alcor.defaultQuestionPort)
    }
    tls = try AgentConfiguration.Controller.TLS(
      &reader, section: "alcor", why: "as whoever connects configures this host")
  }
}

extension AgentConfiguration.Controller.TLS {
  /// The files of a connection with certificates on both sides; nil when plaintext was asked for by name.
  init?(
    _ reader: inout ConfigurationReader, section: String, why: String
  ) throws(ConfigurationError) {
    let plaintext = try reader.boolean("\(section).plaintext") ?? false
    let roots = try reader.parsed("\(section).ca", as: pathText, absolutePath)
    let certificate = try reader.parsed("\(section).certificate", as: pathText, absolutePath)
    let key = try reader.parsed("\(section).key", as: pathText, absolutePath)
    let serverName = try reader.string("\(section).server-name")
    if plaintext {
      guard roots == nil, certificate == nil, key == nil else {
        throw reader.failure("\(section).plaintext", "contradicts the TLS files that are configured beside it")
      }
      return nil
    }
    guard let roots, let certificate, let key else {
      let missing = roots == nil ? "ca" : certificate == nil ? "certificate" : "key"
      throw reader.failure("\(section).\(missing)", "is required, \(why)")
    }
    self.init(trustRoots: roots, certificate: certificate, key: key, serverName: serverName)
  }
}
