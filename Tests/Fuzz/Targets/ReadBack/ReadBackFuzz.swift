import FuzzChecks
import FuzzDriver

@_cdecl("ReadBackFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.readBack, count, arguments) }
