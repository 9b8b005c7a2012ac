import NetworkTypes
import Testing

@testable import OpenFlow

/// What is encoded in a shorter way has the same bytes as what is encoded part by part.
@Suite("Flows made from a template, and what is encoded at once")
struct FlowTemplateTests {
  private static let table = TableID(rawValue: 30)

  /// Numbers of every length, some of them in several places, some side by side.
  private static let recipes: [@Sendable (FlowNumbers) -> Flow] = [
    { numbers in
      Flow(
        table: table, priority: 100, cookie: 1,
        match: Match([.ethType(0x0806), .arpOp(1), .arpTPA(numbers.ipv4(0)), .reg(1, numbers.word(2))]),
        instructions: [
          .applyActions([
            .move(from: FieldSlice(.ethSrc), to: FieldSlice(.ethDst)), .setField(.ethSrc(numbers.mac(1))),
            .setField(.arpSHA(numbers.mac(1))), .setField(.arpSPA(numbers.ipv4(0))), .output(.inPort),
          ])
        ])
    },
    { numbers in
      Flow(
        table: table, priority: 7, cookie: 1,
        match: Match([.ethDst(numbers.mac(0)), .ethType(0x86dd), .ipv6Dst(numbers.ipv6(6)), .reg(2, numbers.word(3))]),
        instructions: [
          .applyActions([
            .setField(.tunnelID(numbers[4])), .load(numbers[5], FieldSlice(.metadata)), .decrementTTL,
            .output(OFPort(rawValue: numbers.word(1))), .group(numbers.word(2)),
            .conjunction(id: numbers.word(3), clause: 1, of: 2),
          ]), .writeMetadata(numbers[6], mask: .max), .gotoTable(table),
        ], idleTimeout: 3, flags: .sendFlowRemoved)
    },
    { _ in Flow(table: table, priority: 0, cookie: 1, match: .any, instructions: []) },
  ]

  @Test("a template makes the flows of its recipe, byte for byte", arguments: recipes.indices)
  func sameFlows(index: Int) {
    let recipe = FlowTemplateTests.recipes[index]
    let template = FlowTemplate(recipe)
    for _ in 0..<500 {
      func number() -> UInt64 { .random(in: 0...UInt64.max) >> UInt64.random(in: 0..<64) }
      let numbers = FlowNumbers(
        number(), number(), number(), number(), number(), number(), number(), number())
      #expect(template.flow(cookie: 1, numbers) == recipe(numbers), "\(numbers)")
    }
  }

  @Test("a template's flow has the cookie and the priority that it is given")
  func header() {
    let flow = FlowTemplate(FlowTemplateTests.recipes[1]).flow(cookie: 0xa110, priority: 50, FlowNumbers())
    #expect(flow.cookie == 0xa110)
    #expect(flow.priority == 50)
    #expect(flow.idleTimeout == 3)
    #expect(flow.flags == .sendFlowRemoved)
  }

  @Test("a list of actions has the bytes of its actions, however long it is", arguments: [1, 2, 20, 21, 22, 400])
  func longLists(count: Int) {
    let actions = (0..<count).map { index -> Action in
      switch index % 3 {
      case 0: .setField(.reg(index % 16, UInt32(truncatingIfNeeded: index)))
      case 1: .move(from: .reg(1), to: .reg(2))
      default: .resubmit(port: .inPort, table: FlowTemplateTests.table)
      }
    }
    var expected: [UInt8] = []
    for action in actions { action.encode(to: &expected) }
    let flow = Flow(
      table: FlowTemplateTests.table, priority: 1, cookie: 1, match: .any, instructions: [.applyActions(actions)])
    #expect(flow.instructionBytes.dropFirst(8) == expected[...])
    #expect(flow.instructions == [.applyActions(actions)])
  }

  @Test("a match with a long field has the bytes of its fields")
  func longFields() {
    let fields: [MatchField] = [
      .ethType(0x86dd), .ipv6Src(IPv6Address(high: 1, low: 2)), .reg(3, 4), .ctState(0x21, mask: 0x23),
      MatchField(.ctLabel, value: 5 << 100, mask: 0xff << 100),
    ]
    var expected: [UInt8] = []
    for field in fields { field.encode(to: &expected) }
    #expect(Array(Match(fields).bytes.dropFirst(4).prefix(expected.count)) == expected)
    #expect(Match(fields).fields == fields)
  }
}
