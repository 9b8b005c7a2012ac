import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("Delegated prefixes")
struct DelegatedPrefixSetTests {
  @Test("what overlaps is what a look at all of them finds, through any comings and goings")
  func property() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<40 {
      var set = DelegatedPrefixSet()
      var held: [(prefix: IPv6Prefix, port: PortID)] = []
      for _ in 0..<120 {
        let address = IPv6Address(
          high: 0x2001_0db8_0000_0000 | UInt64.random(in: 0...0xff, using: &generator) << 8, low: 0)
        let length = Int.random(in: 44...64, using: &generator)
        let prefix = try #require(IPv6Prefix(containing: address, length: length))
        let port = PortID("port-\(Int.random(in: 0...5, using: &generator))")
        let others = held.filter { $0.prefix.overlaps(prefix) && $0.port != port }
        #expect((set.overlap(with: prefix, besides: port) != nil) == !others.isEmpty)
        let any = held.contains { $0.prefix.overlaps(prefix) }
        #expect((set.overlap(with: prefix) != nil) == any)
        if !any {
          set.insert(prefix, of: port)
          held.append((prefix, port))
        } else if let gone = held.randomElement(using: &generator) {
          set.remove(gone.prefix, of: gone.port)
          held.removeAll { $0 == gone }
        }
      }
      for entry in held { set.remove(entry.prefix, of: entry.port) }
      #expect(set.isEmpty)
    }
  }
}
