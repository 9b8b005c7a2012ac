import OpenFlow
import SwitchModel

extension FuzzCheck {
  /// Packets of any bytes, through flows that use every kind of action and through actions of any bytes: every packet
  /// ends, and what leaves has a length that it can have.
  public static let packet = FuzzCheck("packet") { (bytes) throws(FuzzFinding) in
    var input = FuzzInput(bytes)
    var memory = SwitchMemory()
    var time = ModelTime.zero
    let evaluator = Evaluator(PacketState.all, options: EvaluationOptions(vlanLimit: 2, recirculationBudget: 32))
    while !input.isAtEnd {
      let choice = input.byte()
      let actions = choice & 1 == 0 ? nil : actions(input.take(Int(input.byte()) * 8))
      let packet = PacketInput(input.block(), port: OFPort(UInt32(choice >> 1 & 7)))
      time = time.advanced(milliseconds: UInt64(choice >> 4) * 100)
      let result =
        if let actions {
          evaluator.evaluate(packet, actions: actions, at: time, memory: &memory)
        } else {
          evaluator.evaluate(packet, at: time, memory: &memory)
        }
      for output in result.outputs {
        try require(output.bytes.count <= packet.bytes.count + 4096, "\(packet.bytes.count) bytes have grown too long")
      }
      for event in result.packetIns {
        guard let continuation = event.continuation else { continue }
        _ = evaluator.resume(packet, continuation, at: time, memory: &memory)
      }
    }
  }

  /// What a packet_out with these bytes would have for actions.
  private static func actions(_ bytes: [UInt8]) -> [Action]? {
    let length = bytes.count + 24
    let header: [UInt8] = [4, 13, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]
    let fixed: [UInt8] = [0, 0, 0, 1, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff), 0, 0, 0, 0, 0, 0]
    guard case .packetOut(let packet)? = try? OpenFlowMessage.decode(header + fixed + bytes).message else { return nil }
    return packet.actions
  }
}

/// Flows that take packets of every kind through every kind of action.
private struct PacketState: ForwardingState {
  private var tables: [TableID: [FlowEntry]] = [:]
  private var groups: [UInt32: Group] = [:]
  let ports: [OFPort: ModelPort]

  static let all = PacketState([
    "table=0,priority=9,in_port=1,ip actions=ct(table=1,zone=1)",
    "table=0,priority=9,in_port=1,ipv6 actions=ct(table=1,zone=1)",
    "table=0,priority=9,in_port=2,ip actions=ct(nat,table=1,zone=1)",
    "table=0,priority=9,in_port=3,dl_vlan=5 actions=pop_vlan,resubmit(,2)",
    "table=0,priority=8,in_port=3,arp actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:2->arp_op,IN_PORT",
    "table=0,priority=8,in_port=4,mpls actions=pop_mpls:0x0800,resubmit(,2)",
    "table=0,priority=1 actions=resubmit(,2),resubmit(,3),group:1",
    "table=1,ct_state=+new+trk,tcp actions=ct(commit,zone=1,nat(src=10.0.0.1-10.0.0.9:1000-2000)),output:2",
    "table=1,ct_state=+new+trk,ip actions=ct(commit,zone=1,exec(set_field:7->ct_mark)),output:2",
    "table=1,ct_state=+new+trk,ipv6 actions=ct(commit,zone=1),output:2",
    "table=1,ct_state=+est+trk actions=output:3,controller(userdata=01.02,pause)",
    "table=1,priority=1 actions=drop",
    "table=2,priority=9,tcp,tcp_dst=80 actions=dec_ttl,set_field:10.9.9.9->ip_dst,set_field:8080->tcp_dst,output:2",
    "table=2,priority=9,udp actions=set_field:53->udp_src,push_vlan:0x8100,set_field:4097->vlan_vid,output:2",
    "table=2,priority=9,icmp6 actions=set_field:fe80::1->ipv6_src,dec_ttl,output:2",
    "table=2,priority=8,ip actions=push_mpls:0x8847,set_field:9->mpls_label,output:2,pop_mpls:0x0800,output:3",
    "table=2,priority=8,ipv6 actions=set_field:fe80::2->ipv6_dst,output:2",
    "table=2,priority=1 actions=write_actions(output:3)",
    "table=3,priority=9,ip actions=learn(table=4,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),ct_clear",
    "table=3,priority=1 actions=clone(push_vlan:0x88a8,output:4),FLOOD",
  ])

  private init(_ texts: [String]) {
    var ports: [OFPort: ModelPort] = [.local: ModelPort(.local, name: "br")]
    for number in 1..<5 as Range<UInt32> { ports[OFPort(number)] = ModelPort(OFPort(number), name: "p\(number)") }
    self.ports = ports
    let flows = texts.compactMap { try? Flow(parsing: $0) }
    precondition(flows.count == texts.count, "a flow of the check cannot be read")
    for flow in flows.sorted(by: { $0.priority > $1.priority }) {
      tables[flow.table, default: []].append(FlowEntry(flow))
    }
    groups[1] = try? Group(parsing: "group_id=1,type=select,bucket=output:2,bucket=output:3")
  }

  func entries(in table: TableID) -> [FlowEntry] { tables[table] ?? [] }
  func group(_ id: UInt32) -> Group? { groups[id] }
  func meter(_ id: UInt32) -> Meter? { nil }
}
