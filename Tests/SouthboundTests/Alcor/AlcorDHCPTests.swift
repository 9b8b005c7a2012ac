import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("DHCP as Alcor says it")
struct AlcorDHCPTests {
  private let subject = AlcorOperation.Subject(type: .dhcp, id: "dhcp-1")
  private let report = AlcorReportIndex(
    GoalStateReport(applied: GoalStateVersion(epoch: AlcorIntake.epoch, revision: 1)))

  @Test("a state serves its subnet and names its port's guest, whichever comes first, until it is deleted")
  func served() {
    let states: [any AlcorState] = [AlcorSample.dhcp(), AlcorSample.subnet(), AlcorSample.port()]
    for first in states.indices {
      var bench = IntakeBench()
      for state in states[first...] + states[..<first] { bench.take(state) }
      #expect(bench.goal.subnets[SubnetID("subnet-1")]?.dhcpEnabled == true)
      #expect(bench.goal.ports[PortID("port-1")]?.hostName == "web")
      #expect(bench.intake.verdict(on: subject, report) == .success)
      bench.expectSettled()
      bench.take(AlcorSample.dhcp(operation: .delete))
      #expect(bench.goal.subnets[SubnetID("subnet-1")]?.dhcpEnabled == false)
      #expect(bench.goal.ports[PortID("port-1")]?.hostName == nil)
      bench.expectSettled()
    }
  }

  @Test("a state waits for its port, and one with an address that is not the port's fails")
  func waiting() {
    var bench = IntakeBench()
    bench.take(AlcorSample.subnet(), AlcorSample.dhcp())
    #expect(bench.intake.verdict(on: subject, report).status == .pending)
    bench.take(AlcorSample.port(address: "10.0.0.99"))
    #expect(bench.intake.verdict(on: subject, report).status == .failure)
    bench.take(AlcorSample.port(address: "10.0.0.10"))
    #expect(bench.intake.verdict(on: subject, report) == .success)
  }

  @Test("a station has one state, and what is not held cannot be updated")
  func conflicts() {
    var bench = IntakeBench()
    bench.take(AlcorSample.dhcp())
    #expect(bench.take(AlcorSample.dhcp("dhcp-2", address: "10.0.0.11")).first?.refusal == .failure)
    #expect(
      bench.take(AlcorSample.dhcp("dhcp-3", mac: "fa:16:3e:00:00:99", operation: .update)).first?.refusal == .failure)
    #expect(bench.take(AlcorSample.dhcp(name: "db", operation: .update)) == [.held])
    #expect(bench.take(AlcorSample.dhcp(operation: .delete)) == [.gone])
    #expect(bench.take(AlcorSample.dhcp("dhcp-2", address: "10.0.0.11")) == [.held])
  }
}
