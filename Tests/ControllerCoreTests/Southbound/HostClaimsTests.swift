import Foundation
import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("Two agents of one host")
struct HostClaimsTests {
  private let host = HostID("node1")
  private let first = AgentIdentity(machine: "m1", instance: "i1", boot: "b1")
  private let now = Date(timeIntervalSince1970: 1_767_322_800)

  @Test("the second is refused with both named; the first is not disturbed, and its place is free once it is gone")
  func second() throws {
    var claims = HostClaims()
    let claim = try claims.claim(host, first, peer: "ipv4:192.0.2.1:4711", now: now)
    for other in [
      AgentIdentity(machine: "m2", instance: "i2", boot: "b2"),
      AgentIdentity(machine: "m1", instance: "i2", boot: "b1"),
      AgentIdentity(machine: "m2", instance: "i1", boot: "b2"),
    ] {
      let refusal = #expect(throws: SessionRefusal.self) {
        try claims.claim(host, other, peer: "ipv6:[2001:db8::2]:815", now: now + 5)
      }
      #expect(refusal?.reason == .notAllowed)
      let message = refusal?.message ?? ""
      #expect(
        message
          == "two agents say that they are host node1: the one at 192.0.2.1 (instance i1, machine m1, boot b1), connected "
          + "since 2026-01-02T03:00:00Z, is; the one at 2001:db8::2 (\(other)) is refused. Give each a name and a "
          + "certificate of its own, or stop one of them")
      #expect(claims.isCurrent(claim, of: host))
    }
    let contender = try #require(claims.contender(for: host, now: now + 6))
    #expect(contender.address == "2001:db8::2" && contender.attempts == 1)
    #expect(claims.contender(for: host, now: now + 600) == nil)
    #expect(claims.contender(for: HostID("node2"), now: now) == nil)
    claims.release(host, claim)
    _ = try claims.claim(host, AgentIdentity(machine: "m2", instance: "i2"), peer: "p", now: now + 7)
  }

  @Test("the same agent takes over at once: after a crash, after a new boot, and over a connection that is half open")
  func takeover() throws {
    var claims = HostClaims()
    var claim = try claims.claim(host, first, peer: "ipv4:192.0.2.1:1", now: now)
    var booted = first
    for boot in ["b1", "b1", "b2", "b3", "", "b4"] {
      booted.boot = boot
      let next = try claims.claim(host, booted, peer: "ipv4:192.0.2.7:2", now: now)
      #expect(!claims.isCurrent(claim, of: host))
      // The end of the connection before does not free the place of the one after it.
      claims.release(host, claim)
      #expect(claims.isCurrent(next, of: host))
      claim = next
    }
    #expect(claims.holder(of: host)?.identity.boot == "b4")
  }

  @Test("agents that say nothing of themselves are taken over from, as they always were")
  func silent() throws {
    var claims = HostClaims()
    _ = try claims.claim(host, AgentIdentity(), peer: "p", now: now)
    _ = try claims.claim(host, first, peer: "p", now: now)
    _ = try claims.claim(host, AgentIdentity(), peer: "q", now: now)
  }

  @Test("a copy of a machine, ids and all, shows when the boot that was taken over from comes back")
  func copy() throws {
    var claims = HostClaims()
    _ = try claims.claim(host, first, peer: "ipv4:192.0.2.1:1", now: now)
    var copy = first
    copy.boot = "b2"
    let taken = try claims.claim(host, copy, peer: "ipv4:192.0.2.2:1", now: now)
    let refusal = #expect(throws: SessionRefusal.self) {
      try claims.claim(host, first, peer: "ipv4:192.0.2.1:2", now: now)
    }
    #expect(refusal?.message.contains("one machine is a copy of the other") == true)
    #expect(refusal?.message.contains("192.0.2.1") == true && refusal?.message.contains("192.0.2.2") == true)
    #expect(claims.isCurrent(taken, of: host))
  }

  @Test("a second agent changes nothing: not the host's tunnel address, not the first one's session; the API shows it")
  func directory() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("node1", "192.0.2.1", identity: first)
      let held = try #require(await session.nextUpdate())
      let other = AgentIdentity(machine: "m2", instance: "i2", boot: "b2")
      for _ in 0..<2 {
        await #expect(throws: SessionRefusal.self) {
          _ = try await controller.connect("node1", "192.0.2.9", identity: other, peer: "ipv4:192.0.2.9:1234")
        }
      }
      let agent = try await controller.expect(200, "GET", "/v2.0/agents/node1")["agent"]
      let configurations = agent?["configurations"]
      #expect(configurations?["tunnel_address"] == .string("192.0.2.1"))
      #expect(configurations?["connected"] == .boolean(true))
      #expect(configurations?["identity"]?["instance_id"] == .string("i1"))
      #expect(configurations?["duplicate"]?["address"] == .string("192.0.2.9"))
      #expect(configurations?["duplicate"]?["identity"]?["machine_id"] == .string("m2"))
      #expect(configurations?["duplicate"]?["attempts"] == .integer(2))
      let network = try await controller.makeNetwork()
      _ = try await controller.makePort(network, #","binding:host_id":"node1""#)
      #expect(try #require(await session.nextUpdate()).scope == .delta(from: held.version.revision))
      // The first comes back while its connection is still open, and takes over at once.
      let again = try await controller.connect("node1", "192.0.2.1", identity: first)
      #expect(await session.nextUpdate() == nil)
      await session.closed()
      #expect(await again.nextUpdate() != nil)
      await #expect(throws: SessionRefusal.self) {
        _ = try await controller.connect("node1", "192.0.2.9", identity: other)
      }
      await again.closed()
      _ = try await controller.connect("node1", "192.0.2.9", identity: other)
    }
  }

  @Test("an agent that could not take over, for its registration failed, leaves the first one's claim")
  func failedTakeover() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("node2", "192.0.2.2")
      let session = try await controller.connect("node1", "192.0.2.1", identity: first)
      await #expect(throws: SessionRefusal.self) {
        _ = try await controller.connect("node1", "192.0.2.2", identity: first)
      }
      await #expect(throws: SessionRefusal.self) {
        _ = try await controller.connect("node1", "192.0.2.9", identity: AgentIdentity(machine: "m2"))
      }
      #expect(await session.nextUpdate() != nil)
    }
  }
}
