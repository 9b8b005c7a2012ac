import FuzzChecks
import FuzzDriver

@_cdecl("SouthboundFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.southbound, count, arguments) }
