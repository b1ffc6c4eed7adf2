"""preStop of the broker: returns when no partition would fall below MIN_ISR without it and no other broker is just
leaving, or when the seconds are over.

    leave.py BROKER_PORT MIN_ISR SECONDS ZOOKEEPER
"""

import contextlib
import struct
import sys
import time
from typing import List

from cluster_metadata import Metadata, fetch, names, own_number
from leave_lock import take_leave_lock

# From the decision to leave until every broker's metadata shows it: a controlled shutdown under load takes up to five.
DEPARTURE_SECONDS = 10


def why_not_safe_to_leave(metadata: Metadata, me: int, min_in_sync: int) -> str:
    """Empty when every partition keeps `min_in_sync` in-sync replicas, or all that it can have, without broker `me`."""
    at_risk = [
        each
        for each in metadata.partitions
        if len(each.replicas) > 1
        and me in each.in_sync
        and len(each.in_sync) - 1 < min(min_in_sync, len(each.replicas) - 1)
    ]
    return f"too few other in-sync replicas: {names(at_risk)}" if at_risk else ""


def why_not_leave(port: int, me: int, min_in_sync: int, zookeeper: List[str]) -> str:
    """Empty when this broker may leave: it then holds the lock, and whoever asks next sees that it left."""
    reason = why_not_safe_to_leave(fetch(port), me, min_in_sync)
    if reason:
        return reason
    lock = take_leave_lock(zookeeper, me, DEPARTURE_SECONDS)
    if not lock:
        return "another broker is leaving"
    # Whoever held the lock before may have left since the first look.
    reason = why_not_safe_to_leave(fetch(port), me, min_in_sync)
    if reason:
        lock.release()
    return reason


def leave(port: int, me: int, min_in_sync: int, seconds: float, zookeeper: List[str]) -> int:
    deadline = time.monotonic() + seconds
    told = ""
    while time.monotonic() < deadline:
        try:
            reason = why_not_leave(port, me, min_in_sync, zookeeper)
        except ConnectionRefusedError:
            return 0  # the broker serves nobody: nothing to wait for
        except (OSError, struct.error) as error:
            reason = f"no answer: {error}"  # busy, or frozen: that is no reason to leave
        if not reason:
            return 0
        if reason != told:
            tell(f"INFO Broker {me} waits to leave, {reason}")
            told = reason
        time.sleep(0.5)
    tell(f"WARN Broker {me} leaves after {seconds:.0f} s all the same, {told}")
    return 0


def tell(line: str) -> None:
    """To the log of the pod: what a preStop hook prints itself is lost."""
    with contextlib.suppress(OSError), open("/proc/1/fd/1", "w", encoding="utf-8") as log:
        print(line, file=log)


def main(port: str, min_in_sync: str, seconds: str, zookeeper: str) -> int:
    return leave(int(port), own_number(), int(min_in_sync), float(seconds), zookeeper.split(","))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
