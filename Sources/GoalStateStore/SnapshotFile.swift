import GoalState

/// A snapshot as a file: the header, the resources in records of bounded size, what was refused, and an end that counts them.
struct SnapshotFile {
  var header: FileHeader
  var snapshot: StoredSnapshot

  /// Resources are put into records of about this size.
  static let recordBytes = 256 << 10

  /// Writes the file piece by piece, so that it is not in memory as a whole.
  static func write(_ snapshot: StoredSnapshot, header: FileHeader, to file: any DiskFile) throws(DiskError) {
    var position = 0
    var pending = header.bytes
    func flush() throws(DiskError) {
      position += pending.count
      try file.write(pending)
      pending = []
    }
    func append(_ type: UInt8, _ payload: [UInt8]) throws(DiskError) {
      pending += RecordFormat.encode(
        type: type, payload: payload, generation: header.generation, position: position + pending.count)
      try flush()
    }
    try flush()
    var rest = snapshot.resources[...]
    while !rest.isEmpty {
      var part = ByteOutput()
      while let resource = rest.first, part.bytes.count < recordBytes {
        part.write(resource)
        rest.removeFirst()
      }
      try append(RecordType.resources, part.bytes)
    }
    var refusals = ByteOutput()
    refusals.write(list: snapshot.refused) { $0.write($1) }
    try append(RecordType.refusals, refusals.bytes)
    var end = ByteOutput()
    end.write(UInt64(snapshot.resources.count))
    try append(RecordType.end, end.bytes)
  }

  /// Reads the file: all of it or nothing.
  static func read(_ bytes: [UInt8], generation: UInt64, host: String) throws(FileHeader.Problem) -> SnapshotFile {
    let (header, start) = try FileHeader.read(bytes, kind: .snapshot, generation: generation, host: host)
    var snapshot = StoredSnapshot(
      number: header.number, version: header.version, isComplete: header.isComplete, resources: [])
    var reader = RecordReader(bytes, generation: generation, from: start)
    var hasRefusals = false
    while let record = reader.next() {
      do throws(MalformedRecord) {
        guard record.version <= RecordFormat.version else {
          throw MalformedRecord("it has a record of a newer version")
        }
        var input = ByteInput(record.payload)
        switch record.type {
        case RecordType.resources:
          while !input.isAtEnd { snapshot.resources.append(try input.resource()) }
        case RecordType.refusals:
          snapshot.refused = try input.failures()
          hasRefusals = true
        case RecordType.end:
          let count = try input.number(UInt64.self)
          guard count == snapshot.resources.count, hasRefusals, reader.isAtEnd else {
            throw MalformedRecord("its end does not go with what is before it")
          }
          return SnapshotFile(header: header, snapshot: snapshot)
        case let type:
          guard RecordType.isDispensable(type) else {
            throw MalformedRecord("it has a record of type \(type), which this version does not know")
          }
        }
      } catch {
        throw .damaged("\(error)")
      }
    }
    throw .damaged(
      reader.isAtEnd
        ? "it has no end" : "it is whole only up to byte \(reader.position) of \(bytes.count)")
  }
}
