import FuzzChecks
import FuzzDriver

@_cdecl("PacketFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.packet, count, arguments) }
