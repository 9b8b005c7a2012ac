/// What ovs-vswitchd 3.1 said over OpenFlow 1.3 on its management socket, and how
/// `ovs-ofctl ofp-print` reads it. Long lists are cut to their first entries.
enum GoldenRecordedMessages {
  /// Replies, errors and what comes unasked.
  static let messages: [GoldenMessage] = [
    GoldenMessage(
      "get config answer",
      """
      0408000c 00000103 0000ffff
      """,
      reads: """
        OFPT_GET_CONFIG_REPLY (OF1.3) (xid=0x103): frags=normal miss_send_len=65535
        """),
    GoldenMessage(
      "tunnel option answer",
      """
      04040028 00000108 00002320 0000001a 00000100 00400000 00000000 00000000 01028004 00010000
      """,
      reads: """
        NXT_TLV_TABLE_REPLY (OF1.3) (xid=0x108): max option space=256 max fields=64 allocated option space=4 \
        mapping table: class type length match field ------ ---- ------ -------------- 0x102 0x80 4 \
        tun_metadata1
        """),
    GoldenMessage(
      "role answer",
      """
      04190018 00000109 00000002 00000000 00000000 0000004d
      """,
      reads: """
        OFPT_ROLE_REPLY (OF1.3) (xid=0x109): role=primary generation_id=77
        """),
    GoldenMessage(
      "get async answer",
      """
      041b0020 0000010a 00000003 00000000 00000007 00000007 0000000f 00000000
      """,
      reads: """
        OFPT_GET_ASYNC_REPLY (OF1.3) (xid=0x10a): primary: PACKET_IN: no_match action PORT_STATUS: add delete \
        modify FLOW_REMOVED: idle hard delete group_delete ROLE_STATUS: (off) TABLE_STATUS: (off) \
        REQUESTFORWARD: (off) secondary: PACKET_IN: (off) PORT_STATUS: add delete modify FLOW_REMOVED: (off) \
        ROLE_STATUS: (off) TABLE_STATUS: (off) REQUESTFORWARD: (off)
        """),
    GoldenMessage(
      "queue get config answer",
      """
      04170010 0000010f 00000001 00000000
      """,
      reads: """
        OFPT_QUEUE_GET_CONFIG_REPLY (OF1.3) (xid=0x10f):
        """),
    GoldenMessage(
      "stale resume",
      """
      04010078 00000124 ffff0023 00002320 04040068 00000124 00002320 0000001c 00000009 01020304 05000000 \
      00000000 00010008 0000003c 00030005 09000000 00040010 00000000 00000000 00000055 00050005 01000000 \
      00060014 80000004 00000003 00010204 00000009 00000000 00070006 cafe0000
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x124): NXR_STALE NXT_RESUME (OF1.3) (xid=0x124): table_id=9 cookie=0x55 \
        total_len=60 reg1=0x9,in_port=3 (via action) data_len=5 (unbuffered) (***total_len != data_len***) \
        userdata=ca.fe vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x0000
        """),
    GoldenMessage(
      "port mod error",
      """
      04010034 00000125 00070000 04100028 00000125 00000003 00000000 fa163e00 00010000 00000020 00000060 \
      00000000 00000000
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x125): OFPPMFC_BAD_PORT OFPT_PORT_MOD (OF1.3) (xid=0x125): port: 3: \
        addr:fa:16:3e:00:00:01 config: NO_FWD mask: NO_FWD NO_PACKET_IN advertise: UNCHANGED
        """),
    GoldenMessage(
      "unknown type",
      """
      04010018 00000127 00010001 0423000c 00000127 01020304
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x127): OFPBRC_BAD_TYPE ***decode error: OFPBRC_BAD_TYPE***
        """),
    GoldenMessage(
      "bundle add error",
      """
      04010038 00000128 ffff0905 4f4e4600 04040028 00000128 4f4e4600 000008fd 00000007 00000003 040f0010 \
      0000002a 00020000 fffffffc
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x128): OFPBFC_MSG_BAD_XID ONFT_BUNDLE_ADD_MESSAGE (OF1.3) (xid=0x128): \
        ***decode error: OFPBFC_MSG_BAD_XID***
        """),
    GoldenMessage(
      "unknown multipart answer",
      """
      04010020 00000129 00010002 04120014 00000129 004d0000 00000000 01020304
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x129): OFPBRC_BAD_STAT ***decode error: OFPBRC_BAD_STAT***
        """),
    GoldenMessage(
      "packet-in",
      """
      040a005c 00000000 ffffffff 00320100 00000000 00000098 0001000c 80000004 fffffffd 00000000 0000fa16 \
      3e000002 fa163e00 00010800 45000024 00000000 400166d7 0a000001 0a000009 0800f7ff 00000000 01020304 \
      05060708
      """,
      reads: """
        OFPT_PACKET_IN (OF1.3) (xid=0x0): cookie=0x98 total_len=50 in_port=CONTROLLER (via action) \
        data_len=50 (unbuffered) icmp,vlan_tci=0x0000,dl_src=fa:16:3e:00:00:01,dl_dst=fa:16:3e:00:00:02,\
        nw_src=10.0.0.1,nw_dst=10.0.0.9,nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,icmp_type=8,icmp_code=0 \
        icmp_csum:f7ff
        """),
    GoldenMessage(
      "packet-in2 paused",
      """
      040400b8 00000000 00002320 0000001e 00000036 fa163e00 0002fa16 3e000001 08004500 00240000 00004001 \
      66d70a00 00010a00 00020800 f7ff0000 00000102 03040506 07080000 00030005 00000000 00050005 01000000 \
      0006000c 80000004 fffffffd 00000000 00080048 00000000 80000014 bcdf248f ce4db6c6 34f6f98d 57641765 \
      00000000 80050010 00000000 00000000 00000099 80060010 00000000 00160008 00000011 80080008 ffffffff \
      00070006 cafe0000
      """,
      reads: """
        NXT_PACKET_IN2 (OF1.3) (xid=0x0): total_len=50 in_port=CONTROLLER (via action) data_len=50 \
        (unbuffered) userdata=ca.fe continuation.bridge=8f24dfbc-c6b6-4dce-8df9-f63465176457 \
        continuation.actions=unroll_xlate(table=0, cookie=153),group:17 continuation.odp_port=4294967295 icmp,\
        vlan_tci=0x0000,dl_src=fa:16:3e:00:00:01,dl_dst=fa:16:3e:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,\
        nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,icmp_type=8,icmp_code=0 icmp_csum:f7ff
        """),
    GoldenMessage(
      "packet-in2",
      """
      04040078 00000000 00002320 0000001e 00000036 fa163e00 0002fa16 3e000001 08004500 00240000 00004001 \
      66d70a00 00010a00 00090800 f7ff0000 00000102 03040506 07080000 00030005 00000000 00040010 00000000 \
      00000000 00000098 00050005 01000000 0006000c 80000004 fffffffd 00000000
      """,
      reads: """
        NXT_PACKET_IN2 (OF1.3) (xid=0x0): cookie=0x98 total_len=50 in_port=CONTROLLER (via action) \
        data_len=50 (unbuffered) icmp,vlan_tci=0x0000,dl_src=fa:16:3e:00:00:01,dl_dst=fa:16:3e:00:00:02,\
        nw_src=10.0.0.1,nw_dst=10.0.0.9,nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,icmp_type=8,icmp_code=0 \
        icmp_csum:f7ff
        """),
    GoldenMessage(
      "expired flow 2",
      """
      040b0038 00000000 00000000 00000000 00640108 00000001 000f4240 00000001 00000000 00000000 00000000 \
      00000000 00010004 00000000
      """,
      reads: """
        OFPT_FLOW_REMOVED (OF1.3) (xid=0x0): priority=100 reason=hard table_id=8 duration1.001s idle0 hard1 \
        pkts0 bytes0
        """),
    GoldenMessage(
      "stale role",
      """
      04010024 00000107 000b0000 04180018 00000107 00000002 00000000 00000000 00000001
      """,
      reads: """
        OFPT_ERROR (OF1.3) (xid=0x107): OFPRRFC_STALE OFPT_ROLE_REQUEST (OF1.3) (xid=0x107): role=primary \
        generation_id=1
        """),
    GoldenMessage(
      "port status",
      """
      040c0050 00000000 02000000 00000000 00000001 00000000 9a3658c4 71f50000 76653100 00000000 00000000 \
      00000000 00000000 00000000 00000840 00000000 00000000 00000000 00989680 00000000
      """,
      reads: """
        OFPT_PORT_STATUS (OF1.3) (xid=0x0): MOD: 1(ve1): addr:9a:36:58:c4:71:f5 config: 0 state: 0 current: \
        10GB-FD COPPER speed: 10000 Mbps now, 0 Mbps max
        """),
    GoldenMessage(
      "port status 2",
      """
      040c0050 00000000 02000000 00000000 00000001 00000000 9a3658c4 71f50000 76653100 00000000 00000000 \
      00000000 00000001 00000001 00000840 00000000 00000000 00000000 00989680 00000000
      """,
      reads: """
        OFPT_PORT_STATUS (OF1.3) (xid=0x0): MOD: 1(ve1): addr:9a:36:58:c4:71:f5 config: PORT_DOWN state: \
        LINK_DOWN current: 10GB-FD COPPER speed: 10000 Mbps now, 0 Mbps max
        """),
  ]
}
