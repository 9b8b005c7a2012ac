/// The multipart samples of MessageSamples with transaction id 9, as they are encoded here, and as
/// `ovs-ofctl ofp-print` of Open vSwitch 3.1 reads them.
enum GoldenEncodedMultipartMessages {
  /// Requests.
  static let requests: [GoldenMessage] = [
    GoldenMessage(
      "description request",
      """
      04120010 00000009 00000000 00000000
      """,
      reads: """
        OFPST_DESC request (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "flow request",
      """
      04120048 00000009 00010000 00000000 05000000 00000002 ffffffff 00000000 00000000 00000a00 00000000 \
      00000f00 00010012 80000004 00000003 80000a02 08060000 00000000
      """,
      reads: """
        OFPST_FLOW request (OF1.3) (xid=0x9): table=5 out_port=2 arp,in_port=3
        """),
    GoldenMessage(
      "aggregate request",
      """
      04120048 00000009 00020000 00000000 05000000 00000002 ffffffff 00000000 00000000 00000a00 00000000 \
      00000f00 00010012 80000004 00000003 80000a02 08060000 00000000
      """,
      reads: """
        OFPST_AGGREGATE request (OF1.3) (xid=0x9): table=5 out_port=2 arp,in_port=3
        """),
    GoldenMessage(
      "table request",
      """
      04120010 00000009 00030000 00000000
      """,
      reads: """
        OFPST_TABLE request (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "port statistics request",
      """
      04120018 00000009 00040000 00000000 ffffffff 00000000
      """,
      reads: """
        OFPST_PORT request (OF1.3) (xid=0x9): port_no=ANY
        """),
    GoldenMessage(
      "queue request",
      """
      04120018 00000009 00050000 00000000 ffffffff ffffffff
      """,
      reads: """
        OFPST_QUEUE request (OF1.3) (xid=0x9): port=ANY queue=ALL
        """),
    GoldenMessage(
      "group request",
      """
      04120018 00000009 00060000 00000000 fffffffc 00000000
      """,
      reads: """
        OFPST_GROUP request (OF1.3) (xid=0x9): group_id=ALL
        """),
    GoldenMessage(
      "group description request",
      """
      04120010 00000009 00070000 00000000
      """,
      reads: """
        OFPST_GROUP_DESC request (OF1.3) (xid=0x9): group_id=ALL
        """),
    GoldenMessage(
      "group features request",
      """
      04120010 00000009 00080000 00000000
      """,
      reads: """
        OFPST_GROUP_FEATURES request (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "meter request",
      """
      04120018 00000009 00090000 00000000 ffffffff 00000000
      """,
      reads: """
        OFPST_METER request (OF1.3) (xid=0x9): meter=all
        """),
    GoldenMessage(
      "meter configuration request",
      """
      04120018 00000009 000a0000 00000000 ffffffff 00000000
      """,
      reads: """
        OFPST_METER_CONFIG request (OF1.3) (xid=0x9): meter=all
        """),
    GoldenMessage(
      "meter features request",
      """
      04120010 00000009 000b0000 00000000
      """,
      reads: """
        OFPST_METER_FEATURES request (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "table features request",
      """
      04120010 00000009 000c0000 00000000
      """,
      reads: """
        OFPST_TABLE_FEATURES request (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "port request",
      """
      04120010 00000009 000d0000 00000000
      """,
      reads: """
        OFPST_PORT_DESC request (OF1.3) (xid=0x9): port=ANY
        """),
    GoldenMessage(
      "flow monitor request",
      """
      04120040 00000009 ffff0000 00000000 4f4e4600 0000074e 00000005 00170012 ffffffff ff000000 00010012 \
      80000004 00000003 80000a02 08060000 00000000
      """,
      reads: """
        ONFST_FLOW_MONITOR request (OF1.3) (xid=0x9): id=5 flags=initial,add,delete,actions arp,in_port=3
        """),
    GoldenMessage(
      "unknown multipart request",
      """
      04120014 00000009 004d0000 00000000 01020304
      """,
      reads: nil),
    GoldenMessage(
      "unknown extension request",
      """
      0412001c 00000009 ffff0000 00000000 00002320 000003e7 01020304
      """,
      reads: nil),
  ]
  /// Replies.
  static let replies: [GoldenMessage] = [
    GoldenMessage(
      "description reply",
      """
      04130430 00000009 00000000 00000000 4e696369 72612c20 496e632e 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 4f70656e 20765377 69746368 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      332e312e 30000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 4e6f6e65 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 62722d69 6e740000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 \
      00000000 00000000 00000000 00000000
      """,
      reads: """
        OFPST_DESC reply (OF1.3) (xid=0x9): Manufacturer: Nicira, Inc. Hardware: Open vSwitch Software: 3.1.0 \
        Serial Num: None DP Description: br-int
        """),
    GoldenMessage(
      "flow reply",
      """
      04130078 00000009 00010000 00000000 00680500 00000001 1dcd6500 00640007 00090001 00000000 00000000 \
      00000a11 00000000 00000003 00000000 000000b4 00010012 80000004 00000003 80000a02 08060000 00000000 \
      00040018 00000000 00000010 00000002 00000000 00000000 00010008 06000000
      """,
      reads: """
        OFPST_FLOW reply (OF1.3) (xid=0x9): cookie=0xa11, duration=1.500s, table=5, n_packets=3, n_bytes=180, \
        idle_timeout=7, hard_timeout=9, send_flow_rem priority=100,arp,in_port=3 actions=output:2,goto_table:6
        """),
    GoldenMessage(
      "aggregate reply",
      """
      04130028 00000009 00020000 00000000 00000000 00000005 00000000 0000012c 00000002 00000000
      """,
      reads: """
        OFPST_AGGREGATE reply (OF1.3) (xid=0x9): packet_count=5 byte_count=300 flow_count=2
        """),
    GoldenMessage(
      "table reply",
      """
      04130058 00000009 00030000 00000000 00000000 00000001 00000000 0000000a 00000000 00000009 01000000 \
      00000001 00000000 0000000a 00000000 00000009 02000000 00000001 00000000 0000000a 00000000 00000009
      """,
      reads: """
        OFPST_TABLE reply (OF1.3) (xid=0x9): table 0: active=1, lookup=10, matched=9 tables 1...2: ditto
        """),
    GoldenMessage(
      "port statistics reply",
      """
      04130080 00000009 00040000 00000000 00000003 00000000 00000000 0000000a 00000000 00000014 00000000 \
      00000258 00000000 000004b0 00000000 00000001 00000000 00000002 00000000 0000000c 00000000 00000004 \
      00000000 00000005 00000000 00000003 00000000 00000004 00000000 00000006 00000001 1dcd6500
      """,
      reads: """
        OFPST_PORT reply (OF1.3) (xid=0x9): 1 ports port 3: rx pkts=10, bytes=600, drop=1, errs=12, frame=5, \
        over=3, crc=4 tx pkts=20, bytes=1200, drop=2, errs=4, coll=6 duration=1.500s
        """),
    GoldenMessage(
      "queue reply",
      """
      04130038 00000009 00050000 00000000 00000001 00000002 00000000 000000b4 00000000 00000003 00000000 \
      00000001 00000001 1dcd6500
      """,
      reads: """
        OFPST_QUEUE reply (OF1.3) (xid=0x9): 1 queues port 1 queue 2: bytes=180, pkts=3, errors=1, \
        duration=1.500s
        """),
    GoldenMessage(
      "group reply",
      """
      04130058 00000009 00060000 00000000 00480000 00000011 00000001 00000000 00000000 00000004 00000000 \
      000000f0 00000001 1dcd6500 00000000 00000001 00000000 0000003c 00000000 00000003 00000000 000000b4
      """,
      reads: """
        OFPST_GROUP reply (OF1.3) (xid=0x9): group_id=17,duration=1.500s,ref_count=1,packet_count=4,\
        byte_count=240,bucket0:packet_count=1,byte_count=60,bucket1:packet_count=3,byte_count=180
        """),
    GoldenMessage(
      "group description reply",
      """
      041300a8 00000009 00070000 00000000 00580100 00000011 00200001 ffffffff ffffffff 00000000 00000010 \
      00000001 00000000 00000000 00300003 ffffffff ffffffff 00000000 00190010 00010004 00000005 00000000 \
      00000010 00000002 00000000 00000000 00400300 00000012 00200000 00000001 ffffffff 00000000 00000010 \
      00000001 00000000 00000000 00180000 ffffffff 00000011 00000000 00160008 00000011
      """,
      reads: """
        OFPST_GROUP_DESC reply (OF1.3) (xid=0x9): group_id=17,type=select,bucket=actions=output:1,\
        bucket=weight:3,actions=set_field:0x5->reg0,output:2 group_id=18,type=ff,bucket=watch_port:1,\
        actions=output:1,bucket=watch_group:17,actions=group:17
        """),
    GoldenMessage(
      "group features reply",
      """
      04130038 00000009 00080000 00000000 0000000f 00000007 00000001 00000002 00000003 00000004 00000001 \
      00400001 00000001 00000001
      """,
      reads: """
        OFPST_GROUP_FEATURES reply (OF1.3) (xid=0x9): Group table: Types: 0xf Capabilities: 0x7 all group: \
        max_groups=0x1 actions: output select group: max_groups=0x2 actions: output group indirect group: \
        max_groups=0x3 actions: output fast failover group: max_groups=0x4 actions: output
        """),
    GoldenMessage(
      "meter reply",
      """
      04130048 00000009 00090000 00000000 00000004 00380000 00000000 00000001 00000000 00000005 00000000 \
      0000012c 00000001 1dcd6500 00000000 00000002 00000000 00000078
      """,
      reads: """
        OFPST_METER reply (OF1.3) (xid=0x9): meter:4 flow_count:1 packet_in_count:5 byte_in_count:300 \
        duration:1.500s bands: 0: packet_count:2 byte_count:120
        """),
    GoldenMessage(
      "meter configuration reply",
      """
      04130028 00000009 000a0000 00000000 00180006 00000004 00010010 00000064 00000014 00000000
      """,
      reads: """
        OFPST_METER_CONFIG reply (OF1.3) (xid=0x9): meter=4 pktps burst bands= type=drop rate=100 \
        burst_size=20
        """),
    GoldenMessage(
      "meter features reply",
      """
      04130020 00000009 000b0000 00000000 00040000 00000002 0000000f 08000000
      """,
      reads: """
        OFPST_METER_FEATURES reply (OF1.3) (xid=0x9): max_meter:262144 max_bands:8 max_color:0 band_types: \
        drop capabilities: kbps pktps burst stats
        """),
    GoldenMessage(
      "table features reply",
      """
      04130078 00000009 000c0000 00000000 00680000 00000000 636c6173 73696669 65720000 00000000 00000000 \
      00000000 00000000 00000000 ffffffff ffffffff ffffffff ffffffff 00000003 000f4240 0000000c 00010004 \
      00040004 00000000 00020007 01020300 00060008 00000004 00080008 80000004
      """,
      reads: nil),
    GoldenMessage(
      "port reply",
      """
      04130050 00000009 000d0000 00000000 00000003 00000000 fa163e00 00010000 74617033 00000000 00000000 \
      00000000 00000020 00000004 00000840 00000840 00000000 00000000 00989680 01312d00
      """,
      reads: """
        OFPST_PORT_DESC reply (OF1.3) (xid=0x9): 3(tap3): addr:fa:16:3e:00:00:01 config: NO_FWD state: LIVE \
        current: 10GB-FD COPPER advertised: 10GB-FD COPPER speed: 10000 Mbps now, 20000 Mbps max
        """),
    GoldenMessage(
      "flow monitor update",
      """
      04130060 00000009 ffff0000 00000000 4f4e4600 0000074e 00400000 00000064 00000000 000a0500 00000000 \
      00000a11 0001000a 80000a02 08060000 00000000 00040018 00000000 00000010 00000002 00000000 00000000 \
      00080003 00001234
      """,
      reads: """
        ONFST_FLOW_MONITOR reply (OF1.3) (xid=0x9): event=ADDED table=5 cookie=0xa11 arp actions=output:2 \
        event=ABBREV xid=0x1234
        """),
    GoldenMessage(
      "unknown multipart reply",
      """
      04130014 00000009 004d0000 00000000 01020304
      """,
      reads: nil),
  ]
}
