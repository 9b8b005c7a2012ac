import DHCP
import NetworkTypes
import Testing

@Suite("What DHCPv6 clients are answered")
struct DHCPv6ResponderTests {
  private let address2 = IPv6Address(high: 0x2001_0db8_0001_0000, low: 0x1ef)
  private let foreign = IPv6Address(high: 0x2001_0db8_0002_0000, low: 9)
  private let onLink = IPv6Address(high: 0x2001_0db8_0001_0000, low: 0x999)

  @Test("a SOLICIT gets an ADVERTISE with the reserved address, whatever it wishes for")
  func solicit() throws {
    for wish in [[], [reserved6], [foreign]] {
      let reply = try V6Reply(V6ClientMessage(.solicit, [iaNA(7, wish)]))
      #expect(reply.outcome == DHCPv6Reply(kind: .advertise, request: .solicit, grantsLease: true))
      #expect(reply.associations == [granted(7, [reserved6])])
      #expect(reply.codes == [1, 2, 3])
    }
  }

  @Test("a SOLICIT with rapid commit gets a REPLY only where that is turned on and there is a lease to commit")
  func rapidCommit() throws {
    let solicit = V6ClientMessage(.solicit, [DHCPv6Option(.rapidCommit, .empty), iaNA()])
    let committed = try V6Reply(solicit, try guestBinding6 { $0.rapidCommit = true })
    #expect(committed.type == .reply && committed[.rapidCommit] == .empty)
    #expect(committed.associations == [granted(0x3e11_2233, [reserved6])])
    let without = try V6Reply(solicit)
    #expect(without.type == .advertise && without[.rapidCommit] == nil)
    let unasked = try V6Reply(V6ClientMessage(.solicit, [iaNA()]), try guestBinding6 { $0.rapidCommit = true })
    #expect(unasked.type == .advertise)
    let nothing = try guestBinding6 {
      $0.rapidCommit = true
      $0.addresses = []
    }
    #expect(try V6Reply(solicit, nothing).type == .advertise)
  }

  @Test("the preference is in an ADVERTISE and in nothing else")
  func preference() throws {
    let binding = try guestBinding6 { $0.preference = 255 }
    #expect(try V6Reply(V6ClientMessage(.solicit, [iaNA()]), binding)[.preference] == .uint8(255))
    #expect(try V6Reply(V6ClientMessage(.request, [iaNA()]), binding)[.preference] == nil)
  }

  @Test("REQUEST, RENEW and REBIND get all addresses of the port for the first association")
  func leases() throws {
    let binding = try guestBinding6 { $0.addresses = [reserved6, address2] }
    for type in [DHCPv6MessageType.request, .renew, .rebind] {
      let reply = try V6Reply(V6ClientMessage(type, [iaNA(1, [reserved6])]), binding)
      #expect(reply.outcome == DHCPv6Reply(kind: .reply, request: type, grantsLease: true))
      #expect(reply.associations == [granted(1, [reserved6, address2])])
      #expect(reply[.statusCode] == nil)
    }
  }

