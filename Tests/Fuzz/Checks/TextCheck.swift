import OpenFlow

extension FuzzCheck {
  /// Text as ovs-ofctl has it: what was read is printed as text that is read to what prints the same, and a flow that was
  /// read is a flow on the wire.
  public static let text = FuzzCheck("text") { (bytes) throws(FuzzFinding) in
    let text = String(decoding: bytes, as: UTF8.self)
    try check(text, "a flow") { (text) throws(TextError) in try Flow(parsing: text) }
    try check(text, "a change of flows") { (text) throws(TextError) in try FlowMod(parsing: text) }
    try check(text, "a group") { (text) throws(TextError) in try Group(parsing: text) }
    try check(text, "a change of groups") { (text) throws(TextError) in try GroupMod(parsing: text) }
    try check(text, "a meter") { (text) throws(TextError) in try Meter(parsing: text) }
    try check(text, "a change of meters") { (text) throws(TextError) in try MeterMod(parsing: text) }
    try check(text, "a match") { (text) throws(TextError) in try Match(parsing: text) }
    try check(text, "a part of a field") { (text) throws(TextError) in try FieldSlice(parsing: text) }
    if let flow = try? Flow(parsing: text) { try checkBytes(of: flow) }
    if let mod = try? GroupMod(parsing: text) { try checkBytes(of: .groupMod(mod)) }
    if let mod = try? MeterMod(parsing: text) { try checkBytes(of: .meterMod(mod)) }
  }

  private static func check<Value: CustomStringConvertible>(
    _ text: String, _ kind: String, _ read: (String) throws(TextError) -> Value
  ) throws(FuzzFinding) {
    let value: Value
    do throws(TextError) {
      value = try read(text)
    } catch {
      try require(error.offset <= text.utf8.count, "the error of \(kind) is past its end: \(error)")
      return
    }
    let printed = value.description
    let again: Value
    do throws(TextError) {
      again = try read(printed)
    } catch {
      throw FuzzFinding("\(kind) is printed as \(printed), which cannot be read: \(error)")
    }
    try require(again.description == printed, "\(kind) is read from \(printed) and printed as \(again)")
  }

  private static func checkBytes(of flow: Flow) throws(FuzzFinding) {
    guard FlowBody.length(of: flow) <= FlowBody.longest else { return }
    var body: [UInt8] = []
    FlowBody.append(flow, to: &body)
    guard let decoded = try? FlowBody.decode(body[...]) else { throw FuzzFinding("\(flow) cannot be decoded") }
    try require(decoded == flow, "\(flow) is decoded as \(decoded)")
    try require(decoded.instructions == flow.instructions, "\(flow) does something else when it is decoded")
  }

  private static func checkBytes(of message: OpenFlowMessage) throws(FuzzFinding) {
    guard let bytes = try? message.encode(xid: 1) else { return }
    try require((try? OpenFlowMessage.decode(bytes).message) == message, "\(message) is not decoded as itself")
  }
}
