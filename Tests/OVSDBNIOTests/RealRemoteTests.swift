import OVSDB
import OVSDBNIO
import Testing

/// The client and the session against an ovsdb-server that is reached by TCP and TLS.
@Suite(.serialized, .enabled(if: RealDatabase.isAvailable), .timeLimit(.minutes(3)))
struct RealRemoteTests {
  private let makeRoot = OVSDB.Operation.insert(table: OpenVSwitchSchema.rootTable, row: [:], name: nil)

  private static func certificate(_ name: String, signedBy authority: String) -> String {
    """
    openssl req -newkey rsa:2048 -nodes -keyout \(name).key -out \(name).csr -subj /CN=\(name) &&
    openssl x509 -req -in \(name).csr -CA \(authority).pem -CAkey \(authority).key -CAcreateserial -days 2 -out \(name).pem
    """
  }

  private static func authority(_ name: String) -> String {
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout \(name).key -out \(name).pem -days 2 -subj /CN=\(name)"
  }

  @Test("ovsdb-server is reached by TCP")
  func tcp() async throws {
    try await RealDatabase.with(remotes: "--remote=ptcp:0:127.0.0.1") { lab in
      let address = try OVSDBAddress(parsing: "tcp:localhost:\(lab.port())")
      let client = try await OVSDBClient.connect(to: address)
      _ = try await client.transact([makeRoot])
      #expect(await client.schema?.name == "Open_vSwitch")
      await client.close()
    }
  }

  @Test("ovsdb-server is reached by TLS, and whoever has no certificate of its authority is told so")
  func tls() async throws {
    let prepare = [
      Self.authority("ca"), Self.authority("other"), Self.certificate("server", signedBy: "ca"),
      Self.certificate("client", signedBy: "ca"), Self.certificate("stranger", signedBy: "other"),
    ].joined(separator: " && ")
    let remotes =
      "--remote=pssl:0:127.0.0.1 --private-key=server.key --certificate=server.pem --ca-cert=ca.pem"
    try await RealDatabase.with(remotes: remotes, prepare: prepare) { lab in
      let address = OVSDBAddress.ssl(host: "127.0.0.1", port: try lab.port())
      func credentials(_ authority: String, _ name: String) -> OVSDBCredentials {
        OVSDBCredentials(
          authority: "\(lab.directory)/\(authority).pem", certificate: "\(lab.directory)/\(name).pem",
          privateKey: "\(lab.directory)/\(name).key")
      }
      let client = try await OVSDBClient.connect(to: address, credentials: credentials("ca", "client"))
      _ = try await client.transact([makeRoot])
      await client.close()

      for (authority, name) in [("other", "client"), ("ca", "stranger")] {
        let error = await #expect(throws: ConnectError.self) {
          try await OVSDBClient.connect(to: address, credentials: credentials(authority, name))
        }
        guard case .tls(let path, _) = error else {
          Issue.record("\(error.map { "\($0)" } ?? "connected")")
          continue
        }
        #expect(path == address.description)
      }
      // Plain text to a TLS port.
      await #expect(throws: ConnectError.self) {
        try await OVSDBClient.connect(to: .tcp(host: "127.0.0.1", port: lab.port()))
      }
      try await SessionTests.with(address, credentials: credentials("ca", "client")) { session in
        let watch = await session.monitor()
        _ = try await SessionTests.first(of: watch.snapshots) { $0.connection == 1 }
        try lab.hangUp()
        let again = try await SessionTests.first(of: watch.snapshots) { $0.connection == 2 }
        #expect(try OpenVSwitchView(again.replica).root != nil)
      }
    }
  }
}
