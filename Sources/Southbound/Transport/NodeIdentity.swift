import GoalState
import SwiftASN1
import X509

/// The hosts that a certificate speaks for.
struct NodeIdentity: Sendable, Hashable {
  /// What a host's URI among the subject's alternative names begins with.
  static let uriPrefix = "alioth:host:"

  let hosts: Set<HostID>

  init(hosts: Set<HostID>) {
    self.hosts = hosts
  }

  /// The hosts in the alternative names' URIs; without any, the common name.
  init(_ certificate: Certificate) {
    var hosts: Set<HostID> = []
    if let names = try? certificate.extensions.subjectAlternativeNames {
      for case .uniformResourceIdentifier(let uri) in names where uri.hasPrefix(NodeIdentity.uriPrefix) {
        hosts.insert(HostID(String(uri.dropFirst(NodeIdentity.uriPrefix.count))))
      }
    }
    if hosts.isEmpty {
      for relative in certificate.subject {
        for attribute in relative where attribute.type == .RDNAttributeType.commonName {
          if let name = String(attribute.value) { hosts.insert(HostID(name)) }
        }
      }
    }
    self.init(hosts: hosts)
  }

  func authorize(_ host: HostID) throws(SessionRefusal) {
    guard !hosts.contains(host) else { return }
    let named = hosts.sorted().map { quoted($0.rawValue) }.joined(separator: ", ")
    let who = named.isEmpty ? "names no host" : "is for host \(named)"
    throw SessionRefusal(
      .notAllowed, "the agent says that it is host \(quoted(host.rawValue)), but its certificate \(who)")
  }
}
