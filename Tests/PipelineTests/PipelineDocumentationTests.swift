import Foundation
import Testing

@testable import Pipeline

@Suite("The pipeline's page")
struct PipelineDocumentationTests {
  @Test("docs/pipeline.md shows the tables, registers and cookies as they are declared")
  func upToDate() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = root.appendingPathComponent("docs/pipeline.md")
    let begin = "<!-- rendered from Sources/Pipeline: begin -->\n"
    let end = "<!-- rendered from Sources/Pipeline: end -->"
    let text = try String(contentsOf: page, encoding: .utf8)
    let head = try #require(text.range(of: begin), "the page has lost the mark where its rendered part begins")
    let tail = try #require(text.range(of: end), "the page has lost the mark where its rendered part ends")
    let rendered = PipelineDocumentation.markdown
    if ProcessInfo.processInfo.environment["RENDER_DOCS"] != nil {
      let new = text[..<head.upperBound] + rendered + text[tail.lowerBound...]
      try String(new).write(to: page, atomically: true, encoding: .utf8)
      return
    }
    #expect(
      text[head.upperBound..<tail.lowerBound] == rendered,
      "run: RENDER_DOCS=1 swift test --filter PipelineDocumentation")
  }

  @Test("tables are declared in the order in which packets meet them")
  func ordered() {
    let numbers = PipelineTable.allCases.map(\.rawValue)
    #expect(numbers == numbers.sorted())
  }
}
