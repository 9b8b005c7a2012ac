/// Flows as ovs-ofctl 3.1 encodes them over OpenFlow 1.3: recorded between `ovs-ofctl --bundle add-flows` and
/// ovs-vswitchd, with the text that `ovs-ofctl dump-flows --no-stats` gave for each afterwards.
struct GoldenFlow: Sendable {
  let name: String
  /// The line of dump-flows.
  let text: String
  /// ofp_header, with the transaction id of the recording.
  let header: String
  /// Cookie and cookie mask; table, command, timeouts, priority; buffer, port, group; flags and padding.
  let fixed: String
  /// ofp_match with its padding.
  let match: String
  let instructions: String

  var bytes: [UInt8] { hex(header + fixed + match + instructions) }
}

extension GoldenFlow {
  static let classifyTunnel = GoldenFlow(
    name: "classifyTunnel",
    text: """
      cookie=0xa110000000000001, priority=100,tun_id=0x64,in_port=1 actions=set_field:0x64->metadata,set_f\
      ield:0x2->reg0,goto_table:10
      """,
    header: "040e0078 00000006",
    fixed: "a110000000000001 0000000000000000 0000000000000064 ffffffffffffffff ffffffff00000000",
    match: "00010018 80000004 00000001 80004c08 00000000 00000064",
    instructions: """
      0004002800000000 0019001080000408 0000000000000064 0019001000010004 0000000200000000 \
      000100080a000000
      """)

  static let classifyPort = GoldenFlow(
    name: "classifyPort",
    text: """
      cookie=0xa110000000000001, priority=90,in_port=7 actions=set_field:0x5->reg1,write_metadata:0x64/0xf\
      fff,goto_table:10
      """,
    header: "040e0078 00000007",
    fixed: "a110000000000001 0000000000000000 000000000000005a ffffffffffffffff ffffffff00000000",
    match: "0001000c 80000004 00000007 00000000",
    instructions: """
      0004001800000000 0019001000010204 0000000500000000 0002001800000000 0000000000000064 \
      000000000000ffff 000100080a000000
      """)

  static let arpResponder = GoldenFlow(
    name: "arpResponder",
    text: """
      cookie=0xa110000000000002, table=20, priority=100,arp,reg1=0x64,metadata=0x64,arp_tpa=10.0.0.3,arp_o\
      p=1 actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:fa:16:3e:00:00:03->eth_src,set_field:2\
      ->arp_op,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:f\
      a:16:3e:00:00:03->arp_sha,set_field:10.0.0.3->arp_spa,IN_PORT
      """,
    header: "040e0100 00000008",
    fixed: "a110000000000002 0000000000000000 1400000000000064 ffffffffffffffff ffffffff00000000",
    match: """
      0001002c 80000a02 08068000 2a020001 80002e04 0a000003 00010204 00000064 80000408 00000000 00000064 \
      00000000
      """,
    instructions: """
      000400a000000000 ffff001800002320 0006003000000000 0000040600000206 0019001080000806 \
      fa163e0000030000 0019001080002a02 0002000000000000 ffff001800002320 0006003000000000 \
      0001220600012406 ffff001800002320 0006002000000000 0000200400002204 0019001080003006 \
      fa163e0000030000 0019001080002c04 0a00000300000000 00000010fffffff8 0000000000000000
      """)

  static let unicastTunnel = GoldenFlow(
    name: "unicastTunnel",
    text: """
      cookie=0xa110000000000003, table=30, priority=50,metadata=0x64,dl_dst=fa:16:3e:00:00:04 actions=set_\
      field:0x64->tun_id,set_field:192.0.2.12->tun_dst,output:1
      """,
    header: "040e0088 00000009",
    fixed: "a110000000000003 0000000000000000 1e00000000000032 ffffffffffffffff ffffffff00000000",
    match: "0001001a 80000606 fa163e00 00048000 04080000 00000000 00640000 00000000",
    instructions: """
      0004003800000000 0019001080004c08 0000000000000064 0019001000014004 c000020c00000000 \
      0000001000000001 0000000000000000
      """)

  static let flood = GoldenFlow(
    name: "flood",
    text: """
      cookie=0xa110000000000003, table=30, priority=40,metadata=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:\
      00:00 actions=set_field:0x64->tun_id,set_field:192.0.2.12->tun_dst,output:1,set_field:192.0.2.13->tu\
      n_dst,output:1,output:3,output:4
      """,
    header: "040e00c8 0000000a",
    fixed: "a110000000000003 0000000000000000 1e00000000000028 ffffffffffffffff ffffffff00000000",
    match: "00010020 8000070c 01000000 00000100 00000000 80000408 00000000 00000064",
    instructions: """
      0004007800000000 0019001080004c08 0000000000000064 0019001000014004 c000020c00000000 \
      0000001000000001 0000000000000000 0019001000014004 c000020d00000000 0000001000000001 \
      0000000000000000 0000001000000003 0000000000000000 0000001000000004 0000000000000000
      """)