  @Test("associations that get nothing are refused one by one, with the status that fits the message")
  func refusedAssociations() throws {
    for type in [DHCPv6MessageType.solicit, .request] {
      let reply = try V6Reply(V6ClientMessage(type, [iaNA(1), iaNA(2), iaTA(3), iaPD(4)]))
      #expect(
        reply.associations == [
          granted(1, [reserved6]), refused(.iaNA, 2, .noAddrsAvail), refused(.iaTA, 3, .noAddrsAvail),
          refused(.iaPD, 4, .noPrefixAvail),
        ])
      #expect(reply.outcome.grantsLease)
    }
    for type in [DHCPv6MessageType.renew, .rebind] {
      let reply = try V6Reply(V6ClientMessage(type, [iaNA(1), iaNA(2), iaTA(3), iaPD(4)]))
      #expect(
        reply.associations == [
          granted(1, [reserved6]), refused(.iaNA, 2, .noBinding), refused(.iaTA, 3, .noBinding),
          refused(.iaPD, 4, .noBinding),
        ])
    }
    let nothing = try V6Reply(V6ClientMessage(.solicit, [iaNA(1)]), try guestBinding6 { $0.addresses = [] })
    #expect(nothing.associations == [refused(.iaNA, 1, .noAddrsAvail)])
    #expect(nothing.outcome == DHCPv6Reply(kind: .advertise, request: .solicit, grantsLease: false))
  }

  @Test("a REQUEST for an address of another link is told so; one of this link gets the reserved address")
  func notOnLink() throws {
    let reply = try V6Reply(V6ClientMessage(.request, [iaNA(1, [foreign])]))
    #expect(reply.associations == [refused(.iaNA, 1, .notOnLink)])
    #expect(!reply.outcome.grantsLease)
    #expect(try V6Reply(V6ClientMessage(.request, [iaNA(1, [onLink])])).associations == [granted(1, [reserved6])])
  }

  @Test("a guest that renews an address that is no longer its own loses it and gets its reservation")
  func moved() throws {
    for type in [DHCPv6MessageType.renew, .rebind] {
      let reply = try V6Reply(V6ClientMessage(type, [iaNA(1, [onLink, reserved6, foreign])]))
      #expect(reply.associations == [granted(1, [reserved6], expired: [onLink, foreign])])
      let none = try V6Reply(V6ClientMessage(type, [iaNA(1, [onLink])]), try guestBinding6 { $0.addresses = [] })
      #expect(none.associations == [granted(1, [], expired: [onLink])])
      #expect(!none.outcome.grantsLease)
    }
  }

  @Test("a second association that holds the port's address is not told that it ends")
  func secondAssociation() throws {
    let reply = try V6Reply(V6ClientMessage(.renew, [iaNA(1), iaNA(2, [reserved6])]))
    #expect(reply.associations == [granted(1, [reserved6]), refused(.iaNA, 2, .noBinding)])
  }

  @Test("prefixes are delegated to the first IA_PD, and taken away when they are no longer the port's")
  func delegation() throws {
    let prefix = try prefix6("2001:db8:ff00::/56")
    let old = try prefix6("2001:db8:ee00::/56")
    let binding = try guestBinding6 {
      $0.addresses = []
      $0.delegatedPrefixes = [prefix]
    }
    func lease(_ prefix: IPv6Prefix, _ preferred: UInt32, _ valid: UInt32) -> DHCPv6Option {
      DHCPv6Option(
        .iaPrefix,
        .prefix(
          prefix.address, length: UInt8(prefix.length), preferred: preferred, valid: valid, options: []))
    }
    let given = DHCPv6Option(
      .iaPD, .association(iaid: 5, t1: 1800, t2: 2880, options: [lease(prefix, 3600, 7200)]))
    for type in [DHCPv6MessageType.solicit, .request, .renew, .rebind] {
      let reply = try V6Reply(V6ClientMessage(type, [iaPD(5)]), binding)
      #expect(reply.associations == [given] && reply.outcome.grantsLease)
    }
    let renewed = try V6Reply(V6ClientMessage(.renew, [iaPD(5, [old])]), binding)
    #expect(
      renewed.associations == [
        DHCPv6Option(
          .iaPD,
          .association(iaid: 5, t1: 1800, t2: 2880, options: [lease(prefix, 3600, 7200), lease(old, 0, 0)]))
      ])
  }

  @Test("a CONFIRM succeeds only when every address is the port's, and is not answered without one")
  func confirm() throws {
    let cases: [([DHCPv6Option], DHCPv6StatusCode)] = [
      ([iaNA(1, [reserved6])], .success), ([iaNA(1, [foreign])], .notOnLink), ([iaNA(1, [onLink])], .notOnLink),
      ([iaNA(1, [reserved6]), iaNA(2, [foreign])], .notOnLink), ([iaNA(1, [reserved6, foreign])], .notOnLink),
      ([iaNA(1), iaNA(2, [reserved6])], .success),
    ]
    for (options, status) in cases {
      let reply = try V6Reply(V6ClientMessage(.confirm, options + [asking(for: 23)]))
      #expect(reply[.statusCode] == .status(status, message: ""))
      #expect(reply.outcome == DHCPv6Reply(kind: .reply, request: .confirm, status: status))
      #expect(reply.codes == [1, 2, 13])
    }
    for options in [[], [iaNA(1)], [iaPD(1, [try prefix6("2001:db8::/56")])]] {
      #expect(respond6(V6ClientMessage(.confirm, options).frame, try guestBinding6()) == .drop(.nothingToConfirm))
    }
  }

  @Test("a RELEASE is acknowledged and told, and what is not the port's is named")
  func release() throws {
    let prefix = try prefix6("2001:db8:ff00::/56")
    let binding = try guestBinding6 { $0.delegatedPrefixes = [prefix] }
    let message = V6ClientMessage(.release, [iaNA(1, [reserved6]), iaNA(2, [foreign]), iaPD(3, [prefix]), iaTA(4)])
    let reply = try V6Reply(message, binding)
    #expect(reply.event == .released(addresses: 1, prefixes: 1))
    #expect(reply.options.dropFirst(2).first == DHCPv6Option(.statusCode, .status(.success, message: "")))
    #expect(reply.associations == [refused(.iaNA, 2, .noBinding), refused(.iaTA, 4, .noBinding)])
    let nothing = try V6Reply(V6ClientMessage(.release, [iaNA(1, [foreign])]), binding)
    #expect(nothing.event == nil && nothing.associations == [refused(.iaNA, 1, .noBinding)])
  }

  @Test("a DECLINE is acknowledged and told with the address, and nothing is told of foreign ones")
  func decline() throws {
    let reply = try V6Reply(V6ClientMessage(.decline, [iaNA(1, [foreign, reserved6]), iaPD(3)]))
    #expect(reply.event == .declined(reserved6, count: 1))
    #expect(reply.outcome == DHCPv6Reply(kind: .reply, request: .decline))
    #expect(reply.codes == [1, 2, 13])
    let nothing = try V6Reply(V6ClientMessage(.decline, [iaNA(1, [foreign])]))
    #expect(nothing.event == nil && nothing.associations == [refused(.iaNA, 1, .noBinding)])
  }

  @Test("after a DECLINE a SOLICIT can be held back, and nothing else is")
  func held() throws {
    let solicit = V6ClientMessage(.solicit, [iaNA()]).frame
    #expect(respond6(solicit, try guestBinding6(), holdsOffers: true) == .drop(.heldAfterDecline))
    let renew = V6ClientMessage(.renew, [iaNA()]).frame
    guard case .reply = respond6(renew, try guestBinding6(), holdsOffers: true) else {
      Issue.record("a RENEW was held back")
      return
    }
  }

  @Test("lifetimes without an end have times without an end")
  func endless() throws {
    let binding = try guestBinding6 {
      $0.preferredLifetime = .max
      $0.validLifetime = .max
    }
    let reply = try V6Reply(V6ClientMessage(.request, [iaNA(1)]), binding)
    let lease = DHCPv6Option(.iaAddress, .address(reserved6, preferred: .max, valid: .max, options: []))
    #expect(reply[.iaNA] == .association(iaid: 1, t1: .max, t2: .max, options: [lease]))
  }

  @Test("where only parameters are served, only INFORMATION-REQUEST is answered; where nothing is, nothing")
  func modes() throws {
    let all: [DHCPv6MessageType] = [.solicit, .request, .confirm, .renew, .rebind, .release, .decline]
    for type in all {
      let frame = V6ClientMessage(type, [iaNA(1, [reserved6])]).frame
      #expect(respond6(frame, try guestBinding6 { $0.mode = .stateless }) == .drop(.statelessOnly))
      #expect(respond6(frame, try guestBinding6 { $0.mode = .off }) == .drop(.disabled))
    }
    let information = V6ClientMessage(.informationRequest, [asking(for: 23)])
    #expect(try V6Reply(information, try guestBinding6 { $0.mode = .stateless }).codes == [1, 2, 23])
    #expect(respond6(information.frame, try guestBinding6 { $0.mode = .off }) == .drop(.disabled))
  }
}
