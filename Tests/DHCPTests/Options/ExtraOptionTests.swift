import DHCP
import NetworkTypes
import Testing

@Suite("Extra options")
struct ExtraOptionTests {
  @Test(
    "an operator's words are the bytes of an option",
    arguments: [
      ("ntp-server", "10.0.0.2,10.0.0.3", 42, "0a000002 0a000003"),
      ("option:ntp-server", "10.0.0.2 , 10.0.0.3", 42, "0a000002 0a000003"),
      ("42", "{10.0.0.2, 10.0.0.3}", 42, "0a000002 0a000003"),
      ("option:252", "http://192.0.2.1/wpad.dat", 252, "687474703a2f2f3139322e302e322e312f777061642e646174"),
      ("252", "0x0a", 252, ""),
      ("classless_static_route", "{30.0.0.0/24,10.0.0.3, 0.0.0.0/0,10.0.0.1}", 121, "18 1e0000 0a000003 00 0a000001"),
      ("domain-search", "a.test,b.test.", 119, "01 61 04 74657374 00 01 62 04 74657374 00"),
      ("ip-forward-enable", "TRUE", 19, "01"),
      ("path-mtu-plateau-table", "68,1500", 25, "0044 05dc"),
      ("ipv6-only", "300", 108, "0000012c"),
      ("hostname", "\"say \\\"hi\\\"\"", 12, "7361792022686922"),
      ("43", "6=0x08,10=0x00", 43, "060108 0a0100 ff"),
      ("43", "\"10.0.0.1\"", 43, "31302e302e302e31"),
      ("vendor-id-encap", "0x0000013703010178", 125, "0000013703010178"),
      ("client-arch", "7, 9", 93, "0007 0009"),
      ("sip-server", "192.0.2.5,192.0.2.6", 120, "01 c0000205 c0000206"),
      ("sip-server", "sip.test", 120, "00 03 736970 04 74657374 00"),
      ("6rd", "0,2001:db8::/32,192.0.2.1", 212, "00 20 20010db8 00*12 c0000201"),
      ("mobile-ip-home", "", 68, ""),
      ("224", "01:02:ff", 224, "0102ff"),
      ("224", "\"text\"", 224, "74657874"),
      ("netbios-node-type", "0x08", 46, "08"),
      ("broadcast-address", "10.0.0.255", 28, "0a0000ff"),
      ("tftp-server", "192.0.2.9", 66, "3139322e302e322e39"),
    ])
  func words(name: String, text: String, code: UInt8, bytes: String) throws {
    if text == "0x0a" {
      // A line feed is no text, in whatever form it is given.
      #expect(throws: DHCPOptionTextError.self) { try DHCPOption(named: name, text: text) }
    } else {
      let option = try DHCPOption(named: name, text: text)
      #expect(option == DHCPOption(DHCPOptionCode(rawValue: code), frame(bytes)))
      #expect(try DHCPExtraOption(named: name, text: text) == .option(option))
    }
  }

  @Test("a lease's times are an operator's to choose, and stay in their order")
  func times() throws {
    var binding = try guestBinding()
    for (name, seconds) in [("lease-time", "600"), ("option:T1", "100"), ("59", "9999")] {
      binding.add(try DHCPExtraOption(named: name, text: seconds))
    }
    let reply = try Reply(ClientMessage(.discover), binding)
    #expect(reply[.leaseTime] == [0, 0, 2, 0x58] && reply[.renewalTime] == [0, 0, 0, 100])
    #expect(reply[.rebindingTime] == [0, 0, 2, 0x58], "not after the lease")
    #expect(throws: DHCPOptionTextError.self) { try DHCPExtraOption(named: "lease-time", text: "5") }
    #expect(throws: DHCPOptionTextError.self) { try DHCPExtraOption(named: "51", text: "-1") }
  }

