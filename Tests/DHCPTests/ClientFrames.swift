// Frames of stock clients and servers, captured with tcpdump on a veth pair and annotated: BusyBox udhcpc 1.35.0 and
// ISC dhclient 4.4.3-P1 as clients, dnsmasq 2.90 as the server. `00*N` stands for N zero bytes.

enum ClientFrames {
  /// udhcpc looks for servers; it limits replies to 576 bytes and asks for classless routes.
  static let udhcpcDiscover = frame(
    """
    fffffffffffffa163e1122330800  # Ethernet
    4500014800000000401179a600000000ffffffff  # IPv4
    004400430134dd80  # UDP
    01010600f815831f  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    00*16  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350101  # option 53, message type
    39020240  # option 57, maximum message size
    37090103060c0f1a1c2a79  # option 55, parameter request list
    3c0c756468637020312e33352e30  # option 60, vendor class
    3d0701fa163e112233  # option 61, client identifier
    ff  # end
    00*18  # padding
    """)

  /// udhcpc takes an offer.
  static let udhcpcRequest = frame(
    """
    fffffffffffffa163e1122330800  # Ethernet
    4500014800000000401179a600000000ffffffff  # IPv4
    004400430134220f  # UDP
    01010600e7d30c57  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    00*16  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350103  # option 53, message type
    32040a000037  # option 50, requested address
    36040a000001  # option 54, server identifier
    39020240  # option 57, maximum message size
    37090103060c0f1a1c2a79  # option 55, parameter request list
    3c0c756468637020312e33352e30  # option 60, vendor class
    3d0701fa163e112233  # option 61, client identifier
    ff  # end
    000000000000  # padding
    """)

  /// udhcpc renews by unicast from a kernel socket: the UDP checksum is only the pseudo header's sum.
  static let udhcpcRenew = frame(
    """
    0637218d35b9fa163e1122330800  # Ethernet
    45000148e32b4000401142420a0000370a000001  # IPv4
    004400430134157d  # UDP
    01010600e7d30c57  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    0a000037 00*12  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350103  # option 53, message type
    39020240  # option 57, maximum message size
    37090103060c0f1a1c2a79  # option 55, parameter request list
    3c0c756468637020312e33352e30  # option 60, vendor class
    3d0701fa163e112233  # option 61, client identifier
    ff  # end
    00*18  # padding
    """)

  /// udhcpc gives its lease up.
  static let udhcpcRelease = frame(
    """
    0637218d35b9fa163e1122330800  # Ethernet
    4500014834b340004011f0ba0a0000370a000001  # IPv4
    004400430134157d  # UDP
    010106000d94036b  # op, htype, hlen, hops, xid
    00020000  # secs, flags
    0a000037 00*12  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350107  # option 53, message type
    36040a000001  # option 54, server identifier
    3d0701fa163e112233  # option 61, client identifier
    ff  # end
    00*41  # padding
    """)

  /// dhclient looks for servers; it asks for neither classless routes nor the MTU.
  static let dhclientDiscover = frame(
    """
    fffffffffffffa163e1122330800  # Ethernet
    45100148000000008011399600000000ffffffff  # IPv4
    004400430134472b  # UDP
    01010600ebca5070  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    00*16  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350101  # option 53, message type
    3707011c02030f060c  # option 55, parameter request list
    ff  # end
    00*47  # padding
    """)

  /// dhclient takes an offer.
  static let dhclientRequest = frame(
    """
    fffffffffffffa163e1122330800  # Ethernet
    45100148000000008011399600000000ffffffff  # IPv4
    00440043013404af  # UDP
    01010600ebca5070  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    00*16  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350103  # option 53, message type
    36040a000001  # option 54, server identifier
    32040a000037  # option 50, requested address
    3707011c02030f060c  # option 55, parameter request list
    ff  # end
    00*35  # padding
    """)

  /// dhclient comes back with the lease of 10.0.0.55 that its file remembers.
  static let dhclientInitReboot = frame(
    """
    fffffffffffffa163e1122330800  # Ethernet
    45100148000000008011399600000000ffffffff  # IPv4
    00440043013487df  # UDP
    0101060013f7aa53  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    00*16  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350103  # option 53, message type
    32040a000037  # option 50, requested address
    3707011c02030f060c  # option 55, parameter request list
    ff  # end
    00*41  # padding
    """)

  /// dnsmasq offers 10.0.0.55 to udhcpc.
  static let dnsmasqOffer = frame(
    """
    fa163e1122330637218d35b90800  # Ethernet
    45c0015294f000004011cfb30a0000010a000037  # IPv4
    00430044013e1587  # UDP
    02010600f815831f  # op, htype, hlen, hops, xid
    00000000  # secs, flags
    000000000a0000370a00000100000000  # ciaddr, yiaddr, siaddr, giaddr
    fa163e112233 00*10  # chaddr
    00*192  # sname, file
    63825363  # magic cookie
    350102  # option 53, message type
    36040a000001  # option 54, server identifier
    330400000e10  # option 51, lease time
    3a0400000708  # option 58, renewal time
    3b0400000c4e  # option 59, rebinding time
    0104ffffff00  # option 1, subnet mask
    1c040a0000ff  # option 28, broadcast address
    03040a000001  # option 3, router
    0f0c6578616d706c652e74657374  # option 15, domain name
    1a0205aa  # option 26, MTU
    0604c0000235  # option 6, name server
    ff  # end
    """)
}
