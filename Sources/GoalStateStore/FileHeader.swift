import GoalState

/// What every file of the store begins with:
///
///     "ALIOTHGS"  format, 2 bytes  kind, 1 byte  0  length, 4 bytes  contents  CRC32C of all before, 4 bytes
///
/// The first eleven bytes are the same in every format, so that a file of a newer one is known for what it is.
struct FileHeader: Hashable {
  enum Kind: UInt8 {
    case snapshot = 1
    case journal = 2
  }

  /// Why a file is not used.
  enum Problem: Error, Hashable, CustomStringConvertible {
    /// A newer program wrote it.
    case newerFormat(UInt16)
    /// It is of another host.
    case otherHost(String)
    /// It is not what a program wrote.
    case damaged(String)

    var description: String {
      switch self {
      case .newerFormat(let format):
        "it has format \(format) of a newer aliothd; this one reads formats up to \(FileHeader.format)"
      case .otherHost(let host): "it is the state of host \(host)"
      case .damaged(let reason): reason
      }
    }
  }

  /// The format that this version writes, and the highest that it reads. It is raised whenever a program that does not know
  /// of a change would read the state wrongly: a new field of a resource counts.
  static let format: UInt16 = 1
  static let magic = Array("ALIOTHGS".utf8)
  /// More than a host's id, an epoch and a version can take.
  static let maximumLength = 4096

  var kind: Kind
  /// Which snapshot, and which journal follows it.
  var generation: UInt64
  /// The number of the last update that is in the snapshot, or before the journal.
  var number: UInt64
  /// The version that goes with it.
  var version: GoalStateVersion
  var isComplete: Bool
  var host: String
  /// The program that wrote it, for people.
  var program: String

  var bytes: [UInt8] {
    var contents = ByteOutput()
    contents.write(generation)
    contents.write(number)
    contents.write(version)
    contents.write(UInt8(isComplete ? 1 : 0))
    contents.write(host)
    contents.write(program)
    var output = ByteOutput()
    output.append(FileHeader.magic)
    output.write(FileHeader.format)
    output.write(kind.rawValue)
    output.write(UInt8(0))
    output.write(contents.bytes)
    var check = CRC32C()
    check.add(output.bytes[...])
    output.write(check.value)
    return output.bytes
  }

  /// Reads the header of a file that should be this kind and generation of this host.
  ///
  /// - Returns: the header, and where the records begin.
  static func read(
    _ bytes: [UInt8], kind: Kind, generation: UInt64, host: String
  ) throws(Problem) -> (header: FileHeader, end: Int) {
    guard !bytes.isEmpty else { throw .damaged("it is empty") }
    guard bytes.starts(with: magic) else { throw .damaged("it does not begin as a file of the store does") }
    do {
      var input = ByteInput(bytes.dropFirst(magic.count))
      let format = try input.number(UInt16.self)
      guard format <= FileHeader.format else { throw Problem.newerFormat(format) }
      let kindNumber = try input.number(UInt8.self)
      _ = try input.number(UInt8.self)
      let contents = try input.data()
      guard contents.count <= maximumLength else { throw Problem.damaged("its header is too long") }
      var check = CRC32C()
      check.add(bytes[..<contents.endIndex])
      guard try input.number(UInt32.self) == check.value else {
        throw Problem.damaged("its header's checksum is wrong")
      }
      guard kindNumber == kind.rawValue else { throw Problem.damaged("it is of another kind than its name says") }
      var fields = ByteInput(contents)
      let header = FileHeader(
        kind: kind, generation: try fields.number(), number: try fields.number(), version: try fields.version(),
        isComplete: try fields.number(UInt8.self) != 0, host: try fields.text(), program: try fields.text())
      guard header.generation == generation else {
        throw Problem.damaged("it is of another generation than its name says")
      }
      guard header.host == host else { throw Problem.otherHost(header.host) }
      return (header, contents.endIndex + 4)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw .damaged("its header is not readable: \(error)")
    }
  }
}
