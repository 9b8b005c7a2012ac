extension Replica {
  /// Applies what `update2` tells, for a monitor of these columns of a database of this schema.
  ///
  /// Changes that do not fit what is held mean that others were missed, as with `apply(_: TableUpdates)`.
  mutating func apply(
    _ changes: TableChanges, of request: MonitorRequest, schema: DatabaseSchema
  ) throws(CloseReason) {
    for (table, rows) in changes.tables {
      guard let columns = request.tables[table], let types = schema.tables[table] else {
        throw .protocolViolation(ProtocolError(expected: "tables that are watched", found: .string(table)))
      }
      for (uuid, change) in rows {
        let isKnown = self[table, uuid] != nil
        switch change {
        case .insert(let row):
          guard !isKnown else { throw .inconsistentUpdate(table, uuid, isKnown, isDeletion: false) }
          self[table, uuid] = try Self.complete(row, columns, types, table, uuid)
        case .delete:
          guard isKnown else { throw .inconsistentUpdate(table, uuid, isKnown, isDeletion: true) }
          self[table, uuid] = nil
        case .modify(let differences):
          guard isKnown else { throw .inconsistentUpdate(table, uuid, isKnown, isDeletion: false) }
          try modify(differences, types, table, uuid)
        }
      }
    }
  }

  /// A new row with the values of the columns that are left out because they are the defaults.
  private static func complete(
    _ row: Row, _ columns: [String], _ types: [String: ColumnType], _ table: String, _ uuid: RowUUID
  ) throws(CloseReason) -> Row {
    var complete: Row = [:]
    for column in columns { complete[column] = types[column]?.defaultValue }
    for (column, value) in row {
      guard complete[column] != nil, let type = types[column] else {
        throw .unexpected("columns that are watched", .string(column), table, uuid)
      }
      do {
        complete[column] = try value.normalized(to: type)
      } catch {
        throw .protocolViolation(error.within("column \(column)").within("row \(uuid)").within("table \(table)"))
      }
    }
    return complete
  }

  private mutating func modify(
    _ differences: Row, _ types: [String: ColumnType], _ table: String, _ uuid: RowUUID
  ) throws(CloseReason) {
    for (column, difference) in differences {
      guard let value = self[table, uuid]?[column], let type = types[column] else {
        throw .unexpected("columns that are watched", .string(column), table, uuid)
      }
      do {
        self[table, uuid]?[column] = try value.applying(difference: difference, type: type)
      } catch {
        throw .protocolViolation(error.within("column \(column)").within("row \(uuid)").within("table \(table)"))
      }
    }
  }

  /// The rows that the request selects, with the columns that it asks for.
  func selected(by request: MonitorRequest) -> Replica {
    var result = Replica()
    result.source = source
    for (table, rows) in tables {
      let selection = request.selection(of: table)
      let columns = Set(request.tables[table] ?? [])
      for (uuid, row) in rows where selection.contains(row, uuid: uuid) {
        result[table, uuid] = row.filter { columns.contains($0.key) }
      }
    }
    return result
  }
}

extension CloseReason {
  fileprivate static func inconsistentUpdate(
    _ table: String, _ uuid: RowUUID, _ isKnown: Bool, isDeletion: Bool
  ) -> CloseReason {
    .inconsistentUpdate(ReplicaError(table: table, uuid: uuid, isKnown: isKnown, isDeletion: isDeletion))
  }

  fileprivate static func unexpected(
    _ expected: String, _ found: JSONValue, _ table: String, _ uuid: RowUUID
  ) -> CloseReason {
    .protocolViolation(
      ProtocolError(expected: expected, found: found).within("row \(uuid)").within("table \(table)"))
  }
}
