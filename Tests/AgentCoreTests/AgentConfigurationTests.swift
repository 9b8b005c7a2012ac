import Daemon
import GoalState
import Foundation
import OVSDB
import OVSDBNIO
import OpenFlowNIO
import Pipeline
import Testing

@testable import AgentCore

@Suite("The agent's configuration")
struct AgentConfigurationTests {
  @Test("the controller's address and the way to protect the session are all that is required")
  func minimal() throws {
    let configuration = try read("controller: {address: 10.0.0.1, plaintext: true}")
    #expect(configuration.host == "machine")
    guard case .controller(let controller) = configuration.source else {
      Issue.record("no controller")
      return
    }
    #expect(controller.address == HostPort(host: "10.0.0.1", port: 7700))
    #expect(configuration.openVSwitch.database == .unix("/run/openvswitch/db.sock"))
    #expect(configuration.openVSwitch.openFlow == .dialled(.unix("/run/openvswitch/br-int.mgmt")))
    #expect(configuration.openVSwitch.datapathType == nil)
    #expect(configuration.tunnel.types == [.vxlan, .geneve, .gre])
    #expect(configuration.openVSwitch.bridgeMappings == [:])
    #expect(configuration.dhcpInterface == "alioth-dhcp")
  }

  @Test(
    "mistakes are named with their line and field",
    arguments: [
      ("host: node1\n", "controller.address"),
      ("controller:\n  address: 10.0.0.1\n", "controller.ca"),
      ("controller: {address: c, plaintext: true}\ntunnel:\n  types: [vxlan, stt]\n", "'stt' is not vxlan"),
      ("controller: {address: c, plaintext: true}\ntunnel: {types: []}\n", "tunnel.types"),
      ("controller: {address: c, plaintext: true}\ntunnel: {types: vxlan}\n", "a list"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {bridge-mappings: {p: br-int}}\n", "bridge-mappings.p"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {bridge-mappings: {p: x, q: x}}\n", "same bridge"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {bridge-mappings: {p: [x]}}\n", "bridge-mappings.p"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {bridge-mappings: [x]}\n", "a section"),
      ("controller: {address: c, plaintext: true}\ntunnel:\n  adress: 10.0.0.1\n", "tunnel.address"),
      ("controller: {address: c, plaintext: true}\ntunnel: {address: 10.0.0.1, interface: eth0}\n", "tunnel.interface"),
      ("controller: {address: c, plaintext: true}\ntunnel: {vxlan-port: 0}\n", "tunnel.vxlan-port"),
      ("controller: {address: c, plaintext: true, ca: /x}\n", "controller.plaintext"),
      ("host: node1\n", "section alcor"),
      ("controller: {address: c, plaintext: true}\nalcor: {plaintext: true}\n", "remove the other"),
      ("alcor: {address: 10.0.0.1}\ntunnel: {interface: eth0}\n", "alcor.ca"),
      ("alcor: {plaintext: true, key: /x}\ntunnel: {interface: eth0}\n", "alcor.plaintext"),
      ("alcor: {plaintext: true}\n", "tunnel.address"),
      ("alcor: {plaintext: true, address: name}\ntunnel: {interface: eth0}\n", "alcor.address"),
      ("alcor: {plaintext: true, request-goal-states: 'h:0x'}\n", "alcor.request-goal-states"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {bridge: 'br int; rm'}\n", "openvswitch.bridge"),
      ("controller: {address: c, plaintext: true}\non-demand: {idle-seconds: 9}\n", "on-demand.idle-seconds"),
      ("controller: {address: c, plaintext: true}\nremovals: {percent: 100}\n", "removals.percent"),
      ("controller: {address: c, plaintext: true}\nremovals: {hold-seconds: 0}\n", "removals.hold-seconds"),
      ("controller: {address: c, plaintext: true}\napi: {socket: relative}\n", "api.socket"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {openflow: 'tcp:h:0'}\n", "openvswitch.openflow"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {openflow: 'unix:x'}\n", "openvswitch.openflow"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {openflow: 'pssl:6653'}\n", "openvswitch.ca"),
      ("controller: {address: c, plaintext: true}\nopenvswitch: {database: 'ptcp:6640'}\n", "openvswitch.database"),
    ])
  func mistakes(text: String, mention: String) {
    let error = #expect(throws: ConfigurationError.self) { try read(text) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(mention))
  }

  @Test("removals are held back as far as is configured, or not at all")
  func removals() throws {
    let controller = "controller: {address: c, plaintext: true}\n"
    #expect(try read(controller).removalLimits == RemovalLimits())
    let limits = try read(controller + "removals: {percent: 80, minimum: 5, hold-seconds: 60}\n").removalLimits
    #expect(limits == RemovalLimits(percent: 80, minimum: 5, holdTime: .seconds(60)))
    #expect(try read(controller + "removals: {check: false}\n").removalLimits == nil)
  }

  @Test("a host takes as much of each kind as is configured")
  func limits() throws {
    let controller = "controller: {address: c, plaintext: true}\n"
    #expect(try read(controller).limits == HostLimits())
    #expect(
      try read(controller + "limits: {ports: 7, security-groups: 8}\n").limits
        == HostLimits(ports: 7, securityGroups: 8))
    #expect(throws: ConfigurationError.self) { try read(controller + "limits: {neighbors: 0}\n") }
  }

  @Test("an Alcor controller dials the host, on Alcor's ports unless told otherwise")
  func alcor() throws {
    func alcor(_ text: String) throws -> AgentConfiguration.Alcor {
      guard case .alcor(let alcor) = try read(text).source else { throw CancellationError() }
      return alcor
    }
    let plain = try alcor("alcor: {plaintext: true}\ntunnel: {interface: eth0}\n")
    #expect(plain.address == HostPort(host: "0.0.0.0", port: 50001))
    #expect(plain.tls == nil)
    #expect(plain.requestGoalStates == nil)
    let secured = try alcor(
      """
      controller:
      alcor:
        address: 192.0.2.11:50002
        ca: /a
        certificate: /b
        key: /c
        request-goal-states: ncm.example.org
      """)
    #expect(secured.address == HostPort(host: "192.0.2.11", port: 50002))
    #expect(secured.tls?.certificate == "/b")
    #expect(secured.requestGoalStates == HostPort(host: "ncm.example.org", port: 9016))
    #expect(secured.routeTarget == "ncm.example.org")
  }

  @Test("kinds of tunnels and physical networks are what is listed")
  func underlay() throws {
    let configuration = try read(
      """
      controller: {address: c, plaintext: true}
      tunnel: {types: [gre, geneve], geneve-port: 6082}
      openvswitch:
        bridge-mappings:
          physnet1: br-ex
          physnet2: br-storage
      """)
    #expect(configuration.tunnel.types == [.geneve, .gre])
    #expect(configuration.tunnel.port(of: .geneve) == 6082)
    #expect(configuration.openVSwitch.bridgeMappings == ["physnet1": "br-ex", "physnet2": "br-storage"])
  }

  @Test("every key of the shipped configuration is known, with the default that is written there")
  func shipped() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent("systemd/aliothd.yaml"), encoding: .utf8)
    // Settings are the commented lines without a space after the mark; alternatives exclude each other.
    let excluded = ["#interface: br-phy", "#plaintext:"]
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let setting = line.drop { $0 == " " }
      guard setting.hasPrefix("#"), !setting.hasPrefix("# "), !excluded.contains(where: setting.hasPrefix) else {
        return String(line)
      }
      return String(line).replacing("#", with: "", maxReplacements: 1)
    }
    // A host has its goal state from one of two; the section of the other is left as it is, commented.
    #expect(throws: ConfigurationError.self) { try read(lines.joined(separator: "\n")) }
    let (controller, alcor) = try (read(without("alcor", lines)), read(without("controller", lines)))
    guard case .alcor(let source) = alcor.source else {
      Issue.record("no alcor")
      return
    }
    #expect(source.address == HostPort(host: "0.0.0.0", port: 50001))
    let configuration = controller
    let defaults = try read("controller: {address: c, plaintext: true}")
    #expect(configuration.tunnel.types == defaults.tunnel.types)
    #expect(configuration.openVSwitch.bridgeMappings == defaults.openVSwitch.bridgeMappings)
    #expect(configuration.openVSwitch.bridge == defaults.openVSwitch.bridge)
    #expect(configuration.openVSwitch.database == defaults.openVSwitch.database)
    #expect(configuration.openVSwitch.openFlow == defaults.openVSwitch.openFlow)
    #expect(configuration.openVSwitch.datapathType == defaults.openVSwitch.datapathType)
    #expect(configuration.dhcpInterface == defaults.dhcpInterface)
    #expect(configuration.neighborIdleTime == defaults.neighborIdleTime)
    #expect(configuration.apiSocket == defaults.apiSocket)
    #expect(configuration.stateDirectory == defaults.stateDirectory)
    #expect(configuration.historyBytes == defaults.historyBytes)
    #expect(configuration.log == defaults.log)
  }

  /// The lines without those of one section.
  private func without(_ section: String, _ lines: [String]) -> String {
    var isInside = false
    return lines.filter { line in
      if let first = line.first, first.isLetter { isInside = line.hasPrefix("\(section):") }
      return !isInside
    }.joined(separator: "\n")
  }

  private func read(_ text: String) throws -> AgentConfiguration {
    var reader = try ConfigurationReader(text: text, file: "aliothd.yaml")
    return try AgentConfiguration(&reader, hostName: "machine")
  }
}
