// What Linux 6's routers answer, captured between two network namespaces: the ping that cannot be forwarded, and the answer.
// Pings of 1,400 bytes are shown up to their data, which is 16 bytes of time and then each byte's own position.
// A ping that no host answered for had been routed already: it is shown as the router gave it up.

/// A ping that a router of Linux gave up, and what it said.
struct RouterAnswer {
  let ping: [UInt8]
  let answer: [UInt8]
}

extension KernelFrames {
  static let timeExceededIPv4 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 08 00 45 00 00 2c 3d d5 40 00 01 01 27 e9 0a 00 00 0a 0a 01
      00 09 08 00 f1 d9 61 96 00 01 d8 e6 07 6b 00 00 00 00 b9 3c 0b 00 00 00 00 00
      """),
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 08 00 45 c0 00 48 e3 84 00 00 40 01 82 66 0a 00 00 01 0a 00
      00 0a 0b 00 f4 ff 00 00 00 00 45 00 00 2c 3d d5 40 00 01 01 27 e9 0a 00 00 0a 0a 01 00 09 08 00
      f1 d9 61 96 00 01 d8 e6 07 6b 00 00 00 00 b9 3c 0b 00 00 00 00 00
      """))
  static let networkUnreachableIPv4 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 08 00 45 00 00 2c be ec 40 00 40 01 67 cb 0a 00 00 0a 0a 07
      00 09 08 00 ba c0 61 97 00 01 d8 e6 07 6b 00 00 00 00 f0 54 0b 00 00 00 00 00
      """),
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 08 00 45 c0 00 48 e3 85 00 00 40 01 82 65 0a 00 00 01 0a 00
      00 0a 03 00 fc ff 00 00 00 00 45 00 00 2c be ec 40 00 40 01 67 cb 0a 00 00 0a 0a 07 00 09 08 00
      ba c0 61 97 00 01 d8 e6 07 6b 00 00 00 00 f0 54 0b 00 00 00 00 00
      """))
  static let tooBigIPv4 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 08 00 45 00 05 94 00 00 40 00 40 01 21 56 0a 00 00 0a 0a 01
      00 09 08 00 bd 6c 61 9f 00 01 d8 e6 07 6b 00 00 00 00 82 84 0b 00 00 00 00 00
      """) + (16..<1400).map { UInt8(truncatingIfNeeded: $0) },
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 08 00 45 c0 02 40 e3 86 00 00 40 01 80 6c 0a 00 00 01 0a 00
      00 0a 03 04 0e c9 00 00 05 00
      """))
  static let timeExceededIPv6 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 86 dd 60 01 14 2c 00 18 3a 01 fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 10 fd 01 00 00 00 00 00 00 00 00 00 00 00 00 00 09 80 00 b9 f7 61 a2 00 01 d8 e6
      07 6b 00 00 00 00 7e a4 0b 00 00 00 00 00
      """),
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 86 dd 60 00 14 74 00 48 3a 40 fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 01 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 03 00 54 76 00 00 00 00 60 01
      14 2c 00 18 3a 01 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 fd 01 00 00 00 00 00 00 00 00
      00 00 00 00 00 09 80 00 b9 f7 61 a2 00 01 d8 e6 07 6b 00 00 00 00 7e a4 0b 00 00 00 00 00
      """))
  static let networkUnreachableIPv6 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 86 dd 60 0d de c8 00 18 3a 40 fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 10 fd 07 00 00 00 00 00 00 00 00 00 00 00 00 00 09 80 00 f3 d2 61 a3 00 01 d8 e6
      07 6b 00 00 00 00 44 c2 0b 00 00 00 00 00
      """),
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 86 dd 60 0d 17 13 00 48 3a 40 fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 01 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 01 00 8b 8e 00 00 00 00 60 0d
      de c8 00 18 3a 40 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 fd 07 00 00 00 00 00 00 00 00
      00 00 00 00 00 09 80 00 f3 d2 61 a3 00 01 d8 e6 07 6b 00 00 00 00 44 c2 0b 00 00 00 00 00
      """))
  static let tooBigIPv6 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 86 dd 60 01 14 2c 05 80 3a 40 fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 10 fd 01 00 00 00 00 00 00 00 00 00 00 00 00 00 09 80 00 d4 33 61 a4 00 01 d8 e6
      07 6b 00 00 00 00 f3 e1 0b 00 00 00 00 00
      """) + (16..<1400).map { UInt8(truncatingIfNeeded: $0) },
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 86 dd 60 05 15 0a 04 d8 3a 40 fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 01 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 02 00 24 ec 00 00 05 00
      """))
  static let hostUnreachableIPv4 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 08 00 45 00 00 2c de 67 40 00 3f 01 49 57 0a 00 00 0a 0a 01
      00 08 08 00 49 08 61 a5 00 01 d8 e6 07 6b 00 00 00 00 61 ff 0b 00 00 00 00 00
      """),
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 08 00 45 c0 00 48 e4 d1 00 00 40 01 81 19 0a 00 00 01 0a 00
      00 0a 03 01 fc fe 00 00 00 00 45 00 00 2c de 67 40 00 3f 01 49 57 0a 00 00 0a 0a 01 00 08 08 00
      49 08 61 a5 00 01 d8 e6 07 6b 00 00 00 00 61 ff 0b 00 00 00 00 00
      """))
  static let hostUnreachableIPv6 = RouterAnswer(
    ping: frame(
      """
      02 00 00 00 00 01 02 00 00 00 00 0a 86 dd 60 05 f3 17 00 18 3a 3f fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 10 fd 01 00 00 00 00 00 00 00 00 00 00 00 00 00 08 80 00 73 dc 62 4e 00 01 db e6
      07 6b 00 00 00 00 bf 14 0d 00 00 00 00 00
      """),
    answer: frame(
      """
      02 00 00 00 00 0a 02 00 00 00 00 01 86 dd 60 00 57 bf 00 48 3a 40 fd 00 00 00 00 00 00 00 00 00
      00 00 00 00 00 01 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 01 03 77 45 00 00 00 00 60 05
      f3 17 00 18 3a 3f fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 fd 01 00 00 00 00 00 00 00 00
      00 00 00 00 00 08 80 00 73 dc 62 4e 00 01 db e6 07 6b 00 00 00 00 bf 14 0d 00 00 00 00 00
      """))
}
