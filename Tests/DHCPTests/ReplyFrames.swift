// Replies of this responder, kept so that a change of a single byte shows. They were accepted by udhcpc and dhclient,
// and tshark 4.0 decodes them without complaint and finds both checksums right.

enum ReplyFrames {
  /// The ACK that udhcpc bound 10.0.0.55 with.
  static let ackForUDHCPC = frame(
    """
    fa163e1122330637218d35b90800  # Ethernet
    4500016c000040004011254a0a0000010a000037  # IPv4
    004300440158b082  # UDP
    02010600e7d30c57  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    000000000a000037 00*8  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350105  # option 53, message type
    36040a000001  # option 54, server identifier
    330400000e10  # option 51, lease time
    0104ffffff00  # option 1, subnet mask
    03040a000001  # option 3, router
    790d18c000020a0000fe000a000001  # option 121, classless routes
    3a0400000708  # option 58, renewal time
    3b0400000c4e  # option 59, rebinding time
    0604c0000235  # option 6, name server
    0f0c6578616d706c652e74657374  # option 15, domain name
    1a0205aa  # option 26, MTU
    0c06677565737431  # option 12, host name
    3d0701fa163e112233  # option 61, client identifier
    ff  # end
    """)

  /// The NAK that made dhclient give up 10.0.0.55 when its reservation moved to 10.0.0.77.
  static let nakForDHClient = frame(
    """
    ffffffffffff0637218d35b90800  # Ethernet
    450001530000400040112f9a0a000001ffffffff  # IPv4
    00430044013fa8b6  # UDP
    0201060013f7aa53  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    00*16  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350106  # option 53, message type
    36040a000001  # option 54, server identifier
    383b746865207265717565737465642061646472657373206973206e6f742074  # option 56, message
    6865206f6e6520726573657276656420666f72207468697320706f7274  # continued
    ff  # end
    """)
}
