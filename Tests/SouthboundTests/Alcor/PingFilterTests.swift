import Testing

@testable import Southbound

@Suite("Pings of HTTP/2")
struct PingFilterTests {
  private let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  private let settings: [UInt8] = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0]
  private let data: [UInt8] = [0, 0, 3, 0, 0, 0, 0, 0, 1, 6, 6, 6]
  private let answer: [UInt8] = [0, 0, 8, 6, 1, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9]

  private func ping(_ number: UInt8) -> [UInt8] { [0, 0, 8, 6, 0, 0, 0, 0, 0] + Array(repeating: number, count: 8) }

  @Test("are taken out wherever the bytes are cut, and nothing else is", arguments: 1...60)
  func cut(size: Int) {
    let sent = preface + settings + ping(1) + data + ping(2) + ping(3) + answer + data
    var filter = PingFilter()
    var passed: [UInt8] = []
    var pings: [[UInt8]] = []
    var rest = sent[...]
    while !rest.isEmpty {
      let result = filter.filter(rest.prefix(size))
      passed += result.passed
      pings += result.pings
      rest = rest.dropFirst(size)
    }
    #expect(passed == preface + settings + data + answer + data)
    #expect(pings == [1, 2, 3].map { Array(repeating: $0, count: 8) })
  }

  @Test("are answered with what they had, as an acknowledgement")
  func answered() {
    #expect(PingFilter.answer([1, 2, 3, 4, 5, 6, 7, 8]) == [0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test("a frame of that kind that is none goes on to whoever judges it")
  func malformed() {
    var filter = PingFilter()
    let wrong: [UInt8] = [0, 0, 4, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4]
    let result = filter.filter(preface + wrong)
    #expect(result.passed == preface + wrong)
    #expect(result.pings.isEmpty)
  }
}
