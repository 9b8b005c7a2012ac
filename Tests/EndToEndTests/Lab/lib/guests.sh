# Guests: a namespace with an eth0 whose other end is an interface of its node's br-int, as a hypervisor leaves it.

guest_command() {
  local verb=${1:-}
  shift || true
  case $verb in
    plug) plug_guest "$@" ;;
    unplug) unplug_guest "$@" ;;
    remove) remove_guest "$@" ;;
    exec) [[ $# -ge 2 ]] || fail "lab guest exec GUEST COMMAND..."; need_guest "$1"; IN_PLACE='exec' in_namespace "$@" ;;
    dhcp) guest_dhcp "$@" ;;
    lease) print_lease "$@" ;;
    *) fail "lab guest plug|unplug|remove|exec|dhcp|lease" ;;
  esac
}

need_guest() {
  [[ -d $LAB_DIR/guests/$1 ]] && has_namespace "$1" || fail "there is no guest '$1'"
}

plug_guest() {
  local node=${1:-} guest=${2:-} port='' mac='' fallback='' ipv6=''
  [[ -n $node && -n $guest ]] || fail "lab guest plug NODE GUEST --port ID --mac MAC [--fallback-name] [--ipv6]"
  shift 2
  while [[ $# -gt 0 ]]; do
    case $1 in
      --port) port=${2:-}; shift 2 || fail "--port ID" ;;
      --mac) mac=${2:-}; shift 2 || fail "--mac MAC" ;;
      --fallback-name) fallback=yes; shift ;;
      --ipv6) ipv6=yes; shift ;;
      *) fail "lab guest plug: unknown option '$1'" ;;
    esac
  done
  [[ -n $port && -n $mac ]] || fail "lab guest plug needs --port and --mac"
  check_name "$guest"
  need_node "$node"
  local directory=$LAB_DIR/guests/$guest link=vm-$guest
  [[ ! -f $directory/plug ]] || fail "guest '$guest' is plugged already"
  # Without an iface-id only the name tells whose interface it is; with one the name must not matter.
  [[ -z $fallback ]] || link=tap${port:0:11}
  link=${link:0:15}

  if ! has_namespace "$guest"; then
    make_namespace "$guest"
    mkdir -p "$directory"
    if [[ -z $ipv6 && -d /proc/sys/net/ipv6 ]]; then
      in_namespace "$guest" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
    fi
  elif [[ ! -d $directory ]]; then
    fail "'$guest' is the name of something else"
  fi
  if ! ip -n "$(namespace "$guest")" link show dev eth0 >/dev/null 2>&1; then
    ip link add eth0 netns "$(namespace "$guest")" address "$mac" type veth \
      peer name "$link" netns "$(namespace "$node")"
    # See connect_to_underlay: TCP and UDP would leave with half a checksum.
    in_namespace "$guest" ethtool -K eth0 tx off >/dev/null
    in_namespace "$node" sysctl -qw "net.ipv6.conf.$link.disable_ipv6=1" 2>/dev/null || true
  fi
  ip -n "$(namespace "$guest")" link set eth0 up
  ip -n "$(namespace "$node")" link set "$link" up
  printf 'node=%s\nlink=%s\nport=%s\nmac=%s\n' "$node" "$link" "$port" "$mac" >"$directory/plug"
  if [[ -n $fallback ]]; then
    ovs_vsctl "$node" add-port br-int "$link"
  else
    ovs_vsctl "$node" add-port br-int "$link" -- set Interface "$link" "external_ids:iface-id=$port" \
      "external_ids:attached-mac=\"$mac\"" external_ids:iface-status=active
  fi
}

# plug_of GUEST KEY
plug_of() {
  sed -n "s/^$2=//p" "$LAB_DIR/guests/$1/plug"
}

unplug_guest() {
  local guest=${1:-} keep=${2:-} node link
  [[ -n $guest && (-z $keep || $keep == --keep-link) ]] || fail "lab guest unplug GUEST [--keep-link]"
  need_guest "$guest"
  [[ -f $LAB_DIR/guests/$guest/plug ]] || return 0
  node=$(plug_of "$guest" node)
  link=$(plug_of "$guest" link)
  ovs_vsctl "$node" --if-exists del-port br-int "$link"
  rm -f "$LAB_DIR/guests/$guest/plug"
  [[ -z $keep ]] || return 0
  stop_client "$guest"
  ip -n "$(namespace "$node")" link delete "$link"
}

