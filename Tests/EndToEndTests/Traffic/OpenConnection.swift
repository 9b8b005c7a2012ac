/// A connection between two guests that stays open while something else changes.
struct OpenConnection {
  /// Which directions carry.
  struct Carries: Decodable, Equatable {
    /// From who began it to the other.
    var there: Bool
    var back: Bool

    static let neither = Carries(there: false, back: false)
    static let both = Carries(there: true, back: true)
  }

  let name: String
}

extension Scenario {
  /// Opens a connection by each version of IP that both have: TCP, or UDP in both directions.
  func connect(_ from: Guest, _ to: Guest, _ kind: Talk.Kind, _ port: Int) throws -> [OpenConnection] {
    struct Request: Encodable {
      struct Wanted: Encodable {
        var kind: Talk.Kind
        var from: String
        var to: String
        var address: String
        var port: Int
      }
      var request = "open"
      var name: String
      var wanted: Wanted
      var seconds: Double
    }
    return try to.addresses.map { address in
      let name = "\(kind) \(from.name) → \(to.name) \(address) port \(port)"
      let wanted = Request.Wanted(kind: kind, from: from.name, to: to.name, address: address, port: port)
      try eventually("\(name) is open") {
        try lab.traffic.ask(Request(name: name, wanted: wanted, seconds: 3), as: Bool.self)
      }
      return OpenConnection(name: name)
    }
  }

  /// All of them carry in both directions; the time is for a busy machine.
  func expectAlive(_ connections: [OpenConnection]) throws {
    try expect(connections, .both, within: 5)
  }

  /// Waits until none carries any more in either direction.
  func expectCut(_ connections: [OpenConnection]) throws {
    try expect(connections, .neither, within: 0.4)
  }

  private func expect(
    _ connections: [OpenConnection], _ carries: OpenConnection.Carries, within seconds: Double
  ) throws {
    struct Request: Encodable {
      var request = "carries"
      var names: [String]
      var seconds: Double
    }
    var carried: [OpenConnection.Carries] = []
    func amiss() -> [String] {
      zip(connections, carried).filter { $1 != carries }.map { "\($0.name): \($1)" }
    }
    try eventually(
      "connections carry in \(carries == .both ? "both directions" : "neither direction")",
      last: {
        amiss().joined(separator: "; ")
      }
    ) {
      carried = try lab.traffic.ask(
        Request(names: connections.map(\.name), seconds: seconds), as: [OpenConnection.Carries].self)
      return amiss().isEmpty
    }
  }
}
