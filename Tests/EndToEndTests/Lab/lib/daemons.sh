# The controller and the agents: certificates, configuration, start and stop.

# run_in_controller COMMAND...: the API listens on the loopback there, which is where alioth looks by default.
run_in_controller() {
  in_namespace controller env "PATH=$LAB_BIN:$PATH" "$@"
}

need_binary() {
  [[ -x $LAB_BIN/$1 ]] || fail "$LAB_BIN/$1 is not there: run 'make build' first (or set LAB_BIN for 'lab up')"
}

# start_daemon MEMBER NAME COMMAND...: its output goes to NAME.log.
start_daemon() {
  local member=$1 name=$2 file=$LAB_DIR/$1/$2
  shift 2
  ! live_pid "$file.pid" >/dev/null || fail "$name runs already on $member"
  background ip netns exec "$(namespace "$member")" "$@" >>"$file.log" 2>&1
  write_pid_file "$file.pid" "$background_pid"
}

# died_or COMMAND...: for wait_until, so that waiting for a daemon that has ended is not waited out.
died_or() {
  local file=$1
  shift
  is_dead "$file" || "$@"
}

# await_daemon PIDFILE SECONDS WHAT COMMAND...: until the command succeeds; says what the daemon said when it does not.
await_daemon() {
  local file=$1 limit=$2 what=$3
  shift 3
  if wait_until "$limit" died_or "$file" "$@" && ! is_dead "$file" >/dev/null; then return 0; fi
  {
    if is_dead "$file" >/dev/null; then
      printf 'lab: %s ended. ' "$what"
    else
      printf 'lab: %s is not ready after %s s. ' "$what" "$limit"
    fi
    printf 'Its log, %s, ends so:\n' "${file%.pid}.log"
    tail -n 30 "${file%.pid}.log" | sed 's/^/  | /'
  } >&2
  return 1
}

make_authority() {
  [[ ! -f $LAB_DIR/tls/ready ]] || return 0
  (
    flock 9
    [[ ! -f $LAB_DIR/tls/ready ]] || exit 0
    need_binary alioth-controller
    "$LAB_BIN/alioth-controller" ca init --directory "$LAB_DIR/tls/ca" >>"$LAB_DIR/tls/ca.log" 2>&1 ||
      fail "alioth-controller ca init failed: $(tail -n 5 "$LAB_DIR/tls/ca.log")"
    touch "$LAB_DIR/tls/ready"
  ) 9>"$LAB_DIR/tls.lock" || exit 1
}

# issue KIND OUTPUT OPTIONS...
issue() {
  local kind=$1 output=$2
  shift 2
  mkdir -p "$LAB_DIR/tls"
  make_authority
  [[ ! -f $output/certificate.pem ]] || return 0
  "$LAB_BIN/alioth-controller" ca "issue-$kind" --directory "$LAB_DIR/tls/ca" --output "$output" "$@" \
    >>"$LAB_DIR/tls/ca.log" 2>&1 || fail "alioth-controller ca issue-$kind failed: $(tail -n 5 "$LAB_DIR/tls/ca.log")"
}

controller_command() {
  local pid_file=$LAB_DIR/controller/alioth-controller.pid
  case ${1:-} in
    start) start_controller ;;
    stop) stop_process "$pid_file" TERM 15 || fail "alioth-controller did not stop within 15 s and was killed" ;;
    kill) stop_process "$pid_file" KILL 5 ;;
    restart)
      controller_command stop
      start_controller
      ;;
    *) fail "lab controller start|stop|kill|restart" ;;
  esac
}

start_controller() {
  local directory=$LAB_DIR/controller
  need_binary alioth-controller
  issue controller "$LAB_DIR/tls/controller" --address "$CONTROLLER_ADDRESS"
  cat >"$directory/alioth-controller.yaml" <<YAML
api:
  address: $API_ADDRESS
southbound:
  address: 0.0.0.0:$SOUTHBOUND_PORT
  ca: $LAB_DIR/tls/controller/ca.pem
  certificate: $LAB_DIR/tls/controller/certificate.pem
  key: $LAB_DIR/tls/controller/key.pem
store:
  path: $directory/controller.db
log:
  level: ${LAB_LOG_LEVEL:-info}
YAML
  start_daemon controller alioth-controller \
    "$LAB_BIN/alioth-controller" serve --config "$directory/alioth-controller.yaml"
  await_daemon "$directory/alioth-controller.pid" 20 "alioth-controller" controller_answers || exit 1
}

