import Glibc
import NIOPosix
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import SwitchEngine
import SwitchTestSupport
import Testing

@Suite(
  "Packets for the controller", .enabled(if: OpenVSwitch.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct SwitchPacketsTests {
  private static let userdata: [UInt8] = [1, 2, 3]

  private static func punt(_ actions: [Action]) -> Flow {
    Flow(table: TableID(0), priority: 1, cookie: 5, match: .any, instructions: [.applyActions(actions)])
  }

  /// Has the switch take a packet as though it came in on its own port.
  private static func inject(_ ovs: OpenVSwitch, byte: String = "ab") throws {
    let packet = String(repeating: byte, count: 64)
    try ovs.ofctl("packet-out \(ovs.managementAddress) in_port=local,packet=\(packet),actions=table")
  }

  private func withPackets(
    _ ovs: OpenVSwitch, bufferSize: Int = 1024, _ body: (SwitchPackets) async throws -> Void
  ) async throws {
    let path = ovs.managementSocket
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let packets = SwitchPackets(controllerID: 9, bufferSize: bufferSize, eventLoop: eventLoop) { options, loop in
      try await SwitchConnection.connect(to: .unix(path), options: options, group: loop)
    }
    let running = Task { await packets.run() }
    defer { running.cancel() }
    try await body(packets)
    running.cancel()
    await running.value
  }

  @Test(
    "a packet that a flow hands over comes with the flow's userdata, and goes on where it paused when it is resumed")
  func resumed() async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    let programming = try await SwitchConnection.connect(to: .unix(ovs.managementSocket))
    let paused = ControllerAction(controllerID: 9, userdata: Self.userdata, pause: true)
    let again = ControllerAction(controllerID: 9, userdata: [9])
    #expect(try await programming.commit([.add(Self.punt([.controller(paused), .controller(again)]))]).isEmpty)
    try await withPackets(ovs) { packets in
      while await packets.problem != nil { try await Task.sleep(for: .milliseconds(5)) }
      try Self.inject(ovs)
      var found: [[UInt8]] = []
      for await packet in packets.packets {
        found.append(packet.userdata ?? [])
        if found.count == 2 { break }
        #expect(packet.packet == [UInt8](repeating: 0xab, count: 64))
        #expect(packet.continuation?.isEmpty == false)
        await packets.resume(packet)
      }
      #expect(found == [Self.userdata, [9]])
      let counters = await packets.counters
      #expect(counters.received == 2 && counters.sent == 1 && counters.refused == 0)
    }
    await programming.close()
  }

  @Test("packets come again after the switch was killed, and what is sent meanwhile is counted as unsent")
  func restarted() async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    try await withPackets(ovs) { packets in
      while await packets.problem != nil { try await Task.sleep(for: .milliseconds(5)) }
      ovs.signalSwitch(SIGKILL)
      while await packets.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
      #expect(await !packets.send(PacketOut(actions: [], data: [])))
      #expect(await packets.counters.unsent == 1)
      try ovs.startSwitch()
      while await packets.problem != nil { try await Task.sleep(for: .milliseconds(5)) }
      let programming = try await SwitchConnection.connect(to: .unix(ovs.managementSocket))
      let action = Action.controller(ControllerAction(controllerID: 9, userdata: Self.userdata))
      #expect(try await programming.commit([.add(Self.punt([action]))]).isEmpty)
      try Self.inject(ovs)
      for await packet in packets.packets {
        #expect(packet.userdata == Self.userdata)
        break
      }
      #expect(await packets.counters.connections == 2)
      await programming.close()
    }
  }

  @Test("more packets than the reader takes cost the oldest of them, and are counted")
  func overrun() async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    let programming = try await SwitchConnection.connect(to: .unix(ovs.managementSocket))
    let action = Action.controller(ControllerAction(controllerID: 9, userdata: Self.userdata))
    #expect(try await programming.commit([.add(Self.punt([action]))]).isEmpty)
    try await withPackets(ovs, bufferSize: 2) { packets in
      while await packets.problem != nil { try await Task.sleep(for: .milliseconds(5)) }
      for byte in ["01", "02", "03", "04"] { try Self.inject(ovs, byte: byte) }
      while await packets.counters.received < 4 { try await Task.sleep(for: .milliseconds(5)) }
      #expect(await packets.counters.dropped == 2)
      var first: [UInt8] = []
      for await packet in packets.packets {
        first.append(packet.packet.first ?? 0)
        if first.count == 2 { break }
      }
      #expect(first == [3, 4])
    }
    await programming.close()
  }
}
