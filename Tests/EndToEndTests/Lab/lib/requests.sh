# The controller's REST API and measured time, for the demo and the benchmark.

readonly API=http://127.0.0.1:9696

# api METHOD PATH [BODY]: prints the answer's body; a message and false when it is an error.
api() {
  local answer status
  answer=$("$LAB" ctl curl -sS --max-time 20 -X "$1" -w '\n%{http_code}' \
    ${3:+--json "$3"} "$API$2") || return 1
  status=${answer##*$'\n'}
  if [[ $status != 2* ]]; then
    printf '%s %s was answered with %s: %s\n' "$1" "$2" "$status" "${answer%$'\n'*}" >&2
    return 1
  fi
  printf '%s\n' "${answer%$'\n'*}"
}

# The time in microseconds.
now() {
  printf '%s' "${EPOCHREALTIME/[.,]/}"
}

# milliseconds FROM TO
milliseconds() {
  printf '%d' $((($2 - $1 + 500) / 1000))
}

# await_active PORT SECONDS: prints when the port was seen ACTIVE; a message and false when it was not.
# It polls from inside of the namespace, so that entering that is not part of what is measured.
await_active() {
  "$LAB" ctl bash -c '
    deadline=$((SECONDS + $2))
    while ((SECONDS < deadline)); do
      answer=$(curl -sS --max-time 5 "$1")
      case $answer in *\"ACTIVE\"*) printf %s "${EPOCHREALTIME/[.,]/}"; exit 0 ;; esac
      sleep 0.01
    done
    printf "not ACTIVE after %s s: %s\n" "$2" "$answer" >&2
    exit 1' - "$API/v2.0/ports/$1?fields=status" "$2"
}

# await_reply GUEST ADDRESS SECONDS: prints when the first ping was answered. One goes out every 50 ms until then.
await_reply() {
  local reply
  if ! reply=$("$LAB" guest exec "$1" ping -n -D -i 0.05 -c 1 -w "$3" "$2"); then
    printf '%s got no answer from %s within %s s\n' "$1" "$2" "$3" >&2
    return 1
  fi
  first_reply <<<"$reply"
}

# first_reply: of what `ping -D` printed; several answers may come at once.
first_reply() {
  sed -nE '/bytes from/ { s/^\[([0-9]+)\.([0-9]+)\].*/\1\2/p; q }'
}
