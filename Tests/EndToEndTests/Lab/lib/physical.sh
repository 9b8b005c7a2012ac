# The physical network "physnet1": a switch that carries VLANs, which every node has a bridge on, and stations, which are
# machines without Alioth on it.

readonly PHYSICAL_NETWORK=physnet1

# Beside br-underlay, in the same Open vSwitch.
make_physical_network() {
  ovs_vsctl underlay add-br br-physical -- set Bridge br-physical "datapath_type=$LAB_DATAPATH" fail_mode=standalone
}

# connect_to_physical_network MEMBER LINK PEER [VLAN]: a cable; with a VLAN its frames are the only ones, and untagged.
connect_to_physical_network() {
  local member=$1 link=$2 peer=$3 vlan=${4:-}
  ip link add "$link" netns "$(namespace "$member")" type veth peer name "$peer" netns "$(namespace underlay)"
  # See connect_to_underlay.
  in_namespace "$member" ethtool -K "$link" tx off >/dev/null
  ip -n "$(namespace underlay)" link set "$peer" up
  ip -n "$(namespace "$member")" link set "$link" up
  ovs_vsctl underlay add-port br-physical "$peer" ${vlan:+"tag=$vlan"}
}

# The bridge that an operator would make on a node, with the interface towards the physical network.
make_node_bridge() {
  local node=$1 number=$2
  connect_to_physical_network "$node" phys0 "phys-$number"
  ovs_vsctl "$node" add-br br-phys -- set Bridge br-phys "datapath_type=$LAB_DATAPATH" fail_mode=standalone \
    -- add-port br-phys phys0
}

station_command() {
  local verb=${1:-} name=${2:-}
  [[ -n $verb && -n $name ]] || fail "lab station add NAME ADDRESS/LENGTH [VLAN] | exec NAME COMMAND... | remove NAME"
  shift 2
  case $verb in
    add) add_station "$name" "$@" ;;
    exec) IN_PLACE='exec' in_namespace "$name" "$@" ;;
    remove)
      ovs_vsctl underlay --if-exists del-port br-physical "$name"
      end_processes_of "$name" KILL 5 || true
      ip netns delete "$(namespace "$name")"
      ;;
    *) fail "lab station add|exec|remove" ;;
  esac
}

add_station() {
  local name=$1 address=${2:-} vlan=${3:-}
  check_name "$name"
  ((${#name} <= 15)) || fail "station '$name': its cable has the same name, at most 15 characters"
  [[ -n $address ]] || fail "lab station add NAME ADDRESS/LENGTH [VLAN]"
  ! has_namespace "$name" || fail "there is a '$name' already"
  make_namespace "$name"
  connect_to_physical_network "$name" eth0 "$name" "$vlan"
  ip -n "$(namespace "$name")" address add "$address" dev eth0
}
