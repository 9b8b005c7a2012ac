/// A frame that a guest sends as scapy writes it, and where it shall arrive.
struct Frame {
  /// A place where frames are looked for.
  struct Place: Hashable {
    var text: String

    /// A guest's eth0.
    init(_ guest: Guest) { text = guest.name }

    /// A node's interface in the underlay.
    init(underlayOf node: String) { text = "\(node):phy0" }
  }

  var name: String
  var from: Guest
  /// Nothing is sent when it is nil: the frame is only looked for.
  var layers: String?
  /// How it is known where it arrives, an expression of the packet `p`; without one, by a token behind its layers.
  var seenAs: String?
  /// Where it must arrive; at none of the other places that are watched.
  var arrives: [Place]

  init(_ name: String, from: Guest, _ layers: String, seenAs: String? = nil, at places: [Place] = []) {
    (self.name, self.from, self.layers, self.seenAs, self.arrives) = (name, from, layers, seenAs, places)
  }

  init(_ name: String, from: Guest, _ layers: String, seenAs: String? = nil, at guests: [Guest]) {
    self.init(name, from: from, layers, seenAs: seenAs, at: guests.map { Place($0) })
  }

  /// What must be seen of what `from` caused by another frame, or must not.
  init(sightOf name: String, causedBy from: Guest, _ seenAs: String, at guests: [Guest] = []) {
    (self.name, self.from, self.seenAs, self.arrives) = (name, from, seenAs, guests.map { Place($0) })
  }
}

extension Frame {
  /// The same with another name.
  func named(_ name: String) -> Frame { with { $0.name = name } }

  /// The same that shall arrive elsewhere.
  func arriving(at guests: [Guest]) -> Frame { with { $0.arrives = guests.map { Place($0) } } }

  private func with(_ change: (inout Frame) -> Void) -> Frame {
    var changed = self
    change(&changed)
    return changed
  }
}

extension Scenario {
  /// Sends these frames until all have arrived where they shall; none may be seen elsewhere, ever.
  ///
  /// A frame that shall not arrive anywhere has had its chance when the others have arrived, so there should be one from
  /// the same guest.
  func expect(_ frames: [Frame], watching guests: [Guest], settling: Bool = false) throws {
    try expect(frames, watching: guests.map { Frame.Place($0) }, settling: settling)
  }

  func expect(_ frames: [Frame], watching places: [Frame.Place], settling: Bool = false) throws {
    struct SentFrame: Encodable {
      var name: String
      var from: String
      var layers: String?
      var seen: String?
      var arrives: [String]
    }
    struct Request: Encodable {
      var request = "frames"
      var frames: [SentFrame]
      var watching: [String]
      var seconds: Double
    }
    let sent = frames.map {
      SentFrame(
        name: "\($0.from.name): \($0.name)", from: $0.from.name, layers: $0.layers, seen: $0.seenAs,
        arrives: $0.arrives.map(\.text).sorted())
    }
    let request = Request(frames: sent, watching: places.map(\.text), seconds: 1)
    var seen: [String: [String]] = [:]
    func amiss(_ isWrong: (Set<String>, Set<String>) -> Bool) -> String {
      sent.filter { isWrong(Set($0.arrives), Set(seen[$0.name] ?? [])) }
        .map { "'\($0.name)' was seen at \(seen[$0.name] ?? []) instead of \($0.arrives)" }
        .joined(separator: "; ")
    }
    try eventually("frames arrive where they should", last: { amiss { $0 != $1 } }) {
      seen = try lab.traffic.ask(request, as: [String: [String]].self)
      let leaks = amiss { !$1.isSubset(of: $0) }
      guard settling || leaks.isEmpty else { throw Leak(what: leaks) }
      return amiss { $0 != $1 }.isEmpty
    }
  }
}

extension Guest {
  /// The layers of a datagram of the guest's to an address that has this MAC address; from another source when it is given.
  func datagram(
    to address: String, at mac: String, from source: String? = nil, by sourceMAC: String? = nil, hops: Int = 64
  ) -> String {
    let isIPv6 = address.contains(":")
    let source = source ?? self.address(isIPv6 ? 6 : 4)
    let internet =
      isIPv6
      ? "IPv6(src='\(source)', dst='\(address)', hlim=\(hops))" : "IP(src='\(source)', dst='\(address)', ttl=\(hops))"
    return "Ether(src='\(sourceMAC ?? self.mac)', dst='\(mac)')/\(internet)/UDP(sport=9, dport=9)"
  }

  /// The layers of the same to another guest of its network.
  func datagram(to guest: Guest, _ version: Int, from source: String? = nil, by sourceMAC: String? = nil) -> String {
    datagram(to: guest.address(version), at: guest.mac, from: source, by: sourceMAC)
  }
}
