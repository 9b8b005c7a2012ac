import ArgumentParser
import ControllerCore

/// `ca`: the certificates with which agents and the controller know each other.
struct CertificateAuthorityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ca", abstract: "Make the certificates of the controller and of the agents.",
    subcommands: [InitializeCommand.self, IssueControllerCommand.self, IssueNodeCommand.self])
}

/// `ca init`.
struct InitializeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a certificate authority: DIRECTORY/ca.pem and DIRECTORY/ca-key.pem.")

  @Option(help: "The authority's directory; it is made if it is not there. Keep it away from the nodes.")
  var directory: String

  @Option(help: "How many days the authority is good for.")
  var days = 3650

  @Flag(help: "Replace an authority that is there: everything that it issued is worthless then.")
  var force = false

  func validate() throws { try checkDays(days) }

  func run() async throws {
    do throws(CertificateAuthorityError) {
      try CertificateAuthority.initialize(directory: directory, days: days, replace: force)
    } catch {
      throw CommandFailure.exit(error)
    }
    print("Made the certificate authority in \(directory).")
  }
}

/// What both kinds of certificates are made with.
struct IssueOptions: ParsableArguments {
  @Option(help: "The authority's directory.")
  var directory: String

  @Option(help: "The directory to write ca.pem, certificate.pem and key.pem to.")
  var output: String

  @Option(help: "How many days the certificate is good for.")
  var days = 825

  @Flag(help: "Replace files that are there.")
  var force = false

  func validate() throws { try checkDays(days) }

  func issue(
    _ what: String, _ make: (CertificateAuthority) throws(CertificateAuthorityError) -> CertificateAuthority.Identity
  ) throws {
    do throws(CertificateAuthorityError) {
      let authority = try CertificateAuthority(directory: directory)
      try make(authority).write(to: output, replace: force)
    } catch {
      throw CommandFailure.exit(error)
    }
    print("Wrote the certificate of \(what) to \(output).")
  }
}

/// `ca issue-controller`.
struct IssueControllerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue-controller", abstract: "Make the controller's certificate and key.")

  @OptionGroup var options: IssueOptions

  @Option(parsing: .upToNextOption, help: "The DNS names and IP addresses by which agents reach the controller.")
  var address: [String]

  func run() async throws {
    try options.issue("the controller") { (authority) throws(CertificateAuthorityError) in
      try authority.issueController(addresses: address, days: options.days)
    }
  }
}

/// `ca issue-node`.
struct IssueNodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue-node", abstract: "Make the certificate and key of the agent on a host.")

  @OptionGroup var options: IssueOptions

  @Option(help: "The host's name, as its agent says it.")
  var host: String

  func run() async throws {
    try options.issue("host \(host)") { (authority) throws(CertificateAuthorityError) in
      try authority.issueNode(host: host, days: options.days)
    }
  }
}

private func checkDays(_ days: Int) throws {
  guard (1...36_500).contains(days) else { throw ValidationError("--days is not between 1 and 36500.") }
}