remove_guest() {
  [[ $# -eq 1 ]] || fail "lab guest remove GUEST"
  unplug_guest "$1"
  end_processes_of "$1" KILL 5 || true
  ip netns delete "$(namespace "$1")"
  rm -rf -- "${LAB_DIR:?}/guests/$1"
}

guest_dhcp() {
  local guest=${1:-} client=${2:-} daemon='' limit=15 version=4 program
  [[ -n $guest && -n $client ]] ||
    fail "lab guest dhcp GUEST udhcpc|dhclient|dhcpcd|networkd [--ipv6] [--daemon] [--timeout SECONDS]"
  shift 2
  need_guest "$guest"
  while [[ $# -gt 0 ]]; do
    case $1 in
      --daemon) daemon=yes; shift ;;
      --ipv6) version=6; shift ;;
      --timeout) limit=${2:-}; shift 2 || fail "--timeout SECONDS" ;;
      *) fail "lab guest dhcp: unknown option '$1'" ;;
    esac
  done
  local directory=$LAB_DIR/guests/$guest
  case $client in
    renew)
      # The others know no such signal; udhcpc asks its server at once.
      [[ $(<"$directory/client") == udhcpc ]] || fail "only udhcpc can be told to renew"
      kill -USR1 "$(live_pid "$directory/dhcp.pid")" || fail "no DHCP client runs in '$guest'"
      return
      ;;
    release) release_lease "$guest"; return ;;
    stop) stop_client "$guest"; return ;;
    udhcpc | dhclient | dhcpcd) program=$client ;;
    networkd) program=/lib/systemd/systemd-networkd ;;
    *) fail "DHCP client 'udhcpc', 'dhclient', 'dhcpcd' or 'networkd', not '$client'" ;;
  esac
  command -v "$program" >/dev/null || fail "$client is not installed ('make deps' installs what is needed)"
  [[ $client != udhcpc || $version == 4 ]] || fail "Debian's udhcpc knows IPv4 only"
  stop_client "$guest"
  rm -f "$directory/lease"
  echo "$client" >"$directory/client"
  echo "$version" >"$directory/version"
  "start_$client" "$guest" "$limit" "$version"
  if ! wait_until "$limit" died_or "$directory/dhcp.pid" test -s "$directory/lease" || [[ ! -s $directory/lease ]]; then
    stop_client "$guest"
    printf 'lab: %s in %s got no lease within %s s; it said:\n' "$client" "$guest" "$limit" >&2
    tail -n 15 "$directory/dhcp.log" | sed 's/^/  | /' >&2
    exit 1
  fi
  [[ -n $daemon ]] || stop_client "$guest"
  print_lease "$guest"
}

# release_lease GUEST: has the client that runs there give its lease up, each in its own way.
release_lease() {
  local directory=$LAB_DIR/guests/$1 pid
  pid=$(live_pid "$directory/dhcp.pid") || fail "no DHCP client runs in '$1'"
  case $(<"$directory/client") in
    udhcpc) kill -USR2 "$pid" ;;
    dhcpcd) kill -ALRM "$pid" ;;
    networkd) kill -TERM "$pid" ;;
    dhclient)
      stop_client "$1"
      run_dhclient "$1" "$(<"$directory/version")" -r >>"$directory/dhcp.log" 2>&1
      ;;
  esac
}

# The clients run in the foreground of a session of their own until they are stopped; our script tells when they are bound.
# What they remember is the guest's, so that one that is started again knows it.
start_udhcpc() {
  local directory=$LAB_DIR/guests/$1 known=()
  # Its memory is what it is told at its start.
  [[ ! -s $directory/last-address ]] || known=(-r "$(<"$directory/last-address")")
  GUEST_STATE=$directory background ip netns exec "$(namespace "$1")" udhcpc -f -i eth0 -t 20 -T 1 -A 1 \
    -O mtu -O 58 -O 59 "${known[@]}" -s "$LAB_HOME/dhcp-script" >"$directory/dhcp.log" 2>&1
  write_pid_file "$directory/dhcp.pid" "$background_pid"
}

# run_dhclient GUEST 4|6 OPTIONS...
run_dhclient() {
  local directory=$LAB_DIR/guests/$1 version=$2 guest=$1
  shift 2
  IN_PLACE=${IN_PLACE:-} in_namespace "$guest" dhclient "-$version" "$@" -v --no-pid -cf "$directory/dhclient.conf" \
    -lf "$directory/dhclient$version.leases" -sf "$LAB_HOME/dhcp-script" -e "GUEST_STATE=$directory" eth0
}

start_dhclient() {
  local directory=$LAB_DIR/guests/$1
  # Debian's list of options, but not the machine's own configuration, so that the client behaves the same everywhere.
  cat >"$directory/dhclient.conf" <<CONF
timeout $2;
retry 1;
initial-interval 1;
backoff-cutoff 2;
select-timeout 0;
request subnet-mask, broadcast-address, time-offset, routers, domain-name, domain-name-servers, domain-search,
  host-name, interface-mtu, ntp-servers, dhcp6.name-servers, dhcp6.domain-search;
CONF
  [[ $3 == 4 ]] || await_link_local "$1"
  IN_PLACE='background' run_dhclient "$1" "$3" -d >"$directory/dhcp.log" 2>&1
  write_pid_file "$directory/dhcp.pid" "$background_pid"
}

