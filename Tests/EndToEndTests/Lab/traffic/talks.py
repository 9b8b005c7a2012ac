"""Talks that guests begin with real sockets: pings, datagrams and connections, many at once, and how each ends.

How a talk ended is one of
  answered     the other side's answer came back
  heard        the other side heard it, but its answer did not come back
  refused      nobody listens there: a port unreachable for UDP, a reset for TCP
  unreachable  a router said that there is no way
  expired      a router said that its hops were used up
  tooBig       a router said that it does not fit
  silent       nothing came back
"""

import errno
import selectors
import socket
import struct
import time

RESEND = 0.25
# How long something that shall not arrive has the chance to after all that shall arrive has.
GRACE = 0.15

IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2
IPV6_DONTFRAG = 62


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def make_socket(members, member, address, kind, protocol=0):
    with members.inside(member):
        made = socket.socket(family(address), kind | socket.SOCK_NONBLOCK, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


class Talk:
    """One talk. `outcome` is what is known of its end; `by` is the router that said so, `mtu` what it said would fit."""

    def __init__(self, members, number, wanted):
        self.wanted = wanted
        self.address = wanted["address"]
        self.is_ipv6 = ":" in self.address
        self.token = b"talk %d %d " % (number, time.monotonic_ns())
        self.outcome, self.by, self.mtu = "silent", None, None
        self.ended = False
        self.socket = make_socket(members, wanted["from"], self.address, self.kind, self.protocol)
        if wanted.get("source"):
            self.socket.bind((wanted["source"], 0))

    def finished(self):
        return self.ended or self.outcome not in ("silent", "heard")

    def failed(self, error):
        if error.errno == errno.ECONNREFUSED:
            self.outcome = "refused"
        elif error.errno == errno.EMSGSIZE:
            self.outcome = "tooBig"
        elif error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            # The guest's own kernel may have said that, which found no link address.
            self.ended = True
        elif error.errno not in (errno.EAGAIN, errno.EINPROGRESS):
            raise error

    def send(self):
        pass

    def is_writing(self):
        return False


class Ping(Talk):
    kind = socket.SOCK_RAW

    def __init__(self, members, number, wanted):
        self.protocol = socket.IPPROTO_ICMPV6 if ":" in wanted["address"] else socket.IPPROTO_ICMP
        super().__init__(members, number, wanted)
        self.id = (number * 7919 + time.monotonic_ns()) & 0xFFFF
        if self.is_ipv6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, IPV6_DONTFRAG, 1)
        else:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
        if wanted.get("hops"):
            level = socket.IPPROTO_IPV6 if self.is_ipv6 else socket.IPPROTO_IP
            option = socket.IPV6_UNICAST_HOPS if self.is_ipv6 else socket.IP_TTL
            self.socket.setsockopt(level, option, wanted["hops"])

    def send(self):
        body = self.token.ljust(wanted_size(self.wanted, 32), b".")
        # The kernel fills in the checksum of ICMPv6.
        header = struct.pack("!BBHHH", 128 if self.is_ipv6 else 8, 0, 0, self.id, 1)
        if not self.is_ipv6:
            header = struct.pack("!BBHHH", 8, 0, checksum(header + body), self.id, 1)
        try:
            self.socket.sendto(header + body, (self.address, 0))
        except OSError as error:
            self.failed(error)

    def read(self):
        data, sender = self.socket.recvfrom(65536)
        if not self.is_ipv6:
            data = data[(data[0] & 15) * 4:]
        if len(data) < 8:
            return
        kind, code = data[0], data[1]
        if kind == (129 if self.is_ipv6 else 0):
            if struct.unpack("!H", data[4:6])[0] == self.id and self.token in data:
                self.outcome = "answered"
            return
        names = {1: "unreachable", 2: "tooBig", 3: "expired"} if self.is_ipv6 else {3: "unreachable", 11: "expired"}
        inner = data[8 + (40 if self.is_ipv6 else (data[8] & 15) * 4 if len(data) > 8 else 20):]
        if kind not in names or len(inner) < 6 or struct.unpack("!H", inner[4:6])[0] != self.id:
            return
        by = sender[0].split("%")[0]
        if by in self.wanted["own"]:
            return
        self.outcome, self.by = names[kind], by
        if not self.is_ipv6 and (kind, code) == (3, 4):
            self.outcome = "tooBig"
        if self.outcome == "tooBig":
            self.mtu = struct.unpack("!I", data[4:8])[0] & (0xFFFFFFFF if self.is_ipv6 else 0xFFFF)


class Datagram(Talk):
    kind, protocol = socket.SOCK_DGRAM, 0

    def send(self):
        try:
            self.socket.connect((self.address, self.wanted["port"]))
            self.socket.send(self.token)
        except OSError as error:
            self.failed(error)

    def read(self):
        try:
            if self.token in self.socket.recv(65536):
                self.outcome = "answered"
        except OSError as error:
            self.failed(error)


