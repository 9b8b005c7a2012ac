import Daemon
import Foundation
import Logging
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("The controller's configuration")
struct ControllerConfigurationTests {
  private func read(_ text: String) throws -> ControllerConfiguration {
    try ControllerConfiguration(ConfigurationReader(text: text, file: "c.yaml"))
  }

  @Test("needs no more than how agents are secured")
  func defaults() throws {
    let configuration = try read("southbound:\n  plaintext: true\n")
    #expect(configuration.apiAddress == HostPort(host: "127.0.0.1", port: 9696))
    #expect(configuration.southboundAddress == HostPort(host: "0.0.0.0", port: 7700))
    #expect(configuration.security == .plaintext)
    #expect(configuration.storePath == "/var/lib/alioth/controller.db")
    #expect(configuration.allocation == AllocationSettings())
    #expect(configuration.hostTimeout == 30)
    #expect(configuration.logLevel == .info)
    #expect(configuration.logFormat == .text)
  }

  @Test("is read whole")
  func everything() throws {
    let configuration = try read(
      """
      api:
        address: 10.0.0.1:80
      southbound:
        address: "[::]:7701"
        ca: /t/ca.pem
        certificate: /t/certificate.pem
        key: /t/key.pem
      store:
        path: /d/c.db
      network:
        mac-base: "02:11:22:33:00:00"
        vni-range: 100-200
        default-type: geneve
      host:
        timeout: 5
      log:
        level: debug
        format: json
      """)
    #expect(configuration.apiAddress.description == "10.0.0.1:80")
    #expect(configuration.southboundAddress.description == "[::]:7701")
    #expect(
      configuration.security
        == .mutualTLS(CredentialFiles(certificate: "/t/certificate.pem", key: "/t/key.pem", trust: "/t/ca.pem")))
    #expect(configuration.storePath == "/d/c.db")
    #expect(configuration.allocation.macBase.description == "02:11:22:33:00:00")
    #expect(configuration.allocation.vniRange == 100...200)
    #expect(configuration.allocation.networkType == .geneve)
    #expect(configuration.hostTimeout == 5)
    #expect(configuration.logLevel == .debug)
    #expect(configuration.logFormat == .json)
  }

  @Test(
    "is refused with the key and what was expected",
    arguments: [
      ("", "southbound.ca"), ("southbound:\n  ca: /a\n  key: /b\n", "southbound.certificate"),
      ("southbound:\n  plaintext: true\n  ca: /a\n", "southbound.plaintext"),
      ("southbound:\n  plaintext: true\napi:\n  address: localhost:80\n", "api.address"),
      ("southbound:\n  plaintext: true\nstore:\n  path: relative.db\n", "store.path"),
      ("southbound:\n  plaintext: true\nnetwork:\n  vni-range: 9-1\n", "network.vni-range"),
      ("southbound:\n  plaintext: true\nnetwork:\n  vni-range: 0-5\n", "network.vni-range"),
      ("southbound:\n  plaintext: true\nnetwork:\n  default-type: vlan\n", "network.default-type"),
      ("southbound:\n  plaintext: true\nnetwork:\n  mac-base: \"01:00:00:00:00:00\"\n", "network.mac-base"),
      ("southbound:\n  plaintext: true\nhost:\n  timeout: 0\n", "host.timeout"),
      ("southbound:\n  plaintext: true\nlog:\n  level: loud\n", "log.level"),
      ("southbound:\n  plaintext: true\nhosts:\n  timeout: 5\n", "hosts"),
    ])
  func refusals(text: String, key: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try read(text) }
    #expect(error.description.contains(key), "\(error)")
  }
}

@Suite("The log in JSON")
struct JSONLogHandlerTests {
  @Test("has one object a line, with the metadata beside the message")
  func line() throws {
    var handler = JSONLogHandler(label: "l")
    handler.metadata = ["b": "2", "message": "x"]
    let event = LogEvent(
      level: .info, message: "two\nlines \"quoted\"", metadata: ["a": "1"], source: "s", file: "f", function: "g",
      line: 1)
    let line = handler.line(event, time: .init(timeIntervalSince1970: 0))
    #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    let object = try JSONParser.parse(line)
    #expect(object["message"] == .string("two\nlines \"quoted\""))
    #expect(object["level"] == .string("info"))
    #expect(object["a"] == .string("1"))
    #expect(object["b"] == .string("2"))
    #expect(object["message_"] == .string("x"))
    #expect(object["time"]?.string?.hasPrefix("1970-01-01T00:00:00") == true)
  }
}
