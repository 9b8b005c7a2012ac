import FuzzChecks
import FuzzDriver

@_cdecl("FlowFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.flow, count, arguments) }