  @Test("the boot file may depend on what the client is, and nothing else may")
  func tags() throws {
    var binding = try guestBinding()
    let options = [
      ("tag:!ipxe,67", "undionly.kpxe"), ("tag:ipxe,bootfile-name", "http://192.0.2.9/s"),
      ("tag:arch-7,67", "ipxe.efi"),
    ]
    for (name, text) in options { binding.add(try DHCPExtraOption(named: name, text: text)) }
    #expect(
      binding.boot
        == DHCPBoot(files: [7: "ipxe.efi"], ipxeFile: "http://192.0.2.9/s", firmwareFile: "undionly.kpxe"))
    binding.boot?.ipxeFile = nil
    let ipxe = ClientMessage(.discover, [DHCPOption(.userClass, Array("iPXE".utf8))])
    #expect(try Reply(ipxe, binding)[.bootFileName] == nil, "it does not load itself")
    #expect(try Reply(ClientMessage(.discover), binding)[.bootFileName] == Array("undionly.kpxe".utf8))
    for name in ["tag:ipxe", "tag:efi,67", "tag:arch-x,67", "tag:ipxe,66", "tag:ipxe,150"] {
      #expect(throws: DHCPOptionTextError.unknownTag(name)) { try DHCPExtraOption(named: name, text: "192.0.2.1") }
    }
  }

  @Test(
    "what cannot be had is refused with a sentence that says why",
    arguments: [
      ("ntp-sever", "10.0.0.2", "there is no DHCP option 'ntp-sever'; is ntp-server or nntp-server meant?"),
      ("", "1", "there is no DHCP option ''; expected a name such as ntp-server or a number of 1 to 254"),
      ("256", "1", "there is no DHCP option '256'; expected a name such as ntp-server or a number of 1 to 254"),
      ("+42", "1", "there is no DHCP option '+42'; expected a name such as ntp-server or a number of 1 to 254"),
      (
        "option6:23", "1",
        "there is no DHCP option 'option6:23'; expected a name such as ntp-server or a number of 1 to 254"
      ),
      ("255", "1", "255 is the end of the options; the next server's address is server-ip-address"),
      ("0", "1", "DHCP option 0 (padding) is decided by the server"),
      ("lease-time", "60", "DHCP option 51 (lease-time) is decided by the server"),
      ("T1", "60", "DHCP option 58 (t1) is decided by the server"),
      ("netmask", "255.0.0.0", "DHCP option 1 (netmask) is decided by the server"),
      ("mtu", "67", "DHCP option mtu: 67 is not in 68 to 65535"),
      ("mtu", "0x0001", "DHCP option mtu: 1 is not in 68 to 65535"),
      ("mtu", "65536", "DHCP option mtu: '65536' is not a number of 0 to 65535"),
      ("mtu", "-1", "DHCP option mtu: '-1' is not a number of 0 to 65535"),
      ("mtu", "0x05", "DHCP option mtu: DHCP option 26, byte 0: 2 bytes are needed, 1 are there"),
      ("108", "299", "DHCP option ipv6-only: 299 is not in 300 to 4294967295"),
      ("ntp-server", "10.0.0.2,,10.0.0.3", "DHCP option ntp-server: '' is not an IPv4 address such as 192.0.2.1"),
      ("ntp-server", "10.0.0.256", "DHCP option ntp-server: '10.0.0.256' is not an IPv4 address such as 192.0.2.1"),
      (
        "121", "10.0.0.1/24,10.0.0.1",
        "DHCP option classless-static-route: '10.0.0.1/24' is not an IPv4 prefix such as 192.0.2.0/24, "
          + "without host bits"
      ),
      (
        "121", "10.0.0.0/24",
        "DHCP option classless-static-route: '10.0.0.0/24' is not prefixes and routers in turns"
      ),
      ("domain-search", "a b", "DHCP option domain-search: 'a b' is not a domain name such as example.test"),
      ("router-discovery", "yes", "DHCP option router-discovery: 'yes' is not 1 or 0, true or false"),
      ("wpad", "0xf", "DHCP option wpad: '0xf' is not 0x and pairs of hexadecimal digits, nor text in double quotes"),
      ("wpad", "\"a", "DHCP option wpad: '\"a' is not text with a double quote at its end too"),
      ("wpad", "a\nb", "DHCP option wpad: DHCP option 252, byte 1 is 10, expected text"),
      ("wpad", "", "DHCP option wpad: DHCP option 252 has 0 bytes, expected 1 or more of text"),
      ("224", "text", "DHCP option 224: 'text' is not bytes such as 0x0102 or 01:02, or text in double quotes"),
      ("43", "0=0x01", "DHCP option vendor-encapsulated-options: '0=0x01' is not sub-options with numbers of 1 to 254"),
      ("next-server", "10.0.0.2", "next-server is a field of the message and no DHCP option"),
    ])
  func refused(name: String, text: String, message: String) {
    let error = #expect(throws: DHCPOptionTextError.self) { try DHCPOption(named: name, text: text) }
    #expect(error?.description == message)
  }

  @Test("nobody may ask for what the server decides, by any name")
  func decided() {
    let decided = DHCPOptionDefinition.all.filter(\.isServerDecided).map(\.code.rawValue)
    #expect(Set(decided).isSuperset(of: [1, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 80, 81, 82]))
    for code in decided {
      #expect(throws: DHCPOptionTextError.self) { try DHCPOption(named: String(code), text: "1") }
    }
  }

  @Test("a value that no reply has room for is refused, one that just fits is not")
  func length() throws {
    let longest = String(repeating: "a", count: DHCPOption.longestExtraValue)
    #expect(try DHCPOption(named: "wpad", text: longest).value.count == 1024)
    let error = #expect(throws: DHCPOptionTextError.self) { try DHCPOption(named: "wpad", text: longest + "a") }
    #expect(error == .tooLong(name: "wpad", count: 1025, limit: 1024))
  }

  @Test("an error's text shows what an operator wrote without what disturbs a log, and not all of it")
  func quoting() {
    let name = "\u{1b}[31m" + String(repeating: "x", count: 500)
    let error = #expect(throws: DHCPOptionTextError.self) { try DHCPOption(named: name, text: "1") }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("there is no DHCP option '.[31mxxx") && text.utf8.count < 200)
  }

  @Test("the next server, and the options that fill fields of the header, say so")
  func fields() throws {
    for name in ["server-ip-address", "option:server-ip-address", "next-server", "next_server"] {
      let option = try DHCPExtraOption(named: name, text: "192.0.2.9")
      #expect(option == .nextServer(IPv4Address(192, 0, 2, 9)))
      #expect(option.headerField == .nextServerAddress)
    }
    #expect(throws: DHCPOptionTextError.self) { try DHCPExtraOption(named: "next-server", text: "224.0.0.1") }
    #expect(try DHCPExtraOption(named: "tftp-server", text: "tftp.test").headerField == .serverName)
    for name in ["bootfile-name", "filename", "67"] {
      #expect(try DHCPExtraOption(named: name, text: "pxelinux.0").headerField == .bootFile)
    }
    #expect(try DHCPExtraOption(named: "ntp-server", text: "192.0.2.1").headerField == nil)
  }
}
