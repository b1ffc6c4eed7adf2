"""Asks the broker of this pod for the cluster's metadata, without starting a JVM.

    isr_probe.py ready PORT                  exit 0: in the in-sync set of every partition assigned to this broker
    isr_probe.py leave PORT MIN_ISR SECONDS ZOOKEEPER
                                             returns when no partition would fall below MIN_ISR without this broker
                                             and no other broker is just leaving, or when the seconds are over

The broker's own metric UnderReplicatedPartitions cannot answer this: it counts the partitions that the broker
leads, and a broker that has just restarted leads none.
Protocol: https://kafka.apache.org/protocol.html#The_Messages_Metadata, version 1.
"""

import contextlib
import os
import socket
import struct
import sys
import time
from typing import Dict, List, NamedTuple

from leave_lock import take_leave_lock

METADATA, VERSION, CORRELATION_ID = 3, 1, 1
TIMEOUT_SECONDS = 4
# From the decision to leave until every broker's metadata shows it: a controlled shutdown under load takes up to five.
DEPARTURE_SECONDS = 10


class Partition(NamedTuple):
    topic: str
    number: int
    replicas: List[int]
    in_sync: List[int]


class Metadata(NamedTuple):
    brokers: List[int]
    controller: int
    partitions: List[Partition]


class Reader:
    """Reads the primitive types of Kafka's protocol from a response."""

    def __init__(self, data: bytes):
        self.data, self.position = data, 0

    def number(self, code: str) -> int:
        value = struct.unpack_from(">" + code, self.data, self.position)[0]
        self.position += struct.calcsize(code)
        return value

    def int32(self) -> int:
        return self.number("i")

    def string(self) -> str:
        length = self.number("h")
        start = self.position
        self.position += max(length, 0)
        return self.data[start : self.position].decode()

    def array(self, read) -> list:
        return [read() for _ in range(self.int32())]


def request() -> bytes:
    client = b"isr-probe"
    all_topics = -1
    body = struct.pack(f">hhih{len(client)}si", METADATA, VERSION, CORRELATION_ID, len(client), client, all_topics)
    return struct.pack(">i", len(body)) + body


def parse(response: bytes) -> Metadata:
    reader = Reader(response)
    reader.int32()  # correlation id

    def broker() -> int:
        number = reader.int32()
        reader.string()  # host
        reader.int32()  # port
        reader.string()  # rack
        return number

    def partition() -> Dict:
        reader.number("h")  # error, for example "no leader"
        number = reader.int32()
        reader.int32()  # leader
        return {"number": number, "replicas": reader.array(reader.int32), "in_sync": reader.array(reader.int32)}

    def topic() -> List[Partition]:
        reader.number("h")  # error
        name = reader.string()
        reader.number("b")  # internal
        return [Partition(topic=name, **fields) for fields in reader.array(partition)]

    brokers = reader.array(broker)
    controller = reader.int32()
    return Metadata(brokers, controller, [each for partitions in reader.array(topic) for each in partitions])


def fetch(port: int) -> Metadata:
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall(request())
        with connection.makefile("rb") as stream:
            size = struct.unpack(">i", stream.read(4))[0]
            return parse(stream.read(size))


def why_not_ready(metadata: Metadata, me: int) -> str:
    """Empty when broker `me` is ready."""
    if metadata.controller < 0:
        return "the controller has not reached this broker yet"
    if me not in metadata.brokers:
        return f"broker {me} is not a member of the cluster yet"
    behind = [each for each in metadata.partitions if me in each.replicas and me not in each.in_sync]
    return f"not in sync yet: {names(behind)}" if behind else ""


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


def names(partitions: List[Partition]) -> str:
    first = ", ".join(f"{each.topic}-{each.number} {each.in_sync} of {each.replicas}" for each in partitions[:3])
    return first if len(partitions) <= 3 else f"{first} and {len(partitions) - 3} more"


def ready(port: int, me: int) -> int:
    try:
        reason = why_not_ready(fetch(port), me)
    except (OSError, struct.error) as error:
        reason = f"no answer on port {port}: {error}"
    if reason:
        print(reason)
    return 1 if reason else 0


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
            reason = f"no answer on port {port}: {error}"  # busy, or frozen: that is no reason to leave
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


def main(mode: str, port: str, min_in_sync: str = "", seconds: str = "", zookeeper: str = "") -> int:
    me = int(os.environ["HOSTNAME"].rsplit("-", 1)[1])
    if mode == "ready":
        return ready(int(port), me)
    return leave(int(port), me, int(min_in_sync), float(seconds), zookeeper.split(","))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
