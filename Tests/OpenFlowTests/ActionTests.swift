import Testing

@testable import OpenFlow

@Suite("Actions as Open vSwitch writes and prints them")
struct ActionTests {
  @Test("every recorded action has a case of its own, and is written as the same bytes", arguments: RecordedActions.all)
  func roundTrip(recorded: RecordedActions) throws {
    let actions = try recorded.decode()
    #expect(RecordedActions.encode(actions) == recorded.bytes)
    #expect(actions.contains(where: ActionTests.holdsBytes) == recorded.isUnknown)
  }

  @Test("every recorded action is printed as ovs-ofctl prints it", arguments: RecordedActions.known)
  func text(recorded: RecordedActions) throws {
    guard !recorded.text.isEmpty else { return }
    let text = try recorded.decode().map(\.description).joined(separator: ",")
    // A field without a name here is printed by its numbers.
    if text.contains("oxm_") { return }
    #expect(text == recorded.text)
  }

  @Test("the corpus is there")
  func corpus() {
    #expect(RecordedActions.all.count > 200)
  }

  @Test("standard actions that Open vSwitch does not know are written as the standard has them")
  func standardOnly() throws {
    let actions: [(Action, String, String)] = [
      (.copyTTLOut, "000b0008 00000000", "copy_ttl_out"), (.copyTTLIn, "000c0008 00000000", "copy_ttl_in"),
      (.pushPBB(0x88e7), "001a0008 88e70000", "push_pbb:0x88e7"), (.popPBB, "001b0008 00000000", "pop_pbb"),
    ]
    for (action, bytes, text) in actions {
      #expect(RecordedActions.encode([action]) == hex(bytes))
      #expect(try RecordedActions.decode(hex(bytes)) == [action])
      #expect(action.description == text)
    }
  }

  @Test("instructions are written and printed as ovs-ofctl has them")
  func instructions() throws {
    let instructions: [(Instruction, String, String)] = [
      (.gotoTable(TableID(7)), "00010008 07000000", "goto_table:7"),
      (
        .writeMetadata(0xff, mask: 0xff), "00020018 00000000 00000000000000ff 00000000000000ff",
        "write_metadata:0xff/0xff"
      ),
      (.writeMetadata(5, mask: .max), "00020018 00000000 0000000000000005 ffffffffffffffff", "write_metadata:0x5"),
      (.writeActions([]), "00030008 00000000", "write_actions(drop)"),
      (
        .writeActions([.output(OFPort(1))]), "00030018 00000000 00000010 00000001 0000 000000000000",
        "write_actions(output:1)"
      ),
      (.applyActions([.exit]), "00040018 00000000 ffff0010 00002320 0011 000000000000", "exit"),
      (.clearActions, "00050008 00000000", "clear_actions"),
      (.meter(7), "00060008 00000007", "meter:7"),
      (.raw(hex("ffff0008 00001234")), "ffff0008 00001234", "raw_instruction(ffff000800001234)"),
    ]
    for (instruction, bytes, text) in instructions {
      #expect(Instruction.encode([instruction]) == hex(bytes))
      var reader = WireReader(hex(bytes), structure: "instructions")
      #expect(try Instruction.decodeList(&reader) == [instruction])
      #expect(instruction.description == text)
    }
  }

  /// Whether an action, or one within it, is kept as bytes.
  static func holdsBytes(_ action: Action) -> Bool {
    switch action {
    case .raw: true
    case .clone(let actions): actions.contains(where: holdsBytes)
    case .track(let action): action.actions.contains(where: holdsBytes)
    default: false
    }
  }
}
