"""preStop of the broker: returns when no partition would fall below MIN_ISR without it, no other broker is just leaving
and another one is the controller; or when all brokers want to leave; or when the seconds are over.

    leave.py BROKER_PORT MIN_ISR SECONDS ZOOKEEPER

Where ZooKeeper is gone for good it ends the broker, which would otherwise wait for it until it is killed. It goes on to
look for that when it has returned, until the broker has gone.
"""

import contextlib
import json
import os
import signal
import struct
import sys
import time
from typing import List, Optional, Set

from cluster_metadata import Metadata, fetch, names, own_number
from zookeeper_session import WISH, Session, connect, nameless

# The in-sync replicas show a departure seconds after the decision to leave. Two brokers that are asked to leave within
# those seconds would both find it safe, so one takes this lock. Nobody has to give it back: it ends with its session.
LOCK = "/bss-leaving-broker"
# From the decision to leave until every broker's metadata shows it: a controlled shutdown under load takes up to five.
DEPARTURE_SECONDS = 10

# Where Kafka keeps which broker is the controller; who finds no such node tries to become it.
CONTROLLER = "/controller"
# An election and the new controller's look at the cluster take about one.
HAND_OVER_SECONDS = 8

# Longer than a server's restart takes. Without ZooKeeper no other broker can take over, however long this one waits.
SILENCE_SECONDS = 20
# Longer than a stop takes that is answered.
FAREWELL_SECONDS = 15
# With a namespace its Services are deleted within a second of its pods. Who asks for a name before gets it from the
# resolver for half a minute more, and so does everybody else.
FIRST_LOOK_SECONDS = 2
NAMES_SECONDS = 0.5
# Written by start.sh.
PROCESS = "/tmp/broker.pid"


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


def hand_over_controller(session: Session, port: int, me: int) -> None:
    """Lets another broker be the controller while this one still serves.

    A controller that leaves tells the others who leads its partitions, and is gone before they have heard it: they wait
    for the next controller, and nothing is acknowledged until then, which was seen to take up to 3.4 s.
    """
    deadline = time.monotonic() + HAND_OVER_SECONDS
    while time.monotonic() < deadline:
        metadata = fetch(port)
        if metadata.brokers == [me]:
            return
        controller = controller_of(session)
        if controller == me:
            session.delete(CONTROLLER)
        elif controller == metadata.controller:
            return  # it has reached this broker, and so it is at work
        time.sleep(0.2)
    tell(f"WARN Broker {me} leaves although no other became the controller within {HAND_OVER_SECONDS} s")


def controller_of(session: Session) -> Optional[int]:
    node = session.read(CONTROLLER)
    return json.loads(node)["brokerid"] if node else None


def everybody_leaves(metadata: Metadata, wishes: Set[int]) -> bool:
    """Whether nobody is left to wait for: a broker that is away at the moment may come back, and has no wish."""
    replicas = {broker for each in metadata.partitions for broker in each.replicas}
    return wishes >= replicas | set(metadata.brokers)


def why_not_leave(session: Session, port: int, me: int, min_in_sync: int) -> str:
    """Empty when this broker may leave: whoever asks next then sees that it left, by the lock or the wish."""
    session.create_ephemeral(f"/{WISH}{me}", "")
    metadata = fetch(port)
    if everybody_leaves(metadata, session.brokers_that_want_to_leave()):
        end_with_everybody()
        return ""
    reason = why_not_safe_to_leave(metadata, me, min_in_sync)
    if reason:
        return reason
    if not session.create_ephemeral(LOCK, str(me)):
        return "another broker is leaving"
    hand_over_controller(session, port, me)
    # Whoever held the lock before may have left since the first look.
    reason = why_not_safe_to_leave(fetch(port), me, min_in_sync)
    if reason:
        session.delete(LOCK)
    return reason


def leave(port: int, me: int, min_in_sync: int, seconds: float, zookeeper: List[str]) -> None:
    heard = time.monotonic()
    deadline = heard + seconds
    told = ""
    session = None
    while time.monotonic() < deadline:
        try:
            session = session or connect(zookeeper, DEPARTURE_SECONDS)
            heard = time.monotonic()
            reason = why_not_leave(session, port, me, min_in_sync)
        except ConnectionRefusedError:
            return  # the broker serves nobody: nothing to wait for
        except (OSError, struct.error) as error:
            reason = f"no answer: {error}"  # busy, or frozen: that is no reason to leave
            if session:
                session.close()  # a lock that it took must not outlive this attempt
                session = None
        if not reason:
            return
        if time.monotonic() - heard > SILENCE_SECONDS:
            return end_without_zookeeper(me, reason)
        if reason != told:
            tell(f"INFO Broker {me} waits to leave, {reason}")
            told = reason
        time.sleep(0.5)
    tell(f"WARN Broker {me} leaves after {seconds:.0f} s all the same, {told}")


def end_with_everybody() -> None:
    """Nobody is left who would take over, and the broker's own stop asks for one again and again."""
    with contextlib.suppress(OSError), open(PROCESS, encoding="utf-8") as process:
        broker = int(process.read())
        os.kill(broker, signal.SIGTERM)
        deadline = time.monotonic() + FAREWELL_SECONDS
        while time.monotonic() < deadline:
            os.kill(broker, 0)  # an error when it has gone
            time.sleep(0.2)
        os.kill(broker, signal.SIGKILL)


def end_without_zookeeper(me: int, reason: str) -> None:
    """The broker's own stop asks ZooKeeper, and never ends without it. What was acknowledged is with the kernel."""
    tell(f"WARN Broker {me} is ended without a farewell, as ZooKeeper is gone, {reason}")
    with contextlib.suppress(OSError), open(PROCESS, encoding="utf-8") as process:
        os.kill(int(process.read()), signal.SIGKILL)


def end_where_names_end(me: int, zookeeper: List[str]) -> None:
    """In a process of its own, until the broker has gone.

    Services end with their namespace, and by their names a broker looks for ZooKeeper, and in its stop for a
    controller, for half a minute each; and where one broker can ask ZooKeeper no more, the others wait for it.
    """
    if os.fork():
        return
    os.setsid()
    # The hook is over for Kubernetes when nobody holds its output any more.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    with contextlib.suppress(OSError), open(PROCESS, encoding="utf-8") as process:
        broker = int(process.read())
        while not nameless(zookeeper):
            os.kill(broker, 0)  # an error when it has gone
            time.sleep(NAMES_SECONDS)
        end_without_zookeeper(me, "and its names with it")
    os._exit(0)


def tell(line: str) -> None:
    """To the log of the pod: what a preStop hook prints itself is lost."""
    with contextlib.suppress(OSError), open("/proc/1/fd/1", "w", encoding="utf-8") as log:
        print(line, file=log)


def main(port: str, min_in_sync: str, seconds: str, zookeeper: str) -> None:
    me, servers = own_number(), zookeeper.split(",")
    time.sleep(FIRST_LOOK_SECONDS)
    end_where_names_end(me, servers)
    leave(int(port), me, int(min_in_sync), float(seconds), servers)


if __name__ == "__main__":
    main(*sys.argv[1:])
