# The end: whatever happened before, nothing of the lab is left. Everything that runs for a lab runs inside of one of its
# namespaces, so the namespaces' processes are the list of what to end, also when a pid file was never written.

members() {
  { ip netns list 2>/dev/null || true; } | awk -v prefix="$LAB_ID-" 'index($1, prefix) == 1 { print substr($1, length(prefix) + 1) }'
}

register() {
  local start=''
  if [[ -n ${LAB_OWNER:-} ]]; then
    start=$(process_start "$LAB_OWNER") || fail "LAB_OWNER: there is no process $LAB_OWNER"
  fi
  printf '%s\n%s %s\n' "$LAB_DIR" "${LAB_OWNER:-}" "$start" >"$LAB_REGISTRY/$LAB_ID"
  [[ -n ${LAB_OWNER:-} ]] || return 0
  # A lab whose owner was killed must go too: this process waits for that.
  printf '%s %s\n' "$LAB_OWNER" "$start" >"$LAB_DIR/owner.pid"
  LAB_DIR=$LAB_DIR background "$LAB_HOME/lab" guard >/dev/null 2>&1
  write_pid_file "$LAB_DIR/guard.pid" "$background_pid"
}

lab_guard() {
  local owner
  while owner=$(live_pid "$LAB_DIR/owner.pid"); do
    tail "--pid=$owner" -s 0.3 -f /dev/null || true
  done
  trap '' TERM INT HUP
  lab_down
}

lab_down() {
  [[ -f $LAB_DIR/lab.env ]] || return 0
  load_state
  mkdir -p "$LAB_REGISTRY"
  (
    # Two may want to take it down at once, the guard and whoever made it.
    flock 8
    [[ -f $LAB_DIR/lab.env ]] || exit 0
    stop_guard
    end_processes TERM 3 || end_processes KILL 5 || printf 'lab: some processes of %s do not end\n' "$LAB_ID" >&2
    delete_namespaces
    rm -rf -- "${LAB_DIR:?}"
    rm -f -- "$LAB_REGISTRY/$LAB_ID"
  ) 8>"$LAB_REGISTRY/.$LAB_ID.lock"
  rm -f -- "$LAB_REGISTRY/.$LAB_ID.lock"
  rmdir --ignore-fail-on-non-empty "$LAB_REGISTRY" 2>/dev/null || true
}

stop_guard() {
  local pid
  pid=$(live_pid "$LAB_DIR/guard.pid") || return 0
  [[ $pid -ne $$ ]] || return 0
  kill -KILL -- "-$pid" 2>/dev/null || true
}

pids_of() {
  local member
  for member in "$@"; do
    ip netns pids "$(namespace "$member")" 2>/dev/null || true
  done
}

no_processes() {
  [[ -z $(pids_of "$@") ]]
}

# end_processes_of MEMBER... SIGNAL SECONDS: true when all of them are gone in time.
end_processes_of() {
  local limit=${*: -1} signal=${*: -2:1} pids
  set -- "${@:1:$#-2}"
  pids=$(pids_of "$@")
  [[ -n $pids ]] || return 0
  # shellcheck disable=SC2086
  kill "-$signal" $pids 2>/dev/null || true
  wait_until "$limit" no_processes "$@"
}

# end_processes SIGNAL SECONDS: of the whole lab.
end_processes() {
  # shellcheck disable=SC2046
  end_processes_of $(members) "$1" "$2"
}

# The links have both ends in namespaces of the lab and go with them.
delete_namespaces() {
  local member
  for member in $(members); do
    ip netns delete "$(namespace "$member")" 2>/dev/null || true
  done
}

lab_sweep() {
  local file directory pid start
  [[ -d $LAB_REGISTRY ]] || return 0
  for file in "$LAB_REGISTRY"/*; do
    [[ -f $file ]] || continue
    { read -r directory && read -r pid start; } <"$file" || continue
    [[ -n $pid ]] || continue
    [[ $(process_start "$pid") != "$start" ]] || continue
    printf 'lab: removing %s, whose owner is gone\n' "$(basename "$file")" >&2
    if [[ -f $directory/lab.env ]]; then
      (LAB_DIR=$directory lab_down)
    else
      (
        LAB_ID=$(basename "$file")
        end_processes KILL 5 || true
        delete_namespaces
        rm -f -- "$file"
      )
    fi
  done
  rmdir --ignore-fail-on-non-empty "$LAB_REGISTRY" 2>/dev/null || true
}
