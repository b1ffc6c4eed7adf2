"""preStop of the server: returns when no broker that was told to leave is still at work, or the seconds are over.

    leave.py PORT SECONDS

A broker cannot stop without ZooKeeper: it waits for it until it is killed. Where both are told to leave at the same
moment, with a node that is drained or a namespace that is deleted, the brokers go first.
"""

import struct
import sys
import time

from zookeeper_session import REGISTRATIONS, Session

# Until every broker that was told at the same moment has said that it wants to leave: it begins with two of silence.
WISH_SECONDS = 6
SESSION_SECONDS = 10


def await_brokers(session: Session, wish_seconds: float, seconds: float) -> None:
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        registered = {int(name) for name in session.children(REGISTRATIONS)}
        leaving = session.brokers_that_want_to_leave() & registered
        if not leaving and time.monotonic() - start >= wish_seconds:
            return
        time.sleep(0.2)


def main(port: str, seconds: str) -> int:
    try:
        session = Session(f"127.0.0.1:{port}", SESSION_SECONDS)
        await_brokers(session, WISH_SECONDS, float(seconds))
        session.close()
    except (OSError, struct.error):
        pass  # it serves nobody: no broker could use it
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
