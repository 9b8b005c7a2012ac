import OpenFlow
import OpenFlowNIO

extension SwitchConnection: ProgrammableSwitch {
  /// Reads flows, part by part as the switch sends them.
  ///
  /// - Throws: `ConnectionFailure`, or what `part` throws.
  public func readFlows(
    table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    for try await body in flowParts(table: table, cookies: cookies) { try await part(body) }
  }
}
