import NetworkTypes
import PacketFormats
import Testing

@Suite("Frame summary")
struct FrameSummaryTests {
  private func line(_ bytes: [UInt8]) -> String {
    FrameSummary().line(for: bytes.span.bytes)
  }

  @Test(
    "frames of the kernel read as tcpdump reads them",
    arguments: [
      (
        KernelFrames.arpRequest,
        "fa:16:3e:11:22:33 > ff:ff:ff:ff:ff:ff, ARP who-has 10.0.0.1 tell 10.0.0.77, length 42"
      ),
      (
        KernelFrames.ping,
        "fa:16:3e:11:22:33 > 06:37:21:8d:35:b9, 10.0.0.77 > 10.0.0.1: ICMP echo request id 16578 seq 1, length 58"
      ),
      (
        KernelFrames.syn,
        "fa:16:3e:11:22:33 > 06:37:21:8d:35:b9, 10.0.0.77.50092 > 10.0.0.1.81: TCP [S] seq 3883480164 win 64240 data 0,"
          + " length 74"
      ),
      (
        KernelFrames.reset,
        "06:37:21:8d:35:b9 > fa:16:3e:11:22:33, 10.0.0.1.81 > 10.0.0.77.50092: TCP [R.] seq 0 ack 3883480165 win 0"
          + " data 0, length 54"
      ),
      (
        KernelFrames.neighborSolicitation,
        "fa:16:3e:11:22:33 > 33:33:ff:00:00:01, 2001:db8::55 > ff02::1:ff00:1: ICMP6 neighbor solicitation"
          + " who-has 2001:db8::1, length 86"
      ),
      (
        KernelFrames.neighborAdvertisement,
        "06:37:21:8d:35:b9 > fa:16:3e:11:22:33, 2001:db8::1 > 2001:db8::55: ICMP6 neighbor advertisement 2001:db8::1"
          + " is-at 06:37:21:8d:35:b9, length 86"
      ),
      (
        KernelFrames.listenerReport,
        "fa:16:3e:11:22:33 > 33:33:00:00:00:16, :: > ff02::16: ICMP6 multicast listener report v2, length 90"
      ),
      (
        KernelFrames.fragment,
        "fa:16:3e:11:22:33 > 06:37:21:8d:35:b9, 10.0.0.77 > 10.0.0.1: ICMP fragment at 1480, length 64"
      ),
    ])
  func kernel(_ bytes: [UInt8], _ expected: String) {
    #expect(line(bytes) == expected)
  }

  @Test("a tunnelled frame is looked into")
  func vxlan() {
    let inner = KernelFrames.arpRequest
    var outer: [UInt8] = []
    let envelope = UDPv4Envelope(
      destinationMAC: .zero, sourceMAC: .zero, source: .init(192, 0, 2, 11), destination: .init(192, 0, 2, 12),
      sourcePort: 50000, destinationPort: 4789)
    envelope.write(to: &outer) { $0 += frame("08000000 00001400") + inner }
    #expect(
      line(outer) == "00:00:00:00:00:00 > 00:00:00:00:00:00, 192.0.2.11.50000 > 192.0.2.12.4789: VXLAN vni 20: "
        + "fa:16:3e:11:22:33 > ff:ff:ff:ff:ff:ff, ARP who-has 10.0.0.1 tell 10.0.0.77, length 92")
  }

  @Test("Geneve's options are stepped over, and a frame of another version is not looked into")
  func geneve() {
    let envelope = UDPv4Envelope(
      destinationMAC: .zero, sourceMAC: .zero, source: .init(192, 0, 2, 11), destination: .init(192, 0, 2, 12),
      sourcePort: 50000, destinationPort: 6081)
    var good: [UInt8] = []
    envelope.write(to: &good) { $0 += frame("01006558 00001400 01028001 cafecafe") + KernelFrames.arpRequest }
    // The length is in units of four bytes and says one; the option has two.
    #expect(line(good).contains("Geneve vni 20: "))
    #expect(!line(good).contains("ARP"))
    good[42] = 0x02
    #expect(line(good).contains("Geneve vni 20: fa:16:3e:11:22:33 > ff:ff:ff:ff:ff:ff, ARP who-has 10.0.0.1"))
    good[42] = 0x42
    #expect(line(good).contains("192.0.2.11.50000 > 192.0.2.12.6081: UDP 58"))
  }

  @Test("a frame that was cut by the capture is described as far as it goes, with its length on the wire")
  func cut() {
    let bytes = Array(KernelFrames.ping.prefix(50))
    let text = FrameSummary().line(for: bytes.span.bytes, originalLength: 58)
    #expect(text.hasSuffix("ICMP echo request id 16578 seq 1, length 58 (50 captured)"))
    let header = Array(KernelFrames.ping.prefix(20))
    let short = FrameSummary().line(for: header.span.bytes, originalLength: 58)
    #expect(short.contains("IPv4 [IPv4 header at offset 0: 20 bytes are needed, 6 are there]"))
  }

  @Test("UDP payloads are put to the describer first")
  func describer() {
    var bytes: [UInt8] = []
    let envelope = UDPv4Envelope(
      destinationMAC: .zero, sourceMAC: .zero, source: .init(10, 0, 0, 1), destination: .init(10, 0, 0, 2),
      sourcePort: 53, destinationPort: 5353)
    envelope.write(to: &bytes) { $0 += [1, 2, 3] }
    #expect(line(bytes).contains("10.0.0.1.53 > 10.0.0.2.5353: UDP 3"))
    let summary = FrameSummary { source, destination, payload in "\(source)/\(destination)/\(payload.byteCount)" }
    #expect(summary.line(for: bytes.span.bytes).contains("10.0.0.1.53 > 10.0.0.2.5353: 53/5353/3"))
  }

  @Test("every truncation of every frame, and any bytes, give a line", arguments: [UInt64(1), 2, 3])
  func hostile(seed: UInt64) {
    for whole in KernelFrames.all {
      for count in 0...whole.count {
        #expect(!line(Array(whole.prefix(count))).isEmpty)
      }
    }
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1500 {
      var bytes = KernelFrames.all.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      #expect(!line(bytes).isEmpty)
      #expect(!line(generator.bytes(Int.random(in: 0...120, using: &generator))).isEmpty)
    }
  }
}
