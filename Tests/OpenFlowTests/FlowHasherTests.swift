import OpenFlow
import Testing

@Suite("Hashes of flows")
struct FlowHasherTests {
  private func body(_ number: UInt32, priority: UInt16 = 1, cookie: UInt64 = 1, flags: FlowFlags = []) -> [UInt8] {
    var bytes: [UInt8] = []
    let flow = Flow(
      table: TableID(rawValue: 3), priority: priority, cookie: cookie, match: Match([.inPort(OFPort(number))]),
      instructions: [.applyActions([.output(OFPort(number))])], flags: flags)
    FlowBody.append(flow, to: &bytes)
    return bytes
  }

  @Test("a hundred thousand flows that differ in few bits have as many keys and contents")
  func distinct() {
    let hasher = FlowHasher(seed: 7)
    var keys = Set<UInt64>()
    var contents = Set<UInt64>()
    for number in 0..<100_000 as Range<UInt32> {
      let body = body(number)
      keys.insert(hasher.key(body: body))
      contents.insert(hasher.content(body: body))
    }
    #expect(keys.count == 100_000 && contents.count == 100_000)
  }

  @Test("cookie and instructions change the content and not the key; priority changes both")
  func parts() {
    let hasher = FlowHasher(seed: 7)
    let flow = body(1)
    #expect(hasher.key(body: body(1, cookie: 2)) == hasher.key(body: flow))
    #expect(hasher.content(body: body(1, cookie: 2)) != hasher.content(body: flow))
    #expect(hasher.key(body: body(1, priority: 2)) != hasher.key(body: flow))
    #expect(hasher.content(body: body(1, priority: 2)) != hasher.content(body: flow))
  }

  @Test("flags that the switch does not report do not count")
  func flags() {
    let hasher = FlowHasher(seed: 7)
    #expect(hasher.content(body: body(1, flags: .checkOverlap)) == hasher.content(body: body(1)))
    #expect(hasher.content(body: body(1, flags: .sendFlowRemoved)) != hasher.content(body: body(1)))
  }

  @Test("another seed gives other hashes, also of bytes that are no flow")
  func seeds() {
    #expect(FlowHasher(seed: 1).content(body: body(1)) != FlowHasher(seed: 2).content(body: body(1)))
    #expect(FlowHasher(seed: 1).content(body: [1, 2, 3]) == 0)
    #expect(FlowHasher(seed: 1).key(body: []) == 0)
  }
}
