"""Asks the broker of this pod for the cluster's metadata, without starting a JVM.

Protocol: https://kafka.apache.org/protocol.html#The_Messages_Metadata, version 1.
"""

import os
import socket
import struct
from typing import Dict, List, NamedTuple

METADATA, VERSION, CORRELATION_ID = 3, 1, 1
TIMEOUT_SECONDS = 4


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


def names(partitions: List[Partition]) -> str:
    first = ", ".join(f"{each.topic}-{each.number} {each.in_sync} of {each.replicas}" for each in partitions[:3])
    return first if len(partitions) <= 3 else f"{first} and {len(partitions) - 3} more"


def own_number() -> int:
    """The number of this pod's broker is that of the pod."""
    return int(os.environ["HOSTNAME"].rsplit("-", 1)[1])
