import Foundation
import Testing

@testable import ControllerCore

@Suite("The store in a file")
struct SQLiteStoreTests {
  @Test("goes on where it was when it is opened again: epoch, revision, entries, history")
  func reopen() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/store.db"
      let first = try SQLiteStore(path: path)
      try await first.put("/a", "1")
      try await first.put("/a", "2")
      await first.close()
      let second = try SQLiteStore(path: path)
      #expect(second.epoch == first.epoch)
      #expect(try await second.currentRevision() == 2)
      #expect(try await second.get("/a", at: 1)?.value == Array("1".utf8))
      #expect(try await second.put("/b", "3") == 3)
      for try await batch in second.watch(under: "/", from: 2) {
        #expect(batch.events.first?.previous?.value == Array("1".utf8))
        break
      }
      await second.close()
    }
  }

  @Test("has another epoch when it is another store")
  func epochs() async throws {
    try await withTemporaryDirectory { directory in
      let first = try SQLiteStore(path: directory + "/1.db")
      let second = try SQLiteStore(path: directory + "/2.db")
      #expect(first.epoch != second.epoch)
      await first.close()
      await second.close()
    }
  }

  @Test("is for its owner's eyes only")
  func privacy() async throws {
    try await withTemporaryDirectory { directory in
      let store = try SQLiteStore(path: directory + "/store.db")
      #expect(try permissions(of: directory + "/store.db") == 0o600)
      await store.close()
    }
  }

  private func refusal(of path: String) -> String {
    do {
      _ = try SQLiteStore(path: path)
      return "opened"
    } catch {
      return error.description
    }
  }

  @Test("cannot be opened twice at once")
  func inUse() async throws {
    try await withTemporaryDirectory { directory in
      let store = try SQLiteStore(path: directory + "/store.db")
      #expect(refusal(of: directory + "/store.db").contains("in use by another process"))
      await store.close()
      #expect(refusal(of: directory + "/store.db") == "opened")
    }
  }

  @Test("refuses a file that is no database, another program's, or damaged")
  func foreignFiles() async throws {
    try await withTemporaryDirectory { directory in
      try Data("This is a text file, long enough to be taken for a header.\n".utf8).write(
        to: URL(fileURLWithPath: directory + "/text"))
      #expect(refusal(of: directory + "/text").contains("not a store of Alioth's"))

      let store = try SQLiteStore(path: directory + "/store.db")
      for step in 0..<200 { try await store.put("/\(step)", String(repeating: "x", count: 200)) }
      await store.close()
      var bytes = try Data(contentsOf: URL(fileURLWithPath: directory + "/store.db"))
      // The application id of the header (SQLite file format, section 1.3).
      var foreign = bytes
      foreign.replaceSubrange(68..<72, with: [1, 2, 3, 4])
      try foreign.write(to: URL(fileURLWithPath: directory + "/foreign.db"))
      #expect(refusal(of: directory + "/foreign.db").contains("not a store of Alioth's"))
      // The user version, big-endian.
      var newer = bytes
      newer.replaceSubrange(60..<64, with: [0, 0, 0, 99])
      try newer.write(to: URL(fileURLWithPath: directory + "/newer.db"))
      #expect(refusal(of: directory + "/newer.db").contains("written by a newer release"))
      bytes.replaceSubrange(4096..<(bytes.count - 4096), with: Data(repeating: 0x5a, count: bytes.count - 8192))
      try bytes.write(to: URL(fileURLWithPath: directory + "/damaged.db"))
      #expect(refusal(of: directory + "/damaged.db").contains("damaged"))
    }
  }

  @Test("says that its directory is missing")
  func missingDirectory() {
    #expect(refusal(of: "/nonexistent/directory/store.db").contains("must exist and be writable"))
  }
}
