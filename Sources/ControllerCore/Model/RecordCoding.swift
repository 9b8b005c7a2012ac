import Foundation

/// Records as they are stored: JSON with sorted members and dates in seconds.
enum RecordCoding {
  static func encode(_ record: some Encodable) throws(ModelError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .secondsSince1970
    do {
      return Array(try encoder.encode(record))
    } catch {
      throw ModelError(description: "A record cannot be coded for the store: \(error)")
    }
  }

  static func decode<Record: Decodable>(_ type: Record.Type, _ entry: StoreEntry) throws(ModelError) -> Record {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .secondsSince1970
    do {
      return try decoder.decode(type, from: Data(entry.value))
    } catch {
      throw ModelError(
        description: "The store's entry \(entry.key) cannot be read: \(error). It was damaged, or written by a newer "
          + "release.")
    }
  }
}

/// What is stored cannot be understood.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What and where.
  public var description: String
}
