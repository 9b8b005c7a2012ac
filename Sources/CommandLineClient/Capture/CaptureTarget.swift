import Glibc

/// What to capture on: an interface of this host, and the guest's port that it belongs to.
struct CaptureTarget: Hashable, Sendable {
  let interface: String
  let port: AgentStatus.Port?

  /// What to call it in a sentence.
  var title: String {
    guard let port else { return "interface \(printable(interface))" }
    let name = port.name ?? ""
    return "port '\(printable(name.isEmpty ? port.id : name))' on interface \(printable(interface))"
  }
}

/// Finds the port or the interface that a person means.
struct CaptureTargetFinder {
  /// Whether this network namespace has an interface of that name.
  var hasInterface: (String) -> Bool = { if_nametoindex($0) != 0 }

  /// With the agent's word: an id, a name, an interface, or the only id that begins so. Another interface of this host
  /// can be named as well.
  func target(_ reference: String, ports: [AgentStatus.Port]) throws(CommandFailure) -> CaptureTarget {
    guard let port = try find(reference, ports) else {
      guard hasInterface(reference) else {
        throw CommandFailure(
          "This host has no port and no interface '\(printable(reference))'; 'alioth show' lists its ports.")
      }
      return CaptureTarget(interface: reference, port: nil)
    }
    let name = port.name ?? ""
    let title = "Port '\(printable(name.isEmpty ? port.id : name))'"
    guard let interface = port.interface, !interface.isEmpty else {
      let reason = port.reason.map { ": \(printable($0))" } ?? ""
      throw CommandFailure(sentence("\(title) has no interface on this host yet\(reason)"))
    }
    guard hasInterface(interface) else {
      throw CommandFailure(
        "\(title) cannot be captured here: its interface \(printable(interface)) is not one of the kernel's in this "
          + "network namespace. The packets of a vhost-user interface never pass the kernel; an interface that was "
          + "moved to a container's namespace is captured there.")
    }
    return CaptureTarget(interface: interface, port: port)
  }

  /// A port of this host, by the same names.
  func port(_ reference: String, ports: [AgentStatus.Port]) throws(CommandFailure) -> AgentStatus.Port {
    guard let port = try find(reference, ports) else {
      throw CommandFailure("This host has no port '\(printable(reference))'; 'alioth show' lists its ports.")
    }
    return port
  }

  /// Without the agent: an interface.
  func target(_ reference: String, agentFailure: String) throws(CommandFailure) -> CaptureTarget {
    guard hasInterface(reference) else {
      throw CommandFailure(
        "This host has no interface '\(printable(reference))', and its ports are not known without the agent.\n"
          + agentFailure)
    }
    return CaptureTarget(interface: reference, port: nil)
  }

  private func find(
    _ reference: String, _ ports: [AgentStatus.Port]
  ) throws(CommandFailure) -> AgentStatus.Port? {
    if let port = ports.first(where: { $0.id == reference }) { return port }
    let ways: [[AgentStatus.Port]] = [
      ports.filter { $0.name == reference }, ports.filter { $0.interface == reference },
      ports.filter { $0.id.hasPrefix(reference) },
    ]
    guard let found = ways.first(where: { !$0.isEmpty }) else { return nil }
    guard found.count == 1 else {
      let ids = found.map { printable($0.id) }.sorted().joined(separator: ", ")
      throw CommandFailure(
        "'\(printable(reference))' means \(found.count) ports of this host; name one by its id: \(ids).")
    }
    return found[0]
  }
}
