/// The extension samples of MessageSamples with transaction id 9, as they are encoded here, and as
/// `ovs-ofctl ofp-print` of Open vSwitch 3.1 reads them.
enum GoldenEncodedExtensionMessages {
  /// Extension messages.
  static let extensions: [GoldenMessage] = [
    GoldenMessage(
      "bundle open",
      """
      04040018 00000009 4f4e4600 000008fc 00000007 00000003
      """,
      reads: """
        ONFT_BUNDLE_CONTROL (OF1.3) (xid=0x9): bundle_id=0x7 type=OPEN_REQUEST flags=atomic ordered
        """),
    GoldenMessage(
      "bundle committed",
      """
      04040018 00000009 4f4e4600 000008fc 00000007 00050003
      """,
      reads: """
        ONFT_BUNDLE_CONTROL (OF1.3) (xid=0x9): bundle_id=0x7 type=COMMIT_REPLY flags=atomic ordered
        """),
    GoldenMessage(
      "bundle add",
      """
      04040028 00000009 4f4e4600 000008fd 00000007 00000003 040f0010 00000009 00020000 fffffffc
      """,
      reads: """
        ONFT_BUNDLE_ADD_MESSAGE (OF1.3) (xid=0x9): bundle_id=0x7 flags=atomic ordered OFPT_GROUP_MOD (OF1.3) \
        (xid=0x9): DEL group_id=4294967292,type=all
        """),
    GoldenMessage(
      "flow monitor cancel",
      """
      04040014 00000009 4f4e4600 0000074e 00000005
      """,
      reads: """
        ONFT_FLOW_MONITOR_CANCEL (OF1.3) (xid=0x9): id=5
        """),
    GoldenMessage(
      "flow monitor paused",
      """
      04040010 00000009 4f4e4600 0000074f
      """,
      reads: """
        ONFT_FLOW_MONITOR_PAUSED (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "flow monitor resumed",
      """
      04040010 00000009 4f4e4600 00000750
      """,
      reads: """
        ONFT_FLOW_MONITOR_RESUMED (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "role status",
      """
      04040020 00000009 4f4e4600 00000777 00000003 00000000 00000000 0000004e
      """,
      reads: """
        ONFT_ROLE_STATUS (OF1.3) (xid=0x9): role=secondary generation_id=78 reason=primary_request
        """),
    GoldenMessage(
      "request forward",
      """
      04040020 00000009 4f4e4600 0000092e 040f0010 0000002a 00020000 fffffffc
      """,
      reads: """
        ONFT_REQUESTFORWARD (OF1.3) (xid=0x9): reason=group_mod DEL group_id=4294967292,type=all
        """),
    GoldenMessage(
      "set packet-in format",
      """
      04040014 00000009 00002320 00000010 00000002
      """,
      reads: """
        NXT_SET_PACKET_IN_FORMAT (OF1.3) (xid=0x9): format=nxt_packet_in2
        """),
    GoldenMessage(
      "set controller id",
      """
      04040018 00000009 00002320 00000014 00000000 0000000c
      """,
      reads: """
        NXT_SET_CONTROLLER_ID (OF1.3) (xid=0x9): id=12
        """),
    GoldenMessage(
      "tunnel option mod",
      """
      04040020 00000009 00002320 00000018 00000000 00000000 01028004 00010000
      """,
      reads: """
        NXT_TLV_TABLE_MOD (OF1.3) (xid=0x9): ADD mapping table: class type length match field ------ ---- \
        ------ -------------- 0x102 0x80 4 tun_metadata1
        """),
    GoldenMessage(
      "tunnel option request",
      """
      04040010 00000009 00002320 00000019
      """,
      reads: """
        NXT_TLV_TABLE_REQUEST (OF1.3) (xid=0x9):
        """),
    GoldenMessage(
      "tunnel option reply",
      """
      04040028 00000009 00002320 0000001a 00000100 00400000 00000000 00000000 01028004 00010000
      """,
      reads: """
        NXT_TLV_TABLE_REPLY (OF1.3) (xid=0x9): max option space=256 max fields=64 allocated option space=4 \
        mapping table: class type length match field ------ ---- ------ -------------- 0x102 0x80 4 \
        tun_metadata1
        """),
    GoldenMessage(
      "set async 2",
      """
      04040020 00000009 00002320 0000001b 00010008 00000007 00030008 00000007
      """,
      reads: """
        NXT_SET_ASYNC_CONFIG2 (OF1.3) (xid=0x9): primary: PACKET_IN: no_match action invalid_ttl PORT_STATUS: \
        add delete modify FLOW_REMOVED: (off) ROLE_STATUS: (off) TABLE_STATUS: (off) REQUESTFORWARD: (off) \
        secondary: PACKET_IN: (off) PORT_STATUS: (off) FLOW_REMOVED: (off) ROLE_STATUS: (off) TABLE_STATUS: \
        (off) REQUESTFORWARD: (off)
        """),
    GoldenMessage(
      "resume",
      """
      04040068 00000009 00002320 0000001c 00000009 01020304 05000000 00000000 00010008 0000003c 00030005 \
      09000000 00040010 00000000 00000000 00000055 00050005 01000000 00060014 80000004 00000003 00010204 \
      00000009 00000000 00070006 cafe0000
      """,
      reads: """
        NXT_RESUME (OF1.3) (xid=0x9): table_id=9 cookie=0x55 total_len=60 reg1=0x9,in_port=3 (via action) \
        data_len=5 (unbuffered) (***total_len != data_len***) userdata=ca.fe vlan_tci=0x0000,\
        dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x0000
        """),
    GoldenMessage(
      "ct flush zone",
      """
      04040018 00000009 00002320 0000001d 00000000 00000005
      """,
      reads: """
        NXT_CT_FLUSH_ZONE (OF1.3) (xid=0x9): zone_id=5
        """),
    GoldenMessage(
      "packet-in 2",
      """
      04040068 00000009 00002320 0000001e 00000009 01020304 05000000 00000000 00010008 0000003c 00030005 \
      09000000 00040010 00000000 00000000 00000055 00050005 01000000 00060014 80000004 00000003 00010204 \
      00000009 00000000 00070006 cafe0000
      """,
      reads: """
        NXT_PACKET_IN2 (OF1.3) (xid=0x9): table_id=9 cookie=0x55 total_len=60 reg1=0x9,in_port=3 (via action) \
        data_len=5 (unbuffered) (***total_len != data_len***) userdata=ca.fe vlan_tci=0x0000,\
        dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,dl_type=0x0000
        """),
    GoldenMessage(
      "ct flush",
      """
      04040068 00000009 00002320 00000020 06000000 00000000 00000048 00000000 00000014 00000000 00000000 \
      0000ffff 0a000001 00000000 00010014 00000000 00000000 0000ffff 0a000002 00000000 00020008 04d20000 \
      00030008 00500000 00020008 00050000
      """,
      reads: """
        NXT_CT_FLUSH (OF1.3) (xid=0x9): zone=5 'ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_tp_src=1234,\
        ct_tp_dst=80,ct_nw_proto=6' 'ct_nw_src=::,ct_nw_dst=::,ct_tp_src=0,ct_tp_dst=0'
        """),
    GoldenMessage(
      "unknown extension",
      """
      04040014 00000009 00002320 000003e7 01020304
      """,
      reads: nil),
    GoldenMessage(
      "unknown type",
      """
      0423000c 00000009 01020304
      """,
      reads: nil),
  ]
}
