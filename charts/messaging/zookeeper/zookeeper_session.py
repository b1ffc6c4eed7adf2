"""The few requests to ZooKeeper around the start and the end of a broker, without starting a JVM.

Protocol: https://github.com/apache/zookeeper/blob/branch-3.8/zookeeper-jute/src/main/resources/zookeeper.jute
"""

import contextlib
import socket
import struct
from typing import List, Optional, Set, Tuple

CREATE, DELETE, READ, CHILDREN, CLOSE = 1, 2, 4, 8, -11
EPHEMERAL = 1
ALL_PERMISSIONS = 31
ANY_VERSION = -1
NO_NODE, NODE_EXISTS = -101, -110
TIMEOUT_SECONDS = 4

# A broker that was told to leave has a node of this name and its number, until its session ends.
WISH = "bss-wants-to-leave-"
# A broker that serves has a node here, until its session ends.
REGISTRATIONS = "/brokers/ids"


class Session:
    """A session with one server of the ensemble. It outlives this process by `seconds`, unless it is closed."""

    def __init__(self, address: str, seconds: float):
        host, port = address.rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), TIMEOUT_SECONDS)
        anonymous = struct.pack(">i16x", 16)
        self._send(struct.pack(">iqiq", 0, 0, int(seconds * 1000), 0) + anonymous)
        self._receive()

    def create_ephemeral(self, path: str, data: str) -> bool:
        """A node that ends with the session. False when there is one already."""
        acl = struct.pack(">ii", 1, ALL_PERMISSIONS) + _text("world") + _text("anyone")
        error, _ = self._ask(CREATE, path, _text(data) + acl + struct.pack(">i", EPHEMERAL), NODE_EXISTS)
        return not error

    def read(self, path: str) -> Optional[str]:
        """None when there is no such node."""
        watch = b"\0"
        error, answer = self._ask(READ, path, watch, NO_NODE)
        if error:
            return None
        size = struct.unpack_from(">i", answer)[0]
        return answer[4 : 4 + size].decode()

    def children(self, path: str) -> List[str]:
        """None of a node that is not there."""
        watch = b"\0"
        error, answer = self._ask(CHILDREN, path, watch, NO_NODE)
        names, position = [], 4
        for _ in range(0 if error else struct.unpack_from(">i", answer)[0]):
            size = struct.unpack_from(">i", answer, position)[0]
            position += 4
            names.append(answer[position : position + size].decode())
            position += size
        return names

    def brokers_that_want_to_leave(self) -> Set[int]:
        return {int(name[len(WISH) :]) for name in self.children("/") if name.startswith(WISH)}

    def delete(self, path: str) -> None:
        """No error when there is no such node."""
        self._ask(DELETE, path, struct.pack(">i", ANY_VERSION), NO_NODE)

    def close(self) -> None:
        """Ends the session and its nodes at once."""
        with contextlib.suppress(OSError):
            self._send(struct.pack(">ii", 1, CLOSE))
            self._receive()
        self.connection.close()

    def _ask(self, operation: int, path: str, rest: bytes, expected_error: int) -> Tuple[int, bytes]:
        """The error, 0 or the one that was to be expected, and what was answered."""
        self._send(struct.pack(">ii", 1, operation) + _text(path) + rest)
        answer = self._receive()
        error = struct.unpack_from(">iqi", answer)[2]
        if error not in (0, expected_error):
            raise OSError(f"ZooKeeper refused {path} with error {error}")
        return error, answer[16:]

    def _send(self, message: bytes) -> None:
        self.connection.sendall(struct.pack(">i", len(message)) + message)

    def _receive(self) -> bytes:
        size = struct.unpack(">i", self._read(4))[0]
        return self._read(size)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.connection.recv(size - len(data))
            if not more:
                raise OSError("ZooKeeper closed the connection")
            data += more
        return data


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">i", len(data)) + data


def nameless(servers: List[str]) -> bool:
    """Whether none has a name any more: their Services were deleted, as with their namespace."""
    for server in servers:
        host, port = server.rsplit(":", 1)
        try:
            socket.getaddrinfo(host, int(port))
            return False
        except socket.gaierror as error:
            if error.errno != socket.EAI_NONAME:
                return False  # nobody can say so
    return True


def connect(servers: List[str], seconds: float) -> Session:
    """A session with the first server that answers. Raises an OSError when none does."""
    failures = []
    for server in servers:
        try:
            return Session(server, seconds)
        except OSError as error:
            failures.append(f"{server}: {error}")
    raise OSError(f"no server of the ensemble answers: {', '.join(failures)}")
