// Frames of stock clients and servers, captured on a veth pair and annotated: ISC dhclient 4.4.3-P1 and systemd-networkd
// 252 as clients, dnsmasq 2.90 as the server. Checksums of UDP are partial, as a virtual interface leaves them.

enum V6ClientFrames {
  /// dhclient looks for servers.
  static let dhclientSolicit = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d00401101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    0222022300405533  # UDP
    01e0de97  # type, transaction
    0001000e 00010001329a5223fa163e112233  # option 1, client identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    0003000c 3e11223300000e1000001518  # option 3, IA_NA
    """)

  /// dhclient takes an advertised address.
  static let dhclientRequest = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d006b1101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    02220223006b555e  # UDP
    039f9fa7  # type, transaction
    0001000e 00010001329a5223fa163e112233  # option 1, client identifier
    0002000b 0002000000010011223344  # option 2, server identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    00030028 3e11223300000e1000001518  # option 3, IA_NA
      00050018 20010db80001000000000000000001ee00001c2000001d4c  # option 5, IAADDR
    """)

  /// dhclient prolongs its lease.
  static let dhclientRenew = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d006b1101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    02220223006b555e  # UDP
    05ae26e9  # type, transaction
    0001000e 00010001329a5223fa163e112233  # option 1, client identifier
    0002000b 0002000000010011223344  # option 2, server identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    00030028 3e11223300000e1000001518  # option 3, IA_NA
      00050018 20010db80001000000000000000001ee00001c2000001d4c  # option 5, IAADDR
    """)

  /// dhclient comes back with a lease of old.
  static let dhclientConfirm = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d005c1101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    02220223005c554f  # UDP
    04cff58e  # type, transaction
    0001000e 00010001329a5223fa163e112233  # option 1, client identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    00030028 3e1122330000000000000000  # option 3, IA_NA
      00050018 20010db80001000000000000000001ee0000000000000000  # option 5, IAADDR
    """)

  /// dhclient gives its lease up.
  static let dhclientRelease = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d006b1101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    02220223006b555e  # UDP
    08411f57  # type, transaction
    0001000e 00010001329a5223fa163e112233  # option 1, client identifier
    0002000b 0002000000010011223344  # option 2, server identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    00030028 3e1122330000000000000000  # option 3, IA_NA
      00050018 20010db80001000000000000000001ee0000000000000000  # option 5, IAADDR
    """)

  /// dhclient asks for parameters only.
  static let dhclientInformationRequest = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d002c1101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    02220223002c551f  # UDP
    0b7b23c6  # type, transaction
    0001000a 00030001fa163e112233  # option 1, client identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    """)

  /// dhclient asks for an address, a temporary one and a prefix.
  static let dhclientSolicitAll = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d00581101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    022202230058554b  # UDP
    01492b9c  # type, transaction
    0001000e 00010001329a5293fa163e112233  # option 1, client identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    0003000c 3e11223300000e1000001518  # option 3, IA_NA
    00040004 3e112233  # option 4, IA_TA
    0019000c 3e11223300000e1000001518  # option 25, IA_PD
    """)

  /// dhclient takes what was advertised of those.
  static let dhclientRequestAll = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d009f1101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    02220223009f5592  # UDP
    0383fb87  # type, transaction
    0001000e 00010001329a5293fa163e112233  # option 1, client identifier
    0002000b 0002000000010011223344  # option 2, server identifier
    00060008 001700180027001f  # option 6, option request
    00080002 0000  # option 8, elapsed time
    00030028 3e11223300000e1000001518  # option 3, IA_NA
      00050018 20010db800010000000000000000015e00001c2000001d4c  # option 5, IAADDR
    00040020 3e112233  # option 4, IA_TA
      00050018 20010db80001000000000000000001cb00001c2000001d4c  # option 5, IAADDR
    0019000c 3e11223300000e1000001518  # option 25, IA_PD
    """)

  /// dnsmasq's REPLY to a REQUEST of dhclient.
  static let dnsmasqReply = frame(
    """
    fa163e1122330637218d35b986dd  # Ethernet
    6c0f8504008c1140 fe80000000000000043721fffe8d35b9 fe80000000000000f8163efffe112233  # IPv6
    02230222008caf77  # UDP
    079f9fa7  # type, transaction
    0001000e 00010001329a5223fa163e112233  # option 1, client identifier
    0002000b 0002000000010011223344  # option 2, server identifier
    00030028 3e1122330000003c00000069  # option 3, IA_NA
      00050018 20010db80001000000000000000001ee0000007800000078  # option 5, IAADDR
    000d0009 000073756363657373  # option 13, status
    0018000e 076578616d706c65047465737400  # option 24, domain list
    00170010 20010db8000100000000000000000053  # option 23, DNS servers
    """)

  /// systemd-networkd looks for servers, and would take a lease at once.
  static let networkdSolicit = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d005c1101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    02220223005c554f  # UDP
    0106fccc  # type, transaction
    000e0000  # option 14, rapid commit
    0003000c 314769830000000000000000  # option 3, IA_NA
    0019000c 314769830000000000000000  # option 25, IA_PD
    00270004 0102766d  # option 39, client FQDN
    00060008 0017001f00380052  # option 6, option request
    0001000e 00020000ab110033bdebf95e192c  # option 1, client identifier
    00080002 0000  # option 8, elapsed time
    """)

  /// systemd-networkd prolongs its lease.
  static let networkdRenew = frame(
    """
    333300010002fa163e11223386dd  # Ethernet
    6007187d00711101 fe80000000000000f8163efffe112233 ff020000000000000000000000010002  # IPv6
    0222022300715564  # UDP
    05c96fca  # type, transaction
    0002000b 0002000000010011223344  # option 2, server identifier
    00030028 314769830000000000000000  # option 3, IA_NA
      00050018 20010db80001000000000000000001c40000000000000000  # option 5, IAADDR
    00270004 0102766d  # option 39, client FQDN
    00060006 0017001f0038  # option 6, option request
    0001000e 00020000ab110033bdebf95e192c  # option 1, client identifier
    00080002 0000  # option 8, elapsed time
    """)

  /// systemd-networkd asks for routers.
  static let networkdRouterSolicitation = frame(
    """
    333300000002fa163e11223386dd  # Ethernet
    600ceb3e00103aff fe80000000000000f8163efffe112233 ff020000000000000000000000000002  # IPv6
    8500ca7700000000  # type, code, checksum, reserved
    0101fa163e112233  # option 1, source link-layer address
    """)
}
