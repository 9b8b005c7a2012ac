import Glibc
import NetworkTypes
import Testing

@testable import HostNetwork

@Suite(.enabled(if: mayMakeNamespaces), .timeLimit(.minutes(2))) struct NetworkChangesTests {
  @Test("a new link, its address and its end are seen")
  func changes() async throws {
    let namespace = try TestNamespace()
    let changes = try namespace.enter { try HostNetwork.changes() }
    let network = try namespace.enter { try HostNetwork() }
    var iterator = changes.makeAsyncIterator()

    try namespace.ip("link add left type veth peer name right")
    let index = try #require(try network.link(named: "left")).index
    var seen = NetworkChanges()
    while !seen.links.contains(index) { seen = try #require(await iterator.next()) }

    try namespace.ip("address add 192.0.2.1/24 dev left")
    while !seen.addresses.contains(index) { seen = try #require(await iterator.next()) }

    try namespace.ip("link delete left")
    seen = NetworkChanges()
    while !seen.links.contains(index) { seen = try #require(await iterator.next()) }
    #expect(!seen.needsResync)
  }

  @Test("changes that come while nobody reads are one element")
  func coalesced() async throws {
    let namespace = try TestNamespace()
    let changes = try namespace.enter { try HostNetwork.changes() }
    try namespace.ip("link add left type veth peer name right")
    for length in 1...20 { try namespace.ip("address add 192.0.2.\(length)/32 dev left") }
    let network = try namespace.enter { try HostNetwork() }
    let index = try #require(try network.link(named: "left")).index
    var iterator = changes.makeAsyncIterator()
    var elements = 0
    var addresses = false
    // The last notifications may still be on their way to the queue, so that there may be a second element.
    while !addresses {
      addresses = try #require(await iterator.next()).addresses.contains(index)
      elements += 1
    }
    #expect(elements <= 2)
  }

  @Test("notifications that the kernel had to drop ask for a new listing")
  func overrun() async throws {
    let namespace = try TestNamespace()
    // The smallest buffer that the kernel gives holds one or two notifications of a link, and a burst is more: deleting a
    // namespace's worth of links happens under one lock.
    let watcher = try namespace.enter { try ChangeWatcher(receiveBufferSize: 1) }
    for index in 1...100 { try namespace.ip("link add left\(index) type veth peer name right\(index)") }
    try namespace.ip("link set group default mtu 1300")
    var found = false
    while !found { found = try #require(await watcher.next()).needsResync }
    #expect(found)
  }

  @Test("cancelling the reader ends the stream")
  func cancellation() async throws {
    let namespace = try TestNamespace()
    let changes = try namespace.enter { try HostNetwork.changes() }
    let reader = Task {
      var count = 0
      for await _ in changes { count += 1 }
      return count
    }
    reader.cancel()
    #expect(await reader.value == 0)
  }

  @Test("a stream that is dropped closes its socket")
  func dropped() async throws {
    let namespace = try TestNamespace()
    func sockets() throws -> Int { try namespace.execute("cat /proc/net/netlink").split(separator: "\n").count }
    let before = try sockets()
    do {
      let changes = try namespace.enter { try HostNetwork.changes() }
      #expect(try sockets() > before)
      withExtendedLifetime(changes) {}
    }
    // The queue closes it a moment later.
    var after = try sockets()
    for _ in 0..<1000 where after > before {
      try await Task.sleep(for: .milliseconds(10))
      after = try sockets()
    }
    #expect(after <= before)
  }
}
