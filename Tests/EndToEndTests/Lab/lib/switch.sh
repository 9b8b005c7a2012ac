# The underlay and the Open vSwitch instances: one for the underlay, which plays the physical switch, and one a node.
# Every instance lives in a namespace of its own, because two of them in one namespace fight over the same devices.

# The kernel's datapath is there when its generic netlink family is. The Open_vSwitch table lists both types always.
kernel_has_datapath() {
  genl ctrl list 2>/dev/null | grep -q 'ovs_datapath'
}

choose_datapath() {
  if kernel_has_datapath; then
    printf system
  elif modprobe -q openvswitch 2>/dev/null && kernel_has_datapath; then
    printf system
  else
    printf netdev
  fi
}

lab_up() {
  local id
  [[ $# -eq 0 ]] || fail "lab up takes no arguments"
  [[ ! -e $LAB_DIR || -z $(ls -A "$LAB_DIR") ]] || fail "$LAB_DIR is not empty (is a lab up already? 'lab down' removes it)"
  # The longest socket name below it has to fit into sockaddr_un, 108 bytes.
  ((${#LAB_DIR} <= 50)) || fail "LAB_DIR is too long for the sockets in it: $LAB_DIR"
  need_programs
  if [[ -z ${LAB_ID:-} ]]; then
    id=$(od -An -N4 -tx4 /dev/urandom)
    LAB_ID=alioth${id: -4}
  fi
  [[ $LAB_ID =~ ^[a-z][a-z0-9]{0,11}$ ]] || fail "LAB_ID '$LAB_ID': letters and digits, at most 12"
  LAB_BIN=${LAB_BIN:-$(cd "$LAB_HOME/../../.." && pwd)/.build/debug}
  LAB_DATAPATH_CHOSEN=${LAB_DATAPATH:-}
  LAB_DATAPATH=${LAB_DATAPATH:-$(choose_datapath)}
  case $LAB_DATAPATH in system | netdev) ;; *) fail "LAB_DATAPATH is 'system' or 'netdev', not '$LAB_DATAPATH'" ;; esac

  mkdir -p "$LAB_DIR" "$LAB_REGISTRY"
  chmod 700 "$LAB_DIR"
  save_state
  register
  mkdir -p "$LAB_DIR/underlay" "$LAB_DIR/controller" "$LAB_DIR/guests"
  echo 10 >"$LAB_DIR/next-node"

  make_namespace underlay
  start_ovs underlay
  ovs_vsctl underlay add-br br-underlay -- set Bridge br-underlay "datapath_type=$LAB_DATAPATH" fail_mode=standalone
  make_physical_network

  make_namespace controller
  connect_to_underlay controller eth0
  ip -n "$(namespace controller)" address add "$CONTROLLER_ADDRESS/24" dev eth0
  note "up: namespaces $LAB_ID-*, datapath $LAB_DATAPATH, state in $LAB_DIR"
}

need_programs() {
  local program missing=()
  for program in ip ethtool genl ovsdb-tool ovsdb-server ovs-vswitchd ovs-vsctl curl flock; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [[ ${#missing[@]} -eq 0 ]] || fail "not installed: ${missing[*]} ('make deps' installs what is needed)"
}

# connect_to_underlay MEMBER LINK: a cable from the member to the underlay's switch.
connect_to_underlay() {
  local member=$1 link=$2
  ip link add "$link" netns "$(namespace "$member")" type veth peer name "$member" netns "$(namespace underlay)"
  # The userspace datapath forwards partial checksums as they are, so nobody may leave them to the hardware.
  in_namespace "$member" ethtool -K "$link" tx off >/dev/null
  ip -n "$(namespace underlay)" link set "$member" up
  ip -n "$(namespace "$member")" link set "$link" up
  ovs_vsctl underlay add-port br-underlay "$member"
}

node_command() {
  local verb=${1:-}
  shift || true
  case $verb in
    add) [[ $# -eq 1 ]] || fail "lab node add NAME"; add_node "$1" ;;
    exec) [[ $# -ge 2 ]] || fail "lab node exec NODE COMMAND..."; IN_PLACE='exec' run_on_node "$@" ;;
    *) fail "lab node add NAME | lab node exec NAME COMMAND..." ;;
  esac
}

add_node() {
  local node=$1 number
  check_name "$node"
  ((${#node} <= 15)) || fail "node '$node': its cable has the same name, at most 15 characters"
  ! has_namespace "$node" || fail "there is a '$node' already"
  number=$(
    exec 9<>"$LAB_DIR/next-node"
    flock 9
    read -r number <&9
    echo $((number + 1)) >"$LAB_DIR/next-node"
    echo $((number + 1))
  )
  mkdir -p "$LAB_DIR/$node"
  echo "$UNDERLAY_PREFIX.$number" >"$LAB_DIR/$node/address"
  make_namespace "$node"
  start_ovs "$node"
  connect_to_underlay "$node" phy0
  # The underlay's address sits on a bridge of its own: only there does the userspace datapath find it for its tunnels.
  ovs_vsctl "$node" add-br br-phy -- set Bridge br-phy "datapath_type=$LAB_DATAPATH" fail_mode=standalone \
    -- add-port br-phy phy0
  make_node_bridge "$node" "$number"
  address_node "$node"
  note "node $node: $UNDERLAY_PREFIX.$number"
}

# With the userspace datapath br-phy is gone when ovs-vswitchd is, and so is its address.
address_node() {
  local node=$1
  wait_until 10 ip -n "$(namespace "$node")" link show dev br-phy || fail "$node: Open vSwitch made no br-phy"
  ip -n "$(namespace "$node")" address replace "$(<"$LAB_DIR/$node/address")/24" dev br-phy
  ip -n "$(namespace "$node")" link set br-phy up
}

need_node() {
  [[ -f $LAB_DIR/$1/address ]] && has_namespace "$1" || fail "there is no node '$1'"
}

# run_on_node NODE COMMAND...: where ovs-vsctl, ovs-ofctl, ovs-appctl and alioth mean this node without an option.
run_on_node() {
  local node=$1
  shift
  need_node "$node"
  in_namespace "$node" env "PATH=$LAB_BIN:$PATH" "OVS_RUNDIR=$LAB_DIR/$node/ovs" "OVS_DBDIR=$LAB_DIR/$node/ovs" \
    "ALIOTH_AGENT_SOCKET=$LAB_DIR/$node/aliothd.sock" "$@"
}

ovs_vsctl() {
  local member=$1
  shift
  ovs-vsctl --timeout=20 "--db=unix:$LAB_DIR/$member/ovs/db.sock" "$@" || fail "$member: ovs-vsctl $* failed"
}

ovs_command() {
  local verb=${1:-} node=${2:-} only=${3:-}
  [[ -n $node && (-z $only || $only == --vswitchd-only) ]] || fail "lab ovs start|stop|restart NODE [--vswitchd-only]"
  need_node "$node"
  case $verb in
    start) start_ovs "$node"; address_node "$node" ;;
    stop) stop_ovs "$node" "$only" ;;
    restart) stop_ovs "$node" "$only"; start_ovs "$node"; address_node "$node" ;;
    *) fail "lab ovs start|stop|restart NODE [--vswitchd-only]" ;;
  esac
}

# start_ovs MEMBER: whichever of the two daemons does not run.
start_ovs() {
  local member=$1 directory=$LAB_DIR/$1/ovs
  mkdir -p "$directory"
  [[ -f $directory/conf.db ]] || ovsdb-tool create "$directory/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  if is_dead "$directory/ovsdb-server.state" >/dev/null; then
    start_ovs_daemon "$member" ovsdb-server "$directory/conf.db" "--remote=punix:$directory/db.sock"
    # One thread each is plenty for a lab, and kinder to a small machine.
    ovs_vsctl "$member" --no-wait init -- set Open_vSwitch . "external_ids:system-id=$member" \
      other_config:n-handler-threads=1 other_config:n-revalidator-threads=1
  fi
  if is_dead "$directory/ovs-vswitchd.state" >/dev/null; then
    start_ovs_daemon "$member" ovs-vswitchd "unix:$directory/db.sock"
  fi
}

# start_ovs_daemon MEMBER PROGRAM ARGUMENTS...: it returns when the daemon is ready, which has left for the background.
start_ovs_daemon() {
  local member=$1 program=$2 directory=$LAB_DIR/$1/ovs
  shift 2
  (
    close_inherited
    in_namespace "$member" env "OVS_RUNDIR=$directory" "OVS_DBDIR=$directory" "OVS_LOGDIR=$directory" \
      "$program" "$@" --detach --no-chdir "--pidfile=$directory/$program.pid" \
      -vconsole:off "--log-file=$directory/$program.log" </dev/null
  ) || fail "$member: $program did not start; see $directory/$program.log"
  write_pid_file "$directory/$program.state" "$(<"$directory/$program.pid")"
}

stop_ovs() {
  local member=$1 only=${2:-} directory=$LAB_DIR/$1/ovs
  stop_process "$directory/ovs-vswitchd.state" TERM 10 || note "$member: ovs-vswitchd had to be killed"
  [[ -z $only ]] || return 0
  stop_process "$directory/ovsdb-server.state" TERM 10 || note "$member: ovsdb-server had to be killed"
}
