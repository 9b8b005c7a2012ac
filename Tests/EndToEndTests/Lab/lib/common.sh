# State, messages and waiting: what every part of the lab uses.

# Labs that exist on this machine, one file each, so that `lab sweep` finds those left behind.
readonly LAB_REGISTRY=/run/alioth-labs
# The underlay is TEST-NET-1: the controller is .1, the nodes follow from .11 on.
readonly UNDERLAY_PREFIX=192.0.2
readonly CONTROLLER_ADDRESS=$UNDERLAY_PREFIX.1
readonly SOUTHBOUND_PORT=7700
readonly API_ADDRESS=127.0.0.1:9696

fail() {
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

note() {
  [[ -z ${LAB_VERBOSE:-} ]] || printf 'lab: %s\n' "$*" >&2
}

load_state() {
  [[ -f $LAB_DIR/lab.env ]] || fail "no lab in $LAB_DIR (run 'lab up' first, or set LAB_DIR)"
  # shellcheck disable=SC1091
  source "$LAB_DIR/lab.env"
}

save_state() {
  {
    printf 'LAB_ID=%q\n' "$LAB_ID"
    printf 'LAB_BIN=%q\n' "$LAB_BIN"
    printf 'LAB_DATAPATH=%q\n' "$LAB_DATAPATH"
    printf 'LAB_DATAPATH_CHOSEN=%q\n' "$LAB_DATAPATH_CHOSEN"
  } >"$LAB_DIR/lab.env"
}

# The name of a member's network namespace. Members are named like host names.
namespace() {
  printf '%s-%s' "$LAB_ID" "$1"
}

check_name() {
  [[ $1 =~ ^[a-z][a-z0-9-]{0,20}$ ]] || fail "'$1' is no name: lower case letters, digits and '-', at most 21"
  case $1 in
    underlay | controller | guests | tls) fail "the name '$1' is the lab's own" ;;
  esac
}

has_namespace() {
  [[ -e /run/netns/$(namespace "$1") ]]
}

in_namespace() {
  local member=$1
  shift
  # shellcheck disable=SC2086 # `exec` or nothing
  ${IN_PLACE:-} ip netns exec "$(namespace "$member")" "$@"
}

# make_namespace MEMBER: with loopback up, because addresses on other links need it for talking to oneself.
make_namespace() {
  ip netns add "$(namespace "$1")"
  ip -n "$(namespace "$1")" link set lo up
}

# wait_until SECONDS COMMAND...: true as soon as the command is, false when the time is over.
wait_until() {
  local limit=$1 deadline
  shift
  deadline=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# Field 22 of /proc/PID/stat: with the number of the process it names the process for good.
process_start() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  printf '%s' "${20}"
}

# A daemon keeps nothing open that the lab's caller has open: the caller may wait until everybody has closed it.
close_inherited() {
  local descriptor
  for descriptor in /proc/self/fd/*; do
    descriptor=${descriptor##*/}
    # 255 is where bash reads this script from.
    ((descriptor <= 2 || descriptor == 255)) || eval "exec $descriptor>&-"
  done
}

# background COMMAND...: sets `background_pid`; it is deaf to the terminal's signals and not waited for.
background() {
  (
    close_inherited
    exec setsid "$@"
  ) </dev/null &
  background_pid=$!
  disown
}

# A pid file holds "PID START", so that a number that was given to another process is never signalled.
write_pid_file() {
  printf '%s %s\n' "$2" "$(process_start "$2")" >"$1" || true
}

# live_pid FILE: prints the number of the process when it is still the one that was recorded.
live_pid() {
  local pid start
  [[ -f $1 ]] || return 1
  read -r pid start <"$1" || return 1
  [[ -n $pid && -n $start && $(process_start "$pid") == "$start" ]] || return 1
  # A zombie has ended: only its parent has not asked for the result yet.
  [[ $(state_of "$pid") != Z ]] || return 1
  printf '%s' "$pid"
}

state_of() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  stat=${stat##*) }
  printf '%s' "${stat%% *}"
}

is_dead() {
  ! live_pid "$1"
}

# stop_process PIDFILE SIGNAL SECONDS: true when it ended in time; otherwise it is killed and the answer is false.
stop_process() {
  local file=$1 signal=$2 limit=$3 pid
  pid=$(live_pid "$file") || { rm -f "$file"; return 0; }
  kill "-$signal" "$pid" 2>/dev/null || true
  if wait_until "$limit" is_dead "$file"; then
    rm -f "$file"
    return 0
  fi
  kill -KILL "$pid" 2>/dev/null || true
  wait_until 5 is_dead "$file" || true
  rm -f "$file"
  return 1
}

lab_logs() {
  local file text
  while IFS= read -r file; do
    # Open vSwitch is talkative: of its logs only what it complains about.
    case $file in
      */ovs/*) text=$(grep -E '\|(WARN|ERR|EMER)\|' "$file" | tail -n "$1") || continue ;;
      *) text=$(tail -n "$1" "$file") ;;
    esac
    printf '===== %s\n%s\n' "${file#"$LAB_DIR"/}" "$text"
  done < <(find "$LAB_DIR" -name '*.log' -size +0 | sort)
}