  static let outputRegister = GoldenFlow(
    name: "outputRegister",
    text: "cookie=0xa110000000000004, table=40, priority=100,reg0=0x5/0xf actions=output:NXM_NX_REG0[]",
    header: "040e0060 0000000b",
    fixed: "a110000000000004 0000000000000000 2800000000000064 ffffffffffffffff ffffffff00000000",
    match: "00010010 00010108 00000005 0000000f",
    instructions: "0004002000000000 ffff001800002320 000f001f00010004 ffff000000000000")

  static let outputRegisterBits = GoldenFlow(
    name: "outputRegisterBits",
    text: """
      cookie=0xa110000000000004, table=40, priority=10,reg2=0x1 actions=output:NXM_NX_REG0[0..15],resubmit\
      (,41)
      """,
    header: "040e0070 0000000c",
    fixed: "a110000000000004 0000000000000000 280000000000000a ffffffffffffffff ffffffff00000000",
    match: "0001000c 00010404 00000001 00000000",
    instructions: """
      0004003000000000 ffff001800002320 000f000f00010004 ffff000000000000 ffff001000002320 \
      000efff829000000
      """)

  static let dhcp = GoldenFlow(
    name: "dhcp",
    text: """
      cookie=0xa110000000000005, table=15, priority=300,udp,in_port=7,dl_src=fa:16:3e:00:00:03,tp_src=68,t\
      p_dst=67 actions=push_vlan:0x8100,set_field:4103->vlan_vid,output:9
      """,
    header: "040e0090 0000000d",
    fixed: "a110000000000005 0000000000000000 0f0000000000012c ffffffffffffffff ffffffff00000000",
    match: """
      0001002d 80000004 00000007 80000806 fa163e00 00038000 0a020800 80001401 1180001e 02004480 00200200 \
      43000000
      """,
    instructions: """
      0004003000000000 0011000881000000 0019001080000c02 1007000000000000 0000001000000009 \
      0000000000000000
      """)

  static let route = GoldenFlow(
    name: "route",
    text: """
      cookie=0xa110000000000006, table=16, priority=100,ip,in_port=7,dl_src=fa:16:3e:00:00:03,nw_src=10.0.\
      0.3,nw_dst=10.0.0.0/24 actions=dec_ttl,load:0x7->NXM_NX_REG3[0..7],goto_table:17
      """,
    header: "040e0090 0000000e",
    fixed: "a110000000000006 0000000000000000 1000000000000064 ffffffffffffffff ffffffff00000000",
    match: """
      00010030 80000004 00000007 80000806 fa163e00 00038000 0a020800 80001604 0a000003 80001908 0a000000 \
      ffffff00
      """,
    instructions: """
      0004002800000000 0018000800000000 ffff001800002320 0007000700010604 0000000000000007 \
      0001000811000000
      """)

  static let dhcpv6Group = GoldenFlow(
    name: "dhcpv6Group",
    text: """
      cookie=0xa110000000000006, table=16, priority=99,udp6,in_port=7,ipv6_src=fe80::/10,ipv6_dst=ff02::1:\
      2,tp_src=546,tp_dst=547 actions=group:5
      """,
    header: "040e00a0 0000000f",
    fixed: "a110000000000006 0000000000000000 1000000000000063 ffffffffffffffff ffffffff00000000",
    match: """
      0001005b 80000004 00000007 80000a02 86dd8000 3520fe80 00000000 00000000 00000000 0000ffc0 00000000 \
      00000000 00000000 00008000 3610ff02 00000000 00000000 00000001 00028000 14011180 001e0202 22800020 \
      02022300 00000000
      """,
    instructions: "0004001000000000 0016000800000005")

  static let neighborSolicitation = GoldenFlow(
    name: "neighborSolicitation",
    text: """
      cookie=0xa110000000000006, table=16, priority=98,icmp6,in_port=7,icmp_type=135,icmp_code=0,nd_target\
      =2001:db8::1,nd_sll=fa:16:3e:00:00:03 actions=clear_actions,goto_table:17
      """,
    header: "040e0080 00000010",
    fixed: "a110000000000006 0000000000000000 1000000000000062 ffffffffffffffff ffffffff00000000",
    match: """
      0001003f 80000004 00000007 80000a02 86dd8000 14013a80 003a0187 80003c01 0080003e 1020010d b8000000 \
      00000000 00000000 01800040 06fa163e 00000300
      """,
    instructions: "0005000800000000 0001000811000000")

