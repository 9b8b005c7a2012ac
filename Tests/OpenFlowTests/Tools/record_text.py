#!/usr/bin/env python3
"""Records what ovs-ofctl puts on the wire over OpenFlow 1.3, and what it prints of that.

Each line of a source file is `<name> TAB <ovs-ofctl command> TAB <argument>`; a line of the corpus that is written is
`<name> TAB <hex of the message> TAB <argument> TAB <text>`, where the text is that of `ovs-ofctl ofp-print`. ovs-ofctl
talks to a switch that says yes to everything, on a Unix socket in a directory of its own. For the command `match` the
argument is the hex of a match's fields, the text is the refusal, `OFPBMC_…`, or `ok`.

    record_text.py SOURCE.tsv >CORPUS.tsv
"""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading

HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, EXPERIMENTER = 0, 1, 2, 3, 4
FEATURES_REQUEST, FEATURES_REPLY, GET_CONFIG_REQUEST, GET_CONFIG_REPLY = 5, 6, 7, 8
FLOW_MOD, GROUP_MOD, METER_MOD = 14, 15, 29
MULTIPART_REQUEST, MULTIPART_REPLY, BARRIER_REQUEST, BARRIER_REPLY = 18, 19, 20, 21
NICIRA, TUNNEL_OPTION_REQUEST, TUNNEL_OPTION_REPLY = 0x2320, 25, 26


def message(kind, xid, body=b""):
    return struct.pack("!BBHI", 4, kind, 8 + len(body), xid) + body


def answer(kind, xid, body):
    """The answer of a switch that has a single port and the tunnel options that tun_metadata0 to 3 stand for."""
    if kind == ECHO_REQUEST:
        return message(ECHO_REPLY, xid, body)
    if kind == FEATURES_REQUEST:
        return message(FEATURES_REPLY, xid, struct.pack("!QIBBHII", 1, 0, 254, 0, 0, 0x4F, 0))
    if kind == GET_CONFIG_REQUEST:
        return message(GET_CONFIG_REPLY, xid, struct.pack("!HH", 0, 0))
    if kind == BARRIER_REQUEST:
        return message(BARRIER_REPLY, xid)
    if kind == MULTIPART_REQUEST:
        return message(MULTIPART_REPLY, xid, body[:2] + b"\0\0\0\0\0\0")
    if kind == EXPERIMENTER and struct.unpack("!II", body[:8]) == (NICIRA, TUNNEL_OPTION_REQUEST):
        lengths = [4, 8, 20, 124]
        options = b"".join(struct.pack("!HBBHH", 0xFFFF, n, length, n, 0) for n, length in enumerate(lengths))
        head = struct.pack("!IIIH10x", NICIRA, TUNNEL_OPTION_REPLY, 256, 64)
        return message(EXPERIMENTER, xid, head + options)
    return b""


def serve(listener, messages):
    """Answers each connection and keeps what changes flows, groups and meters."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.sendall(message(HELLO, 1))
        data = b""
        while received := connection.recv(65536):
            data += received
            while len(data) >= 8 and len(data) >= (length := struct.unpack("!H", data[2:4])[0]):
                _, kind, _, xid = struct.unpack("!BBHI", data[:8])
                if kind in (FLOW_MOD, GROUP_MOD, METER_MOD):
                    messages.append(data[:length])
                connection.sendall(answer(kind, xid, data[8:length]))
                data = data[length:]
        connection.close()


def run(arguments, text=None):
    return subprocess.run(["ovs-ofctl", "-O", "OpenFlow13", "--no-names", *arguments], input=text, capture_output=True, text=True)


def flow_listing(flow_mod):
    """A flow_mod as the entry of an answer to `dump-flows`."""
    cookie, table, idle, hard, priority, flags = struct.unpack("!Q8xBxHHH12xH", flow_mod[8:46])
    tail = flow_mod[48:]
    head = struct.pack("!HBxIIHHHH4xQQQ", 48 + len(tail), table, 0, 0, priority, idle, hard, flags, cookie, 0, 0)
    return message(MULTIPART_REPLY, 0, b"\0\1\0\0\0\0\0\0" + head + tail)


def printed(recorded):
    """What ovs-ofctl prints of a message: of a flow the line of `dump-flows`."""
    shown = flow_listing(recorded) if recorded[1] == FLOW_MOD else recorded
    text = run(["ofp-print", shown.hex()]).stdout.rstrip("\n")
    text = text.split("\n", 1)[-1].strip() if recorded[1] == FLOW_MOD else text
    return text.replace("\n", "\\n")


def match_verdict(fields):
    """The flow_mod that adds a flow with these fields, and what ovs-ofctl says of it."""
    body = struct.pack("!HH", 1, 4 + len(fields)) + fields
    body += b"\0" * (-len(body) % 8)
    fixed = struct.pack("!QQBBHHHIIIHxx", 0, 0, 0, 0, 0, 0, 0x8000, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    text = run(["ofp-print", message(FLOW_MOD, 0, fixed + body).hex()]).stdout
    return body, text.split("decode error: ")[1].split("*")[0] if "decode error" in text else "ok"


def main():
    messages = []
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "switch")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen()
        threading.Thread(target=serve, args=(listener, messages), daemon=True).start()
        for line in open(sys.argv[1], encoding="utf-8"):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                print(line)
                continue
            name, command, argument = line.split("\t")
            if command == "match":
                body, verdict = match_verdict(bytes.fromhex(argument))
                print("\t".join([name, body.hex(), argument, verdict]))
                continue
            messages.clear()
            # A leading "<command> -" reads the argument as a file, which may say what is done with the flow.
            words = command.split()
            from_file = words[-1] == "-"
            options = [word for word in words if word.startswith("--")]
            verb = next(word for word in words if not word.startswith("-"))
            given = ["-"] if from_file else ([argument] if argument else [])
            result = run([*options, verb, "unix:" + path, *given], argument + "\n" if from_file else None)
            if result.returncode != 0 or len(messages) != 1:
                print(f"{name}: {len(messages)} messages: {result.stderr}", file=sys.stderr)
                continue
            # The transaction id says nothing.
            recorded = messages[0][:4] + b"\0\0\0\0" + messages[0][8:]
            print("\t".join([name, recorded.hex(), argument, printed(recorded)]))


main()