# A client of DHCPv6 can bind to its link-local address when nobody else has claimed it.
await_link_local() {
  wait_until 10 has_link_local "$1" || fail "eth0 of '$1' has no link-local address (plug the guest with --ipv6)"
}

has_link_local() {
  ip -n "$(namespace "$1")" -6 address show dev eth0 scope link -tentative | grep -q fe80
}

# dhcpcd keeps what it knows in one place for all interfaces of a name, so each guest has that place to itself. It asks
# three times whether somebody has its address before it takes it.
start_dhcpcd() {
  local directory=$LAB_DIR/guests/$1
  mkdir -p "$directory/dhcpcd"
  # shellcheck disable=SC2016 # the script's own arguments
  background ip netns exec "$(namespace "$1")" unshare --mount bash -c '
    mkdir -p /run/dhcpcd /var/lib/dhcpcd
    mount -t tmpfs none /run/dhcpcd
    mount --bind "$1/dhcpcd" /var/lib/dhcpcd
    exec dhcpcd "-$3" -B -L -d -f /dev/null -o interface_mtu -o routers -o domain_name_servers \
      -o dhcp6_name_servers -e "GUEST_STATE=$1" --script "$2" eth0' \
    dhcpcd "$directory" "$LAB_HOME/dhcp-script" "$3" >"$directory/dhcp.log" 2>&1
  write_pid_file "$directory/dhcp.pid" "$background_pid"
}

# networkd looks at the machine it runs on: here at the guest's interfaces only, and at a /sys that nobody may write to, as
# in a container, so that it waits for no udev. It configures the interface itself; what it was told is in its lease file.
# Over IPv6 the router tells it whether to ask for an address.
start_networkd() {
  local directory=$LAB_DIR/guests/$1 settings
  case $3 in
    4) settings='DHCP=ipv4\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n[DHCPv4]\nUseMTU=yes\n' ;;
    6) settings='DHCP=no\nLinkLocalAddressing=ipv6\nIPv6AcceptRA=yes\n[IPv6AcceptRA]\nDHCPv6Client=yes\n' ;;
  esac
  mkdir -p "$directory/netif"
  # shellcheck disable=SC2016 # the script's own arguments
  background ip netns exec "$(namespace "$1")" unshare --mount bash -c '
    set -e
    mkdir -p /run/systemd/network /run/systemd/netif
    mount -t tmpfs -o mode=755 none /run/systemd/network
    mount --bind "$1/netif" /run/systemd/netif
    chown systemd-network:systemd-network /run/systemd/netif
    umount /sys 2>/dev/null || true
    mount -t sysfs -o ro none /sys
    printf "[Match]\nName=eth0\n[Network]\n$2" >/run/systemd/network/10-eth0.network
    translate() {
      sed -n "s/^ADDRESS=/address=/p; s/^NETMASK=/mask=/p; s/^ROUTER=/router=/p; s/^DNS=/dns=/p; s/^MTU=/mtu=/p
        s/^LIFETIME=/lease=/p; s/^T1=/t1=/p; s/^T2=/t2=/p; s/^SERVER_ADDRESS=/server=/p" "$@"
    }
    (
      [ "$3" = 6 ] || until compgen -G "/run/systemd/netif/leases/*" >/dev/null; do sleep 0.1; done
      until ip "-$3" -brief address show dev eth0 scope global -tentative | grep -q /; do sleep 0.1; done
      { echo event=bound; [ "$3" = 6 ] || translate /run/systemd/netif/leases/*; } >"$1/lease.new"
      mv "$1/lease.new" "$1/lease"
    ) &
    exec /lib/systemd/systemd-networkd' networkd "$directory" "$settings" "$3" >"$directory/dhcp.log" 2>&1
  write_pid_file "$directory/dhcp.pid" "$background_pid"
}

# Killed and not asked, so that the address stays and nothing is released.
stop_client() {
  local pid
  # With its helpers, which would go on to take what is for the next client.
  if pid=$(live_pid "$LAB_DIR/guests/$1/dhcp.pid"); then kill -KILL -- "-$pid" 2>/dev/null || true; fi
  stop_process "$LAB_DIR/guests/$1/dhcp.pid" KILL 5
}

print_lease() {
  local guest=${1:-} key=${2:-} file
  [[ -n $guest ]] || fail "lab guest lease GUEST [KEY]"
  need_guest "$guest"
  file=$LAB_DIR/guests/$guest/lease
  [[ -s $file ]] || fail "guest '$guest' has no lease"
  if [[ -n $key ]]; then sed -n "s/^$key=//p" "$file"; else cat "$file"; fi
}
