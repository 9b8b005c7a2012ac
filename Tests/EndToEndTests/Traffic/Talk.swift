/// What a guest begins with another, or with an address: by IPv4 and by IPv6, as far as both sides have them.
struct Talk {
  enum Kind: String, Encodable {
    case ping
    case udp
    case tcp
  }

  /// How it ends.
  enum Outcome: String, Decodable {
    /// The other side heard it, and its answer came back.
    case answered
    /// The other side heard it, but its answer did not come back.
    case heard
    /// Nobody listens: a port unreachable for UDP, a reset for TCP.
    case refused
    /// A router said that there is no way.
    case unreachable
    /// A router said that its hops were used up.
    case expired
    /// A router said that it does not fit.
    case tooBig
    /// Nothing came back.
    case silent
  }

  var kind: Kind
  var from: Guest
  /// Who listens; nobody when it is nil.
  var to: Guest?
  var addresses: [String]
  var port: Int?
  /// The TTL or hop limit.
  var hops: Int?
  /// Octets of a ping's or a connection's data.
  var size: Int?

  /// An echo request.
  static func ping(_ from: Guest, _ to: Guest) -> Talk { ping(from, at: to.addresses) }

  static func ping(_ from: Guest, at addresses: [String], hops: Int? = nil, size: Int? = nil) -> Talk {
    Talk(kind: .ping, from: from, addresses: addresses, hops: hops, size: size)
  }

  /// A datagram that is sent back.
  static func udp(_ from: Guest, _ to: Guest, _ port: Int) -> Talk {
    Talk(kind: .udp, from: from, to: to, addresses: to.addresses, port: port)
  }

  /// A connection whose data is sent back.
  static func tcp(_ from: Guest, _ to: Guest, _ port: Int, size: Int? = nil) -> Talk {
    Talk(kind: .tcp, from: from, to: to, addresses: to.addresses, port: port, size: size)
  }

  /// The same where nobody listens.
  var toNobody: Talk { with { $0.to = nil } }

  /// Only by this version of IP.
  func only(_ version: Int) -> Talk {
    with { $0.addresses = addresses.filter { ($0.contains(":") ? 6 : 4) == version } }
  }

  private func with(_ change: (inout Talk) -> Void) -> Talk {
    var changed = self
    change(&changed)
    return changed
  }
}

/// One talk by one version of IP, as the traffic generator takes it.
struct SingleTalk: Encodable, CustomStringConvertible {
  var kind: Talk.Kind
  var from: String
  var own: [String]
  var to: String?
  var address: String
  var port: Int?
  var hops: Int?
  var size: Int?
  var expects: String

  var description: String {
    "\(kind) \(from) → \(to ?? "") \(address)" + (port.map { " port \($0)" } ?? "") + (hops.map { " hops \($0)" } ?? "")
  }
}

/// How a talk ended.
struct TalkEnd: Decodable, CustomStringConvertible {
  var outcome: Talk.Outcome
  /// Which router said so.
  var by: String?
  /// What it said would fit.
  var mtu: Int?

  var description: String { "\(outcome)" + (by.map { " by \($0)" } ?? "") + (mtu.map { ", \($0) would fit" } ?? "") }
}

extension Scenario {
  /// Waits until all these talks end as they should, and returns how they did.
  ///
  /// Those that should be silent must be so from the beginning, unless things are still settling, as after a rule was taken
  /// away. They have had their chance when all others have ended.
  @discardableResult
  func expect(_ expected: [Talk.Outcome: [Talk]], settling: Bool = false) throws -> [TalkEnd] {
    struct Request: Encodable {
      var request = "talks"
      var talks: [SingleTalk]
      var seconds: Double
    }
    let talks = expected.flatMap { outcome, talks in talks.flatMap { single($0, outcome) } }
    var ends: [TalkEnd] = []
    func amiss(_ isWrong: (SingleTalk, TalkEnd) -> Bool = { _, _ in true }) -> String {
      zip(talks, ends).filter { $0.expects != $1.outcome.rawValue && isWrong($0, $1) }
        .map { "\($0) is \($1) instead of \($0.expects)" }.joined(separator: "; ")
    }
    try eventually("talks end as they should", last: { amiss() }) {
      ends = try lab.traffic.ask(Request(talks: talks, seconds: 1), as: [TalkEnd].self)
      let leaks = amiss { talk, _ in talk.expects == Talk.Outcome.silent.rawValue }
      guard settling || leaks.isEmpty else { throw Leak(what: leaks) }
      return amiss().isEmpty
    }
    return ends
  }

  private func single(_ talk: Talk, _ outcome: Talk.Outcome) -> [SingleTalk] {
    let own = talk.from.addresses
    return talk.addresses.filter { address in own.contains { $0.contains(":") == address.contains(":") } }.map {
      SingleTalk(
        kind: talk.kind, from: talk.from.name, own: own, to: talk.to?.name, address: $0, port: talk.port,
        hops: talk.hops, size: talk.size, expects: outcome.rawValue)
    }
  }
}

/// Something arrived that must not.
struct Leak: Error, CustomStringConvertible {
  var what: String

  var description: String { "it must not pass: \(what)" }
}
