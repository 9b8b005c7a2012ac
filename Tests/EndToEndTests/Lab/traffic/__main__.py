"""Traffic between a lab's guests: a request, a JSON object, is a line of the input, and its answer a line of the output.

One process serves all guests, so that a check costs milliseconds. It ends with its input.
"""

import json
import signal
import sys
import traceback

from connections import Connections
from frames import Frames
from members import Members
from talks import hold


def main():
    members = Members(sys.argv[1])
    connections, frames = Connections(members), Frames(members)

    requests = {
        "configure": members.configure,
        "talks": lambda talks, seconds: hold(members, talks, seconds),
        "frames": frames.exchange,
        "open": connections.open,
        "carries": connections.carries,
        "closeConnections": connections.close,
    }
    for line in sys.stdin:
        request = json.loads(line)
        # Whoever asked waits without a limit.
        signal.alarm(90)
        try:
            answer = {"done": requests[request.pop("request")](**request)}
        except Exception:
            answer = {"failed": traceback.format_exc()}
        signal.alarm(0)
        print(json.dumps(answer), flush=True)


main()
