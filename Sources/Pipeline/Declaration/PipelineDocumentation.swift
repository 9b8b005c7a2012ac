/// The part of docs/pipeline.md that is made from the declarations: tables, registers, cookies. A test fails when the page
/// and the code differ.
public enum PipelineDocumentation {
  /// The page's section, as Markdown.
  public static var markdown: String {
    let tables = PipelineTable.allCases.map {
      "| \($0.rawValue) | \($0.name) | \($0.purpose) | \($0.miss) |"
    }
    let registers = Register.allCases.map { "| reg\($0.rawValue) | `\($0)` | \($0.meaning) |" }
    let features = FlowCookie.Feature.allCases.map { "| \($0.rawValue) | \($0) |" }
    let drops = DropReason.allCases.map { "| \($0.rawValue) | \($0) |" }
    return """
      ## Tables

      | table | name | what it does | a packet that no flow wants |
      |---|---|---|---|
      \(tables.joined(separator: "\n"))

      ## Registers

      | register | name | meaning |
      |---|---|---|
      \(registers.joined(separator: "\n"))

      ## Cookies

      Every flow of the agent has a cookie of four parts: bits 48 to 63 are 0xa110, which is how the agent knows its own
      flows; bits 40 to 47 the feature; bits 32 to 39 the reason when the flow drops; bits 0 to 31 a hash of the resource.

      | feature | made for |
      |---|---|
      \(features.joined(separator: "\n"))

      | reason | a packet is dropped because |
      |---|---|
      \(drops.joined(separator: "\n"))

      """
  }
}

extension PipelineTable.Miss: CustomStringConvertible {
  /// What happens, in the words of the documentation.
  public var description: String {
    switch self {
    case .drop(let reason): "dropped: \(reason)"
    case .goto(let table): "goes on to \(table.rawValue)"
    }
  }
}