# It serves people and agents when both of its doors are open.
controller_answers() {
  run_in_controller curl -fsS --max-time 2 "http://$API_ADDRESS/v2.0/networks" &&
    run_in_controller bash -c "exec 3<>/dev/tcp/127.0.0.1/$SOUTHBOUND_PORT"
}

agent_command() {
  local verb=${1:-} node=${2:-} wait=ready host=${2:-}
  [[ -n $node ]] || fail "lab agent start|stop|kill|restart|pause|resume NODE [--wait ready|live|none] [--as HOST]"
  shift 2
  while [[ $# -gt 0 ]]; do
    case $1 in
      --wait) wait=${2:-} ;;
      --as) host=${2:-} ;;
      *) fail "unknown option '$1'" ;;
    esac
    shift 2 || fail "an option without its value"
  done
  case $wait in ready | live | none) ;; *) fail "--wait ready|live|none" ;; esac
  need_node "$node"
  case $verb in
    start) start_agent "$node" "$wait" "$host" ;;
    stop) stop_agent "$node" ;;
    pause) kill -STOP "$(live_pid "$LAB_DIR/$node/aliothd.pid")" ;;
    resume) kill -CONT "$(live_pid "$LAB_DIR/$node/aliothd.pid")" ;;
    kill) stop_process "$LAB_DIR/$node/aliothd.pid" KILL 5 ;;
    restart)
      stop_agent "$node"
      start_agent "$node" "$wait" "$host"
      ;;
    *) fail "lab agent start|stop|kill|restart|pause|resume NODE" ;;
  esac
}

stop_agent() {
  stop_process "$LAB_DIR/$1/aliothd.pid" TERM 15 || fail "aliothd on $1 did not stop within 15 s and was killed"
}

start_agent() {
  local node=$1 wait=$2 host=${3:-$1} directory=$LAB_DIR/$1
  local tls=$LAB_DIR/tls/$host
  need_binary aliothd
  {
    printf 'host: %s\n' "$host"
    goal_state_source "$node" "$tls" "$host"
    cat <<YAML
tunnel:
  interface: br-phy
openvswitch:
  run-directory: $directory/ovs
  bridge-mappings:
    $PHYSICAL_NETWORK: br-phys
${LAB_DATAPATH_CHOSEN:+  datapath-type: $LAB_DATAPATH
}api:
  socket: $directory/aliothd.sock
state:
  directory: $directory/state
log:
  level: ${LAB_LOG_LEVEL:-info}
YAML
    # What a test configures besides.
    [[ ! -f $directory/extra.yaml ]] || cat "$directory/extra.yaml"
  } >"$directory/aliothd.yaml"
  start_daemon "$node" aliothd "$LAB_BIN/aliothd" --config "$directory/aliothd.yaml"
  case $wait in
    ready) await_daemon "$directory/aliothd.pid" 20 "aliothd on $node" agent_answers "$node" readyz || exit 1 ;;
    live) await_daemon "$directory/aliothd.pid" 20 "aliothd on $node" agent_answers "$node" livez || exit 1 ;;
  esac
}

# goal_state_source NODE TLS HOST: who gives the node its goal state, and which host it says it is.
goal_state_source() {
  if [[ -f $LAB_DIR/$1/alcor ]]; then
    cat "$LAB_DIR/$1/alcor"
    return
  fi
  issue node "$2" --host "$3"
  cat <<YAML
controller:
  address: $CONTROLLER_ADDRESS:$SOUTHBOUND_PORT
  ca: $2/ca.pem
  certificate: $2/certificate.pem
  key: $2/key.pem
YAML
}

agent_answers() {
  curl -fsS --max-time 2 --unix-socket "$LAB_DIR/$1/aliothd.sock" "http://localhost/$2"
}

lab_status() {
  local member file pid
  printf 'lab %s in %s, datapath %s\n' "$LAB_ID" "$LAB_DIR" "$LAB_DATAPATH"
  for member in $(members); do
    printf '\n%s\n' "$(namespace "$member")"
    ip -n "$(namespace "$member")" -brief -4 address show scope global 2>/dev/null | sed 's/^/  /'
    for file in "$LAB_DIR/$member"/*.pid "$LAB_DIR/$member"/ovs/*.state "$LAB_DIR/guests/$member"/*.pid; do
      [[ -f $file ]] || continue
      pid=$(live_pid "$file") || pid=-
      printf '  %-24s pid %s\n' "$(basename "${file%.*}")" "$pid"
    done
    if [[ -f $LAB_DIR/guests/$member/plug ]]; then sed 's/^/  /' "$LAB_DIR/guests/$member/plug"; fi
  done
}
