import NetworkTypes
import Testing

@Suite("MAC addresses")
struct MACAddressTests {
  @Test("text goes in and comes out in lower case")
  func roundTrip() {
    #expect(MACAddress("FA:16:3e:00:0a:ff")?.description == "fa:16:3e:00:0a:ff")
    #expect(MACAddress("fa:16:3e:00:0a:ff")?.octets == [0xfa, 0x16, 0x3e, 0x00, 0x0a, 0xff])
  }

  @Test(
    "anything but six pairs is refused",
    arguments: [
      "", "fa:16:3e:00:0a", "fa:16:3e:00:0a:ff:", "fa:16:3e:00:0a:f", "fa-16-3e-00-0a-ff", "fa:16:3e:00:0a:fg",
      "fa:16:3e:00:0a:ff,actions=normal", " fa:16:3e:00:0a:ff", "fa163e000aff", "ﬀ:16:3e:00:0a:ff",
    ])
  func refused(text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test("broadcast is a group address and zero is no station")
  func kinds() {
    #expect(MACAddress.broadcast.isMulticast)
    #expect(!MACAddress.zero.isUnicast)
    #expect(MACAddress("01:00:5e:00:00:01")?.isMulticast == true)
    #expect(MACAddress("fa:16:3e:00:00:01")?.isUnicast == true)
  }
}

@Suite("IPv4 addresses and prefixes")
struct IPv4Tests {
  @Test("text goes in and comes out", arguments: ["0.0.0.0", "10.0.0.1", "192.168.255.254", "255.255.255.255"])
  func roundTrip(text: String) {
    #expect(IPv4Address(text)?.description == text)
  }

  @Test(
    "shortened, octal, overflowing and decorated forms are refused",
    arguments: [
      "", "10.1", "10.0.0.01", "010.0.0.1", "10.0.0.256", "10.0.0.1 ", "10.0.0.1.", "10..0.1", "1.2.3.4.5", "a.b.c.d",
    ])
  func refused(text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test("a prefix has no host bits")
  func prefixes() {
    #expect(IPv4Prefix("10.0.0.0/24")?.description == "10.0.0.0/24")
    #expect(IPv4Prefix("10.0.0.1/24") == nil)
    #expect(IPv4Prefix("10.0.0.0/33") == nil)
    #expect(IPv4Prefix("10.0.0.0/024") == nil)
    #expect(IPv4Prefix("10.0.0.0") == nil)
    #expect(IPv4Prefix("0.0.0.0/0")?.mask == .any)
  }

  @Test("the hosts of a prefix leave out the network and broadcast addresses, but for /31 and /32")
  func hosts() throws {
    let wide = try #require(IPv4Prefix("10.0.0.0/24"))
    #expect(wide.hosts == IPv4Address(10, 0, 0, 1)...IPv4Address(10, 0, 0, 254))
    #expect(wide.last == IPv4Address(10, 0, 0, 255))
    let pair = try #require(IPv4Prefix("10.0.0.2/31"))
    #expect(pair.hosts == IPv4Address(10, 0, 0, 2)...IPv4Address(10, 0, 0, 3))
    let all = try #require(IPv4Prefix("0.0.0.0/0"))
    #expect(all.hosts.upperBound == IPv4Address(255, 255, 255, 254))
  }

  @Test("overlap is containment, either way")
  func overlap() throws {
    let wide = try #require(IPv4Prefix("10.0.0.0/16"))
    let narrow = try #require(IPv4Prefix("10.0.7.0/24"))
    let other = try #require(IPv4Prefix("10.1.0.0/24"))
    #expect(wide.overlaps(narrow) && narrow.overlaps(wide))
    #expect(!wide.overlaps(other) && !other.overlaps(narrow))
  }
}

@Suite("IPv6 addresses and prefixes")
struct IPv6Tests {
  @Test(
    "text comes out as RFC 5952 recommends",
    arguments: [
      ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::", "::"), ("::1", "::1"), ("fe80::", "fe80::"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
    ])
  func canonical(text: String, canonical: String) {
    #expect(IPv6Address(text)?.description == canonical)
  }

  @Test(
    "malformed text is refused",
    arguments: [
      "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "fe80::1%eth0", "::1/64",
      "1:2:3:4:5:6:7::8:9",
      "::ffff:192.0.2", "g::", ":1:2:3:4:5:6:7",
    ])
  func refused(text: String) {
    #expect(IPv6Address(text) == nil)
  }

  @Test("a prefix contains what begins with it")
  func prefixes() throws {
    let prefix = try #require(IPv6Prefix("2001:db8:0:8000::/49"))
    #expect(prefix.contains(try #require(IPv6Address("2001:db8:0:ffff::1"))))
    #expect(!prefix.contains(try #require(IPv6Address("2001:db8:0:7fff::1"))))
    #expect(IPv6Prefix("2001:db8::1/64") == nil)
    #expect(IPv6Prefix("::/129") == nil)
    #expect(try #require(IPv6Prefix("::/0")).overlaps(prefix))
  }
}

@Suite("Identifiers of segments")
struct VNITests {
  @Test("a VNI has 24 bits and is not zero")
  func range() {
    #expect(VNI(0) == nil)
    #expect(VNI(0xff_ffff)?.rawValue == 0xff_ffff)
    #expect(VNI(0x100_0000) == nil)
    #expect(VNI(-1) == nil)
  }
}