  static let drop = GoldenFlow(
    name: "drop",
    text: "cookie=0xa110000000000007, table=17, priority=0 actions=drop",
    header: "040e0038 00000011",
    fixed: "a110000000000007 0000000000000000 1100000000000000 ffffffffffffffff ffffffff00000000",
    match: "00010004 00000000",
    instructions: "")

  static let vlanAndMasks = GoldenFlow(
    name: "vlanAndMasks",
    text: """
      cookie=0xa110000000000007, table=17, priority=5,in_port=9,dl_vlan=7 actions=pop_vlan,load:0x1->NXM_N\
      X_REG4[0..3],load:0x1->NXM_OF_ETH_DST[40],LOCAL
      """,
    header: "040e0098 00000012",
    fixed: "a110000000000007 0000000000000000 1100000000000005 ffffffffffffffff ffffffff00000000",
    match: "00010012 80000004 00000009 80000c02 10070000 00000000",
    instructions: """
      0004005000000000 0012000800000000 ffff001800002320 0007000300010804 0000000000000001 \
      ffff001800002320 00070a0000000206 0000000000000001 00000010fffffffe 0000000000000000
      """)

  static let punt = GoldenFlow(
    name: "punt",
    text: """
      cookie=0xa110000000000007, table=17, priority=6,vlan_tci=0x1000/0x1000,dl_type=0x88cc actions=contro\
      ller(max_len=128,id=7,userdata=01.02.03)
      """,
    header: "040e0078 00000013",
    fixed: "a110000000000007 0000000000000000 1100000000000006 ffffffffffffffff ffffffff00000000",
    match: "00010012 80000a02 88cc8000 0d041000 10000000 00000000",
    instructions: """
      0004003000000000 ffff002800002320 0025000000000000 0000000800800000 0001000800070000 \
      0003000701020300
      """)

  static let conntrack = GoldenFlow(
    name: "conntrack",
    text: """
      cookie=0xa110000000000008, table=18, priority=6,ct_state=+est+trk,tcp,tun_src=192.0.2.1,nw_dst=10.1.\
      0.0/16,tp_dst=0x50/0xfff0 actions=ct(table=19,zone=7),note:01.02.03.04.05.06,clone(set_field:0x1->re\
      g5,output:3)
      """,
    header: "040e00c8 00000014",
    fixed: "a110000000000008 0000000000000000 1200000000000006 ffffffffffffffff ffffffff00000000",
    match: """
      00010037 80000a02 08008000 19080a01 0000ffff 00008000 14010680 001d0400 50fff000 013e04c0 00020100 \
      01d30800 00002200 00002200
      """,
    instructions: """
      0004006000000000 ffff001800002320 0023000000000000 0007130000000000 ffff001000002320 \
      0008010203040506 ffff003000002320 002a000000000000 0019001000010a04 0000000100000000 \
      0000001000000003 0000000000000000
      """)

  static let learn = GoldenFlow(
    name: "learn",
    text: """
      cookie=0xa110000000000008, table=18, idle_timeout=60, hard_timeout=600, send_flow_rem priority=7,arp\
      ,arp_spa=10.0.0.0/24,arp_sha=fa:16:3e:00:00:03,arp_tha=00:00:00:00:00:00 actions=set_queue:3,learn(t\
      able=99,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_NX_REG0[]),output:3
      """,
    header: "040e00b8 00000015",
    fixed: "a110000000000008 0000000000000000 1200003c02580007 ffffffffffffffff ffffffff00010000",
    match: """
      0001002a 80000a02 08068000 2d080a00 0000ffff ff008000 3006fa16 3e000003 80003206 00000000 00000000 \
      00000000
      """,
    instructions: """
      0004005800000000 0015000800000003 ffff003800002320 0010000000008000 0000000000000000 \
      0000630000000000 0030000004060000 0000020600001020 0001000400000000 0000001000000003 \
      0000000000000000
      """)

  static let all = [
    GoldenFlow.classifyTunnel, .classifyPort, .arpResponder, .unicastTunnel, .flood, .outputRegister,
    .outputRegisterBits, .dhcp, .route, .dhcpv6Group, .neighborSolicitation, .drop, .vlanAndMasks, .punt, .conntrack,
    .learn,
  ]
}
