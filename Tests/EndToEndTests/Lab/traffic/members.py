"""The lab's members, guests and nodes: network namespaces that sockets are made in."""

import contextlib
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


class Members:
    """All members of one lab. A socket stays in the namespace that it was made in, so nothing has to run there."""

    def __init__(self, lab_id):
        self.lab_id = lab_id
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)

    def namespace(self, member):
        return f"{self.lab_id}-{member}"

    @contextlib.contextmanager
    def inside(self, member):
        """What is made in the block is made in this member's namespace."""
        namespace = os.open(f"/run/netns/{self.namespace(member)}", os.O_RDONLY)
        try:
            self._enter(namespace)
            yield
        finally:
            os.close(namespace)
            self._enter(self.home)

    def configure(self, member, lines):
        """Has `ip` carry out these lines in the member's namespace."""
        command = ["ip", "-n", self.namespace(member), "-batch", "-"]
        done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{member}: {lines}: {done.stderr.strip()}")
        return True

    def _enter(self, namespace):
        if libc.setns(namespace, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
