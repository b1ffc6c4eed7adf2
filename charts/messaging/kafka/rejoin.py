"""Before the broker starts: returns when nothing of its former life is left in ZooKeeper, or the seconds are over.

    rejoin.py SECONDS ZOOKEEPER

A broker that was killed stays registered until its session ends. One that starts before finds its own number taken,
and gives up. The wish to leave of one that left ends seconds later, too: a broker that is back would count as one that
leaves, and the others, told to leave meanwhile, would not wait for each other.
"""

import struct
import sys
import time
from typing import List

from cluster_metadata import own_number
from zookeeper_session import REGISTRATIONS, WISH, connect

SESSION_SECONDS = 10


def await_end_of_former(me: int, seconds: float, zookeeper: List[str]) -> None:
    deadline = time.monotonic() + seconds
    told = False
    session = None
    while time.monotonic() < deadline:
        try:
            session = session or connect(zookeeper, SESSION_SECONDS)
            if session.read(f"{REGISTRATIONS}/{me}") is None:
                session.delete(f"/{WISH}{me}")
                session.close()
                return
            if not told:
                print(f"INFO Broker {me} waits until the session of its former life ends", flush=True)
                told = True
        except (OSError, struct.error):
            session = None  # without ZooKeeper nobody knows
        time.sleep(0.5)
    print(f"WARN Broker {me} starts after {seconds:.0f} s without knowing that its former life has ended", flush=True)


def main(seconds: str, zookeeper: str) -> int:
    await_end_of_former(own_number(), float(seconds), zookeeper.split(","))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
