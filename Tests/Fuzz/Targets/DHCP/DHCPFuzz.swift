import FuzzChecks
import FuzzDriver

@_cdecl("DHCPFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.dhcp, count, arguments) }
