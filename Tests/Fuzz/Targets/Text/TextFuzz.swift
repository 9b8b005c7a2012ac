import FuzzChecks
import FuzzDriver

@_cdecl("TextFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.text, count, arguments) }
