/// A file's records, one after the other:
///
///     length of the contents, 4 bytes  type, 1 byte  version, 1 byte  CRC32C, 4 bytes  contents
///
/// The checksum is of generation, position, length, type, version and contents: what was left on the disk by another file, or
/// stands elsewhere than where it was written, does not pass for a record.
enum RecordFormat {
  static let headerLength = 10
  /// The version of all types' contents so far.
  static let version: UInt8 = 1
  /// No record is longer; what would be goes into a snapshot.
  static let maximumLength = 64 << 20

  static func encode(type: UInt8, payload: [UInt8], generation: UInt64, position: Int) -> [UInt8] {
    var output = ByteOutput()
    output.write(UInt32(clamping: payload.count))
    output.write(type)
    output.write(version)
    output.write(check(output.bytes[...], payload[...], generation: generation, position: position))
    output.append(payload)
    return output.bytes
  }

  /// - Parameter head: Length, type and version as they are in the file.
  static func check(
    _ head: ArraySlice<UInt8>, _ payload: ArraySlice<UInt8>, generation: UInt64, position: Int
  ) -> UInt32 {
    var check = CRC32C()
    check.add(generation)
    check.add(UInt64(position))
    check.add(head)
    check.add(payload)
    return check.value
  }
}

/// A record as it is in a file.
struct Record {
  var type: UInt8
  var version: UInt8
  var payload: ArraySlice<UInt8>
  /// Where the next one begins.
  var end: Int
}

/// Goes through the records of a file until its end, or as far as they are whole.
struct RecordReader {
  let bytes: [UInt8]
  let generation: UInt64
  /// Where the next record begins: everything before is whole.
  private(set) var position: Int

  init(_ bytes: [UInt8], generation: UInt64, from position: Int) {
    self.bytes = bytes
    self.generation = generation
    self.position = position
  }

  var isAtEnd: Bool { position == bytes.count }

  /// The next record; nil at the end, and where something is that is no record.
  mutating func next() -> Record? {
    guard let record = record(at: position) else { return nil }
    position = record.end
    return record
  }

  /// Whether there is a record anywhere behind what is none: then it is not the end of something that was being written when
  /// the power went.
  func isFollowedByRecords() -> Bool {
    guard position < bytes.count else { return false }
    // Only what looks like a record of this version is worth a checksum, which may be over all of the rest.
    return ((position + 1)..<bytes.count).contains { start in
      guard bytes.count - start >= RecordFormat.headerLength, bytes[start + 5] == RecordFormat.version,
        RecordType.all.contains(bytes[start + 4])
      else { return false }
      return record(at: start) != nil
    }
  }

  private func record(at position: Int) -> Record? {
    let rest = bytes.count - position
    guard rest >= RecordFormat.headerLength else { return nil }
    let head = bytes[position..<(position + 6)]
    var input = ByteInput(bytes[position..<(position + RecordFormat.headerLength)])
    guard let length = try? Int(input.number(UInt32.self)), let type = try? input.number(UInt8.self),
      let version = try? input.number(UInt8.self), let check = try? input.number(UInt32.self),
      // A tail of zeros is no record: there is no type 0.
      type != 0, length <= RecordFormat.maximumLength, length <= rest - RecordFormat.headerLength
    else { return nil }
    let start = position + RecordFormat.headerLength
    let payload = bytes[start..<(start + length)]
    guard check == RecordFormat.check(head, payload, generation: generation, position: position) else { return nil }
    return Record(type: type, version: version, payload: payload, end: start + length)
  }
}
