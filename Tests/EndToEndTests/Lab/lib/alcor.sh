# An Alcor controller: it dials agents that were started for one, in plaintext, from the controller's namespace.

readonly ALCOR_PORT=50001

alcor_command() {
  local verb=${1:-} node=${2:-}
  [[ -n $verb && -n $node ]] || fail "lab alcor agent NODE [ADDRESS:PORT] | ncm NODE FILE | NODE COMMAND FILE..."
  case $verb in
    agent) start_alcor_agent "$node" "${3:-}" ;;
    ncm) alcor_ncm "$node" "${3:-}" ;;
    *) alcor_call "$@" ;;
  esac
}

start_alcor_agent() {
  local node=$1 questions=$2
  need_node "$node"
  cat >"$LAB_DIR/$node/alcor" <<YAML
alcor:
  plaintext: true
${questions:+  request-goal-states: $questions
}
YAML
  printf '%s' "$questions" >"$LAB_DIR/$node/alcor-questions"
  # Whether it is ready depends on whom it asks.
  start_agent "$node" live
}

# Made once, from messages that the agent's own have no part in.
alcor_messages() {
  mkdir -p "$LAB_DIR/alcor"
  (
    flock 9
    [[ -f $LAB_DIR/alcor/alcor_pb2.py ]] ||
      protoc "-I$LAB_HOME/alcor" "--python_out=$LAB_DIR/alcor" alcor.proto || fail "protoc cannot read alcor.proto"
  ) 9>"$LAB_DIR/alcor.lock" || exit 1
}

alcor_python() {
  alcor_messages
  IN_PLACE='exec' run_in_controller "ALCOR_MESSAGES=$LAB_DIR/alcor" /usr/bin/python3 -B \
    "$LAB_HOME/alcor/controller.py" "$@"
}

# alcor_call NODE COMMAND FILE ARGUMENTS...: the file has the messages.
alcor_call() {
  local node=$1 command=${2:-} file=${3:-}
  shift 3 || fail "lab alcor NODE COMMAND FILE..."
  need_node "$node"
  alcor_python "$command" "$(<"$LAB_DIR/$node/address"):$ALCOR_PORT" "$@" <"$file"
}

alcor_ncm() {
  need_node "$1"
  alcor_python ncm "$(<"$LAB_DIR/$1/alcor-questions")" "$(<"$LAB_DIR/$1/address"):$ALCOR_PORT" <"$2"
}
