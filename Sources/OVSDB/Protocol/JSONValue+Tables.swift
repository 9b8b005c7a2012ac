extension JSONValue {
  /// Reads what is told by table and row's identity, as all forms of a monitor tell it (RFC 7047 §4.1.6).
  ///
  /// - Parameters:
  ///   - what: What that is, for errors.
  ///   - read: Reads it for one row.
  func byTableAndRow<Value>(
    _ what: String, _ read: (JSONValue) throws(ProtocolError) -> Value
  ) throws(ProtocolError) -> [String: [RowUUID: Value]] {
    guard let members = object else { throw ProtocolError(expected: "\(what) by table", found: self) }
    var tables: [String: [RowUUID: Value]] = [:]
    for (table, json) in members {
      do throws(ProtocolError) {
        tables[table] = try json.byRow(what, read)
      } catch {
        throw error.within("table \(table)")
      }
    }
    return tables
  }

  private func byRow<Value>(
    _ what: String, _ read: (JSONValue) throws(ProtocolError) -> Value
  ) throws(ProtocolError) -> [RowUUID: Value] {
    guard let members = object else { throw ProtocolError(expected: "\(what) by row", found: self) }
    var rows: [RowUUID: Value] = [:]
    for (key, json) in members {
      guard let uuid = RowUUID(key) else { throw ProtocolError(expected: "a row's UUID", found: .string(key)) }
      do throws(ProtocolError) {
        rows[uuid] = try read(json)
      } catch {
        throw error.within("row \(key)")
      }
    }
    return rows
  }
}
