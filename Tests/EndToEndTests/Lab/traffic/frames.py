"""Frames that guests send as scapy writes them, and who sees them."""

import random
import selectors
import socket
import time

import scapy.layers.dhcp
import scapy.layers.dhcp6
import scapy.layers.inet
import scapy.layers.inet6
import scapy.layers.l2
import scapy.layers.vxlan
import scapy.packet
import scapy.utils6

from talks import GRACE

ETH_P_ALL = 3
VOCABULARY = {}
for module in (
    scapy.packet, scapy.layers.l2, scapy.layers.inet, scapy.layers.inet6, scapy.layers.dhcp, scapy.layers.dhcp6,
    scapy.layers.vxlan,
):
    VOCABULARY.update({name: value for name, value in vars(module).items() if not name.startswith("_")})


def link_local(mac):
    """RFC 4291, appendix A."""
    return "fe80::" + scapy.utils6.in6_mactoifaceid(mac)


def solicited_node(address):
    """RFC 4291, section 2.7.1."""
    return socket.inet_ntop(socket.AF_INET6, scapy.utils6.in6_getnsma(socket.inet_pton(socket.AF_INET6, address)))


def multicast_mac(address):
    """RFC 2464, section 7."""
    return scapy.utils6.in6_getnsmac(socket.inet_pton(socket.AF_INET6, address))


for function in (link_local, solicited_node, multicast_mac):
    VOCABULARY[function.__name__] = function


class Watcher:
    """What arrives at a member's interface, from when it is made."""

    def __init__(self, members, member, interface="eth0"):
        with members.inside(member):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        self.socket.bind((interface, ETH_P_ALL))

    def arrived(self):
        """All frames since the last time."""
        frames = []
        while True:
            try:
                data, address = self.socket.recvfrom(65536)
            except BlockingIOError:
                return frames
            if address[2] != socket.PACKET_OUTGOING:
                frames.append(scapy.layers.l2.Ether(data))

    def close(self):
        self.socket.close()


class Frames:
    """Sending frames, and seeing where they arrive."""

    def __init__(self, members):
        self.members = members

    def exchange(self, frames, watching, seconds):
        """Sends frames of several guests and returns who of `watching` saw which. A frame is known by the expression
        `seen`, or else by a token that is put behind its layers; one without layers is only looked for. It ends when all
        have arrived where they shall, or when the time is over."""
        watchers = {place: Watcher(self.members, *place.split(":")) for place in watching}
        try:
            for frame in frames:
                self._build(frame)
            # What shall not arrive goes first, so that the others arrive after its chance.
            for frame in sorted(frames, key=lambda frame: bool(frame["arrives"])):
                if frame["bytes"]:
                    self._send(frame["from"], frame["bytes"])
            seen = {frame["name"]: set() for frame in frames}
            deadline, settled = time.monotonic() + seconds, None
            while time.monotonic() < (settled or deadline):
                self._collect(frames, watchers, seen)
                if not settled and all(set(frame["arrives"]) <= seen[frame["name"]] for frame in frames):
                    settled = time.monotonic() + GRACE
                wait(watchers.values(), 0.02)
            return {name: sorted(places) for name, places in seen.items()}
        finally:
            for watcher in watchers.values():
                watcher.close()

    @staticmethod
    def _build(frame):
        if not frame.get("layers"):
            frame["bytes"] = b""
            return
        built = eval(frame["layers"], dict(VOCABULARY))
        if not frame.get("seen"):
            token = b"frame %d" % random.getrandbits(64)
            built = built / scapy.packet.Raw(token)
            # An ICMP error repeats what it is about.
            frame["seen"] = f"{token!r} in bytes(p) and IPerror not in p and IPerror6 not in p"
        frame["bytes"] = bytes(built)

    def _send(self, member, frame):
        with self.members.inside(member):
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with sender:
            sender.bind(("eth0", 0))
            sender.send(frame)

    @staticmethod
    def _collect(frames, watchers, seen):
        for place, watcher in watchers.items():
            for p in watcher.arrived():
                for frame in frames:
                    if place not in seen[frame["name"]] and holds(frame["seen"], p):
                        seen[frame["name"]].add(place)


def holds(expression, p):
    """The expression's value for the packet; false when it has not the layers that it speaks of."""
    try:
        return eval(expression, dict(VOCABULARY), {"p": p})
    except (IndexError, AttributeError):
        return False


def wait(watchers, seconds):
    with selectors.DefaultSelector() as selector:
        for watcher in watchers:
            selector.register(watcher.socket, selectors.EVENT_READ)
        selector.select(seconds)
