import Foundation

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

  private let lab: Lab
  let name: String

  fileprivate init(lab: Lab, name: String) {
    (self.lab, self.name) = (lab, name)
  }

  /// Which directions carry what is sent now; the time is for what does not arrive.
  func carries(within seconds: Double) throws -> Carries {
    struct Request: Encodable {
      var request = "carries"
      var name: String
      var seconds: Double
    }
    return try lab.traffic.ask(Request(name: name, seconds: seconds), as: Carries.self)
  }

  /// It must carry, in both directions; the time is for a busy machine.
  func expectAlive() throws {
    try eventually("\(name) carries in both directions") { try carries(within: 5) == .both }
  }

  /// Waits until neither direction carries any more.
  func expectCut() throws {
    var carried = Carries.both
    try eventually("\(name) is cut", last: { "\(carried)" }) {
      carried = try carries(within: 0.4)
      return carried == .neither
    }
  }
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
      return OpenConnection(lab: lab, name: name)
    }
  }
}
