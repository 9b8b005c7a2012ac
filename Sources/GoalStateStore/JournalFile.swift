import GoalState

/// A journal as it was read: the entries that are whole.
struct JournalFile {
  /// How the file goes on behind what is whole.
  enum Ending: Hashable {
    /// Nothing is behind it.
    case clean
    /// Part of a record, or what a disk leaves there when the power goes: nothing that was said to be durable.
    case torn(bytes: Int)
    /// Something is wrong with what is behind it: there was more.
    case damaged(String)
  }

  var header: FileHeader
  var entries: [JournalEntry]
  /// Where what is whole ends.
  var length: Int
  var ending: Ending

  /// Reads as far as everything is whole.
  ///
  /// - Throws: when not even the header is.
  static func read(_ bytes: [UInt8], generation: UInt64, host: String) throws(FileHeader.Problem) -> JournalFile {
    let (header, start) = try FileHeader.read(bytes, kind: .journal, generation: generation, host: host)
    var reader = RecordReader(bytes, generation: generation, from: start)
    var file = JournalFile(header: header, entries: [], length: start, ending: .clean)
    while let record = reader.next() {
      do throws(MalformedRecord) {
        let entry =
          record.version <= RecordFormat.version
          ? try JournalEntry(type: record.type, payload: record.payload) : nil
        if let entry {
          file.entries.append(entry)
        } else if !RecordType.isDispensable(record.type) {
          throw MalformedRecord("a record of type \(record.type) and version \(record.version) is not known")
        }
      } catch {
        file.ending = .damaged("the record at byte \(file.length) cannot be used: \(error)")
        return file
      }
      file.length = reader.position
    }
    if !reader.isAtEnd {
      let rest = bytes.count - reader.position
      file.ending =
        reader.isFollowedByRecords()
        ? .damaged("what is at byte \(reader.position) is no record, but more records follow") : .torn(bytes: rest)
    }
    return file
  }
}
