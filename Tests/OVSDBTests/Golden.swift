/// What ovsdb-server 3.1.0 (schema 8.3.1) with ovs-vswitchd sent, taken off its socket.
enum Golden {
  /// The reply to `OpenVSwitchSchema.monitorRequest` with id 1: bridge br-x with its own port and a flow-based VXLAN port, and
  /// bridge a1 without any.
  static let initialReply = #"""
    {"id":1,"result":{"Interface":{"56ced27b-f099-48bf-875c-9ad02683316f":{"new":{"mac_in_use":"ce:41:02:bb:\#
    4f:4d","name":"br-x","mtu":1500,"options":["map",[]],"external_ids":["map",[]],"type":"internal","link_s\#
    tate":"down","ofport":65534,"admin_state":"down","error":["set",[]]}},"9a7a576d-1be8-434b-86b5-b4d8e2cc0\#
    ae1":{"new":{"mac_in_use":"ce:2b:93:c6:7a:dd","name":"x-vxlan","mtu":["set",[]],"options":["map",[["key"\#
    ,"flow"],["remote_ip","flow"]]],"external_ids":["map",[["iface-id","é\"\\q"]]],"type":"vxlan","link_stat\#
    e":"up","ofport":1,"admin_state":"up","error":["set",[]]}}},"Port":{"63ec0830-f7dd-41f5-8f08-1a578c10977\#
    6":{"new":{"name":"x-vxlan","interfaces":["uuid","9a7a576d-1be8-434b-86b5-b4d8e2cc0ae1"],"external_ids":\#
    ["map",[]]}},"c1536016-1187-4213-a116-58de16c80658":{"new":{"name":"br-x","interfaces":["uuid","56ced27b\#
    -f099-48bf-875c-9ad02683316f"],"external_ids":["map",[]]}}},"Bridge":{"bb0241cf-9282-4d4f-83f1-d39f0f79a\#
    27b":{"new":{"name":"br-x","datapath_type":"netdev","external_ids":["map",[]],"other_config":["map",[["d\#
    isable-in-band","true"]]],"datapath_id":"0000ce4102bb4f4d","ports":["set",[["uuid","63ec0830-f7dd-41f5-8\#
    f08-1a578c109776"],["uuid","c1536016-1187-4213-a116-58de16c80658"]]],"fail_mode":"secure","protocols":"O\#
    penFlow13"}},"8b9bb0db-6f18-4685-bda3-93a5d6d5f353":{"new":{"name":"a1","datapath_type":"netdev","extern\#
    al_ids":["map",[]],"other_config":["map",[]],"datapath_id":"0000dab09b8b8546","ports":["set",[]],"fail_m\#
    ode":["set",[]],"protocols":"OpenFlow13"}}},"Open_vSwitch":{"2ca93c9e-564b-4315-b3b8-20a172c174cf":{"new\#
    ":{"bridges":["set",[["uuid","8b9bb0db-6f18-4685-bda3-93a5d6d5f353"],["uuid","bb0241cf-9282-4d4f-83f1-d3\#
    9f0f79a27b"]]],"iface_types":["set",["afxdp","afxdp-nonpmd","bareudp","erspan","geneve","gre","gtpu","in\#
    ternal","ip6erspan","ip6gre","lisp","patch","stt","system","tap","vxlan"]],"datapath_types":["set",["net\#
    dev","system"]],"ovs_version":["set",[]],"external_ids":["map",[]],"other_config":["map",[]],\#
    "cur_cfg":6,"next_cfg":6}}}},"error":\#
    null}
    """#

  /// The VXLAN port fails and loses its iface-id.
  static let interfaceUpdate = #"""
    {"id":null,"method":"update","params":[1,{"Interface":{"9a7a576d-1be8-434b-86b5-b4d8e2cc0ae1":{"new":{"n\#
    ame":"x-vxlan","mac_in_use":"ce:2b:93:c6:7a:dd","mtu":["set",[]],"options":["map",[["key","flow"],["remo\#
    te_ip","flow"]]],"external_ids":["map",[]],"type":"vxlan","link_state":"up","ofport":-1,"admin_state":"u\#
    p","error":"could not add network device x-vxlan2 to ofproto (File exists)"},"old":{"ofport":1,"external\#
    _ids":["map",[["iface-id","é\"\\q"]]],"error":["set",[]]}}}}]}
    """#

  /// The VXLAN port's interface goes.
  static let interfaceDeletion = #"""
    {"id":null,"method":"update","params":[1,{"Interface":{"9a7a576d-1be8-434b-86b5-b4d8e2cc0ae1":{"old":{"n\#
    ame":"x-vxlan","mac_in_use":"ce:2b:93:c6:7a:dd","mtu":["set",[]],"options":["map",[["key","flow"],["remo\#
    te_ip","flow"]]],"external_ids":["map",[]],"type":"vxlan","link_state":"up","ofport":-1,"admin_state":"u\#
    p","error":"could not add network device x-vxlan2 to ofproto (File exists)"}}}}]}
    """#
}
