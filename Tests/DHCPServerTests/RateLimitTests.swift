import Testing

@testable import DHCPServer

@Suite("Rate limits")
struct RateLimitTests {
  private let second: UInt64 = 1_000_000_000

  @Test("after a pause a burst passes, then as many as the rate gives")
  func burst() {
    let limit = DHCPRateLimit(perSecond: 10, burst: 5)
    var bucket = DHCPTokenBucket()
    let passed = (0..<100).count { _ in bucket.take(limit, at: second) }
    #expect(passed == 5)
    let later = (0..<100).count { bucket.take(limit, at: second + UInt64($0) * second / 50) }
    #expect((19...21).contains(later), "two seconds at ten a second, found \(later)")
    let saved = (0..<10).count { _ in bucket.take(limit, at: 100 * second) }
    #expect(saved == 5, "what is saved up is a burst at most")
  }

  @Test("without a limit everything passes, and a clock that goes back gives nothing")
  func edges() {
    var bucket = DHCPTokenBucket()
    let passed = (0..<1000).count { _ in bucket.take(.none, at: 1) }
    #expect(passed == 1000)
    var other = DHCPTokenBucket()
    let limit = DHCPRateLimit(perSecond: 1, burst: 1)
    let moments: [UInt64] = [10, 5, 10, 11]
    #expect(moments.map { other.take(limit, at: $0 * second) } == [true, false, false, true])
    var extreme = DHCPTokenBucket()
    let wide = DHCPRateLimit(perSecond: 1, burst: .max)
    #expect([0, UInt64.max].map { extreme.take(wide, at: $0) } == [true, true])
  }
}
