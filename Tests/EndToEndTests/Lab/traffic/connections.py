"""Connections that stay open while something else changes, and whether each direction still carries."""

import selectors
import socket
import time

from talks import make_socket


class Connections:
    """All that are open, by name: both ends."""

    def __init__(self, members):
        self.members, self.open_ones = members, {}

    def open(self, name, wanted, seconds):
        """True when it is open: a TCP connection, or a UDP flow that has been heard."""
        deadline = time.monotonic() + seconds
        stream = wanted["kind"] == "tcp"
        kind = socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
        server = make_socket(self.members, wanted["to"], wanted["address"], kind)
        client = make_socket(self.members, wanted["from"], wanted["address"], kind)
        server.bind((wanted["address"], wanted["port"]))
        server.settimeout(0.3)
        client.settimeout(seconds)
        try:
            if stream:
                server.listen(1)
                server.settimeout(seconds)
                client.connect((wanted["address"], wanted["port"]))
                accepted, _ = server.accept()
                server.close()
                server = accepted
            else:
                client.connect((wanted["address"], wanted["port"]))
                while True:
                    client.send(b"hello")
                    try:
                        server.connect(server.recvfrom(64)[1])
                        break
                    except TimeoutError:
                        if time.monotonic() > deadline:
                            raise
        except OSError:
            client.close()
            server.close()
            return False
        for end in self.open_ones.pop(name, ()):
            end.close()
        client.setblocking(False)
        server.setblocking(False)
        self.open_ones[name] = (client, server)
        return True

    def carries(self, name, seconds):
        """Which directions carry what is sent now: `there`, from who began to the other, and `back`."""
        client, server = self.open_ones[name]
        token = b"<%d>" % time.monotonic_ns()
        for end in (client, server):
            try:
                end.send(token)
            except OSError:
                pass
        arrived = {client: b"", server: b""}
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            for end in arrived:
                selector.register(end, selectors.EVENT_READ)
            while time.monotonic() < deadline and not all(token in data for data in arrived.values()):
                for key, _ in selector.select(0.05):
                    try:
                        data = key.fileobj.recv(65536)
                    except OSError:
                        data = b""
                    arrived[key.fileobj] += data
                    if not data:
                        selector.unregister(key.fileobj)
                if not selector.get_map():
                    break
        return {"there": token in arrived[server], "back": token in arrived[client]}

    def close(self):
        """All of them."""
        for client, server in self.open_ones.values():
            client.close()
            server.close()
        self.open_ones = {}
        return True
