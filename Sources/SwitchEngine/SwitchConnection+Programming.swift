import OpenFlow
import OpenFlowNIO

extension SwitchConnection: ProgrammableSwitch {
  /// How many flows each table has, whosever they are.
  ///
  /// - Throws: `ConnectionFailure`.
  public func tableSizes() async throws -> [TableID: Int] {
    guard case .tables(let tables) = try await ask(.tables) else { return [:] }
    return Dictionary(tables.map { ($0.table, Int($0.flows)) }) { $1 }
  }

  /// Reads flows, part by part as the switch sends them.
  ///
  /// - Throws: `ConnectionFailure`, or what `part` throws.
  public func readFlows(
    table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    for try await body in flowParts(table: table, cookies: cookies) { try await part(body) }
  }
}
