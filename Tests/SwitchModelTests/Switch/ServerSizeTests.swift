import OpenFlow
import OpenFlowNIO
import SwitchModel
import SwitchModelNIO
import Testing

@Suite("The model with many flows", .timeLimit(.minutes(3)))
struct ServerSizeTests {
  @Test("bundles of thousands of flows are committed one after the other, read back in parts, and deleted")
  func manyFlows() async throws {
    let path = "/tmp/alioth-model-\(UInt64.random(in: 0...(.max)))"
    let server = try await ModelSwitchServer.start(at: .unix(path))
    let connection = try await SwitchConnection.connect(to: .unix(path))
    let flows = (0..<4_000 as Range<UInt32>).map { number in
      Flow(
        table: TableID(UInt8(number % 3)), priority: 7, cookie: UInt64(number) | 1 << 60,
        match: Match([.reg(0, number), .ethType(0x0800)]), instructions: [.applyActions([.output(OFPort(1))])])
    }
    for start in stride(from: 0, to: flows.count, by: 1000) {
      #expect(try await connection.commit(flows[start..<(start + 1000)].map(FlowMod.add)).isEmpty)
    }
    #expect(Set(try await connection.flows()) == Set(flows))
    let deletion = FlowMod.delete(table: nil, cookie: CookieFilter(1 << 60, mask: 1 << 60), match: .any)
    #expect(try await connection.commit([deletion]).isEmpty)
    #expect(await server.model.flowCount == 0)
    await connection.close()
    await server.stop()
  }
}
