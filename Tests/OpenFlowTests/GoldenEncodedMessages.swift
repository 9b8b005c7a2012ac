/// The samples of MessageSamples with transaction id 9, as they are encoded here, and as
/// `ovs-ofctl ofp-print` of Open vSwitch 3.1 reads them.
enum GoldenEncodedMessages {
  /// Messages of the specification.
  static let standard: [GoldenMessage] = [
    GoldenMessage(
      "hello",
      """
      04000010 00000009 00010008 00000010
      """,
      reads: """
        OFPT_HELLO (OF1.3) (xid=0x9): version bitmap: 0x04
        """),
    GoldenMessage(
      "hello without a bitmap",
      """
      04000008 00000009
      """,
      reads: """
        OFPT_HELLO (OF1.3) (xid=0x9): version bitmap: 0x01, 0x02, 0x03, 0x04
        """),
    GoldenMessage(
      "error",
      """
      04010014 00000009 00050001 040e0038 00000009
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x9): OFPFMFC_TABLE_FULL OFPT_FLOW_MOD (OF1.3) (xid=0x9): (***truncated to 8 \
        bytes from 56***)
        """),
    GoldenMessage(
      "extension error",
      """
      04010010 00000009 ffff0905 4f4e4600
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x9): OFPBFC_MSG_BAD_XID OpenFlow message is empty
        """),
    GoldenMessage(
      "old extension error",
      """
      04010014 00000009 b0c20000 00002320 00010202
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x9): ***decode error: OFPBRC_BAD_LEN***
        """),
    GoldenMessage(
      "echo request",
      """
      0402000b 00000009 010203
      """,
      reads: """
        OFPT_ECHO_REQUEST (OF1.3) (xid=0x9): 3 bytes of payload 00000000 01 02 03 |... |
        """),
    GoldenMessage(
      "echo reply",
      """
      04030008 00000009
      """,
      reads: """
        OFPT_ECHO_REPLY (OF1.3) (xid=0x9): 0 bytes of payload
        """),
    GoldenMessage(
      "features request",
      """
      04050008 00000009
      """,
      reads: """
        OFPT_FEATURES_REQUEST (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "features reply",
      """
      04060020 00000009 00000000 0000002a 00000000 fe000000 0000004f 00000000
      """,
      reads: """
        OFPT_FEATURES_REPLY (OF1.3) (xid=0x9): dpid:000000000000002a n_tables:254, n_buffers:0 capabilities: \
        FLOW_STATS TABLE_STATS PORT_STATS GROUP_STATS QUEUE_STATS
        """),
    GoldenMessage(
      "get config request",
      """
      04070008 00000009
      """,
      reads: """
        OFPT_GET_CONFIG_REQUEST (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "get config reply",
      """
      0408000c 00000009 00000080
      """,
      reads: """
        OFPT_GET_CONFIG_REPLY (OF1.3) (xid=0x9): frags=normal miss_send_len=128
        """),
    GoldenMessage(
      "set config",
      """
      0409000c 00000009 0001ffff
      """,
      reads: """
        OFPT_SET_CONFIG (OF1.3) (xid=0x9): frags=drop miss_send_len=65535
        """),
    GoldenMessage(
      "packet-in",
      """
      040a002e 00000009 ffffffff 003c0109 00000000 00000077 0001000c 80000004 00000003 00000000 00000102 0304
      """,
      reads: """
        OFPT_PACKET_IN (OF1.3) (xid=0x9): table_id=9 cookie=0x77 total_len=60 in_port=3 (via action) \
        data_len=4 (unbuffered) (***total_len != data_len***) vlan_tci=0x0000,dl_src=00:00:00:00:00:00,\
        dl_dst=00:00:00:00:00:00,dl_type=0x0000
        """),
    GoldenMessage(
      "flow removed",
      """
      040b0048 00000009 00000000 00000a11 00640105 00000001 1dcd6500 00070009 00000000 00000003 00000000 \
      000000b4 00010012 80000004 00000003 80000a02 08060000 00000000
      """,
      reads: """
        OFPT_FLOW_REMOVED (OF1.3) (xid=0x9): priority=100,arp,in_port=3 reason=hard table_id=5 cookie:0xa11 \
        duration1.500s idle7 hard9 pkts3 bytes180
        """),
    GoldenMessage(
      "port status",
      """
      040c0050 00000009 02000000 00000000 00000003 00000000 fa163e00 00010000 74617033 00000000 00000000 \
      00000000 00000020 00000004 00000840 00000840 00000000 00000000 00989680 01312d00
      """,
      reads: """
        OFPT_PORT_STATUS (OF1.3) (xid=0x9): MOD: 3(tap3): addr:fa:16:3e:00:00:01 config: NO_FWD state: LIVE \
        current: 10GB-FD COPPER advertised: 10GB-FD COPPER speed: 10000 Mbps now, 20000 Mbps max
        """),
    GoldenMessage(
      "packet-out",
      """
      040d002b 00000009 ffffffff 00000003 00100000 00000000 00000010 fffffff9 00000000 00000000 090807
      """,
      reads: """
        OFPT_PACKET_OUT (OF1.3) (xid=0x9): in_port=3 actions=TABLE data_len=3 vlan_tci=0x0000,\
        dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x0000
        """),
    GoldenMessage(
      "flow mod",
      """
      040e0068 00000009 00000000 00000a11 ffffffff ffffffff 05020007 00090064 ffffffff ffffffff ffffffff \
      00010000 00010012 80000004 00000003 80000a02 08060000 00000000 00040018 00000000 00000010 00000002 \
      00000000 00000000 00010008 06000000
      """,
      reads: """
        OFPT_FLOW_MOD (OF1.3) (xid=0x9): MOD_STRICT table:5 priority=100,arp,in_port=3 \
        cookie:0xa11/0xffffffffffffffff idle:7 hard:9 send_flow_rem actions=output:2,goto_table:6
        """),
    GoldenMessage(
      "group mod add",
      """
      040f0060 00000009 00000100 00000011 00200001 ffffffff ffffffff 00000000 00000010 00000001 00000000 \
      00000000 00300003 ffffffff ffffffff 00000000 00190010 00010004 00000005 00000000 00000010 00000002 \
      00000000 00000000
      """,
      reads: """
        OFPT_GROUP_MOD (OF1.3) (xid=0x9): ADD group_id=17,type=select,bucket=actions=output:1,bucket=weight:3,\
        actions=set_field:0x5->reg0,output:2
        """),
    GoldenMessage(
      "group mod modify",
      """
      040f0048 00000009 00010300 00000012 00200000 00000001 ffffffff 00000000 00000010 00000001 00000000 \
      00000000 00180000 ffffffff 00000011 00000000 00160008 00000011
      """,
      reads: """
        OFPT_GROUP_MOD (OF1.3) (xid=0x9): MOD group_id=18,type=ff,bucket=watch_port:1,actions=output:1,\
        bucket=watch_group:17,actions=group:17
        """),
    GoldenMessage(
      "group mod delete",
      """
      040f0010 00000009 00020000 fffffffc
      """,
      reads: """
        OFPT_GROUP_MOD (OF1.3) (xid=0x9): DEL group_id=4294967292,type=all
        """),
    GoldenMessage(
      "port mod",
      """
      04100028 00000009 00000003 00000000 fa163e00 00010000 00000020 00000060 00000000 00000000
      """,
      reads: """
        OFPT_PORT_MOD (OF1.3) (xid=0x9): port: 3: addr:fa:16:3e:00:00:01 config: NO_FWD mask: NO_FWD \
        NO_PACKET_IN advertise: UNCHANGED
        """),
    GoldenMessage(
      "table mod",
      """
      04110010 00000009 ff000000 00000003
      """,
      reads: """
        OFPT_TABLE_MOD (OF1.3) (xid=0x9): table_id: ALL_TABLES
        """),
    GoldenMessage(
      "barrier request",
      """
      04140008 00000009
      """,
      reads: """
        OFPT_BARRIER_REQUEST (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "barrier reply",
      """
      04150008 00000009
      """,
      reads: """
        OFPT_BARRIER_REPLY (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "queue get config request",
      """
      04160010 00000009 00000001 00000000
      """,
      reads: """
        OFPT_QUEUE_GET_CONFIG_REQUEST (OF1.3) (xid=0x9): port=1
        """),
    GoldenMessage(
      "queue get config reply",
      """
      04170040 00000009 00000001 00000000 00000002 00000001 00300000 00000000 00010010 00000000 01f40000 \
      00000000 00020010 00000000 03840000 00000000
      """,
      reads: """
        OFPT_QUEUE_GET_CONFIG_REPLY (OF1.3) (xid=0x9): port=1 queue 2: min_rate:50.0% max_rate:90.0%
        """),
    GoldenMessage(
      "role request",
      """
      04180018 00000009 00000002 00000000 00000000 0000004d
      """,
      reads: """
        OFPT_ROLE_REQUEST (OF1.3) (xid=0x9): role=primary generation_id=77
        """),
    GoldenMessage(
      "role reply",
      """
      04190018 00000009 00000003 00000000 00000000 0000004d
      """,
      reads: """
        OFPT_ROLE_REPLY (OF1.3) (xid=0x9): role=secondary generation_id=77
        """),
    GoldenMessage(
      "get async request",
      """
      041a0008 00000009
      """,
      reads: """
        OFPT_GET_ASYNC_REQUEST (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "get async reply",
      """
      041b0020 00000009 00000007 00000000 00000007 00000007 0000000f 00000000
      """,
      reads: """
        OFPT_GET_ASYNC_REPLY (OF1.3) (xid=0x9): primary: PACKET_IN: no_match action invalid_ttl PORT_STATUS: \
        add delete modify FLOW_REMOVED: idle hard delete group_delete ROLE_STATUS: (off) TABLE_STATUS: (off) \
        REQUESTFORWARD: (off) secondary: PACKET_IN: (off) PORT_STATUS: add delete modify FLOW_REMOVED: (off) \
        ROLE_STATUS: (off) TABLE_STATUS: (off) REQUESTFORWARD: (off)
        """),
    GoldenMessage(
      "set async",
      """
      041c0020 00000009 00000007 00000000 00000007 00000007 0000000f 00000000
      """,
      reads: """
        OFPT_SET_ASYNC (OF1.3) (xid=0x9): primary: PACKET_IN: no_match action invalid_ttl PORT_STATUS: add \
        delete modify FLOW_REMOVED: idle hard delete group_delete ROLE_STATUS: (off) TABLE_STATUS: (off) \
        REQUESTFORWARD: (off) secondary: PACKET_IN: (off) PORT_STATUS: add delete modify FLOW_REMOVED: (off) \
        ROLE_STATUS: (off) TABLE_STATUS: (off) REQUESTFORWARD: (off)
        """),
    GoldenMessage(
      "meter mod add",
      """
      041d0020 00000009 00000006 00000004 00010010 00000064 00000014 00000000
      """,
      reads: """
        OFPT_METER_MOD (OF1.3) (xid=0x9): ADD meter=4 pktps burst bands= type=drop rate=100 burst_size=20
        """),
    GoldenMessage(
      "meter mod delete",
      """
      041d0010 00000009 00020000 ffffffff
      """,
      reads: """
        OFPT_METER_MOD (OF1.3) (xid=0x9): DEL meter=all bands=
        """),
  ]
}
