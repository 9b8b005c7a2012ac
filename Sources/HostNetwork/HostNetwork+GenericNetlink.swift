import CNetlink
import Glibc

extension HostNetwork {
  /// Whether the kernel has the generic netlink family, such as `ovs_datapath` with Open vSwitch's kernel module loaded.
  ///
  /// Asks the control family (`CTRL_CMD_GETFAMILY`), which may load the module where the kernel is allowed to.
  public static func hasGenericNetlinkFamily(_ name: String) throws(NetlinkError) -> Bool {
    let attempt = "look up a generic netlink family"
    // Longer names do not fit the kernel's own (GENL_NAMSIZ, with its NUL).
    guard (1..<Int(GENL_NAMSIZ)).contains(name.utf8.count), !name.utf8.contains(0) else { return false }
    let socket = try NetlinkSocket.open(protocol: NETLINK_GENERIC, subject: name)
    guard let message = NetlinkMessage(type: NLMSG_MIN_TYPE, flags: NLM_F_REQUEST | NLM_F_ACK) else {
      throw NetlinkError(code: NLE_NOMEM, systemError: 0, attempt: attempt, subject: name)
    }
    var header = genlmsghdr(cmd: UInt8(CTRL_CMD_GETFAMILY), version: 1, reserved: 0)
    do throws(NetlinkError) {
      try socket.request(attempt, on: name) { _ in
        nlmsg_append(message.raw, &header, MemoryLayout<genlmsghdr>.size, Int32(NLMSG_ALIGNTO))
      }
      try socket.request(attempt, on: name) { _ in
        nla_put_string(message.raw, Int32(CTRL_ATTR_FAMILY_NAME), name)
      }
      try socket.request(attempt, on: name) { nl_send_auto($0, message.raw) }
      // The answer ends with an acknowledgement because it was asked for; a family that is not there is refused.
      try socket.request(attempt, on: name) { nl_wait_for_ack($0) }
    } catch  where error.kind == .notFound {
      return false
    }
    return true
  }
}
