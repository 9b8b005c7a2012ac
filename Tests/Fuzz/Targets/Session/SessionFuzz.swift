import FuzzChecks
import FuzzDriver

@_cdecl("SessionFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.session, count, arguments) }