class Connection(Talk):
    kind, protocol = socket.SOCK_STREAM, 0

    def __init__(self, members, number, wanted):
        super().__init__(members, number, wanted)
        self.unsent = self.token.ljust(wanted_size(wanted, 32), b".")
        self.unheard = len(self.unsent)
        self.begun = False

    def send(self):
        # It resends by itself.
        if self.begun:
            return
        self.begun = True
        try:
            self.socket.connect((self.address, self.wanted["port"]))
        except OSError as error:
            self.failed(error)

    def is_writing(self):
        return bool(self.unsent) and self.begun and not self.finished()

    def write(self):
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        try:
            if error:
                raise OSError(error, "connect")
            self.unsent = self.unsent[self.socket.send(self.unsent):]
        except OSError as error:
            self.failed(error)

    def read(self):
        try:
            self.unheard -= len(self.socket.recv(1 << 20))
            if self.unheard == 0:
                self.outcome = "answered"
        except OSError as error:
            self.failed(error)


KINDS = {"ping": Ping, "udp": Datagram, "tcp": Connection}


class Listeners:
    """Who hears datagrams and connections, and sends everything back; one for each address and port that is spoken to."""

    def __init__(self, members, selector):
        self.members, self.selector, self.sockets, self.heard = members, selector, {}, b""

    def listen(self, wanted):
        key = (wanted["to"], wanted["kind"], wanted["address"], wanted["port"])
        if key in self.sockets:
            return
        stream = wanted["kind"] == "tcp"
        listener = make_socket(
            self.members, wanted["to"], wanted["address"], socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
        listener.bind((wanted["address"], wanted["port"]))
        if stream:
            listener.listen(64)
        self.sockets[key] = listener
        self.selector.register(listener, selectors.EVENT_READ, self.accept if stream else self.echo)

    def accept(self, listener, _):
        accepted, _ = listener.accept()
        accepted.setblocking(False)
        self.sockets[accepted] = accepted
        pending = bytearray()

        def serve(stream, events):
            try:
                if events & selectors.EVENT_READ:
                    data = stream.recv(1 << 20)
                    if not data:
                        self.selector.unregister(stream)
                        return
                    self.heard += data[:64]
                    pending.extend(data)
                if pending:
                    del pending[:stream.send(pending)]
            except BlockingIOError:
                pass
            except OSError:
                self.selector.unregister(stream)
                return
            self.selector.modify(stream, selectors.EVENT_READ | (selectors.EVENT_WRITE if pending else 0), serve)

        self.selector.register(accepted, selectors.EVENT_READ, serve)

    def echo(self, listener, _):
        try:
            data, sender = listener.recvfrom(65536)
            self.heard += data
            listener.sendto(data, sender)
        except OSError:
            pass

    def close(self):
        for made in self.sockets.values():
            made.close()


def hold(members, wanted, seconds):
    """Holds all these talks at once. It ends when each has ended as it `expects` to, or when the time is over."""
    selector = selectors.DefaultSelector()
    listeners = Listeners(members, selector)
    talks = []
    try:
        for number, one in enumerate(wanted):
            if one.get("to") and one["kind"] != "ping":
                listeners.listen(one)
            talks.append(KINDS[one["kind"]](members, number, one))
        for talk in talks:
            selector.register(talk.socket, selectors.EVENT_READ, talk)
        # What shall stay silent goes first, so that the answers of all others come after its chance.
        talks_in_order = sorted(talks, key=lambda talk: talk.wanted["expects"] != "silent")
        begin = time.monotonic()
        deadline, resend, settled = begin + seconds, begin, None
        while (now := time.monotonic()) < deadline:
            if now >= resend:
                for talk in talks_in_order:
                    if not talk.finished():
                        talk.send()
                resend = now + RESEND
            for talk in talks:
                if talk.outcome == "silent" and talk.token in listeners.heard:
                    talk.outcome = "heard"
                events = 0 if talk.finished() else selectors.EVENT_READ
                events |= selectors.EVENT_WRITE if talk.is_writing() else 0
                watch(selector, talk, events)
            if all(talk.outcome == talk.wanted["expects"] for talk in talks):
                if not any(talk.wanted["expects"] == "silent" for talk in talks):
                    break
                settled = settled or now + GRACE
                if now >= settled:
                    break
            else:
                settled = None
            for key, events in selector.select(0.02):
                if isinstance(key.data, Talk):
                    if events & selectors.EVENT_WRITE and key.data.is_writing():
                        key.data.write()
                    if events & selectors.EVENT_READ and not key.data.finished():
                        key.data.read()
                else:
                    key.data(key.fileobj, events)
        return [{"outcome": talk.outcome, "by": talk.by, "mtu": talk.mtu} for talk in talks]
    finally:
        for talk in talks:
            talk.socket.close()
        listeners.close()
        selector.close()


def watch(selector, talk, events):
    registered = selector.get_map().get(talk.socket)
    if not events:
        if registered:
            selector.unregister(talk.socket)
    elif not registered:
        selector.register(talk.socket, events, talk)
    elif registered.events != events:
        selector.modify(talk.socket, events, talk)


def wanted_size(wanted, default):
    return wanted.get("size") or default


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
