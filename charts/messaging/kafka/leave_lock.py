"""A lock in ZooKeeper that one leaving broker holds until the others can see that it left.

The in-sync replicas show a departure seconds after the decision to leave. Two brokers that are asked to leave within
those seconds would both find it safe. The lock is an ephemeral node: nobody has to give it back, it ends with its
session.
Protocol: https://github.com/apache/zookeeper/blob/branch-3.8/zookeeper-jute/src/main/resources/zookeeper.jute
"""

import contextlib
import socket
import struct
from typing import List, Optional

PATH = b"/bss-leaving-broker"
CREATE, CLOSE = 1, -11
EPHEMERAL = 1
ALL_PERMISSIONS = 31
NODE_EXISTS = -110
TIMEOUT_SECONDS = 4


class LeaveLock:
    """A session with one server of the ensemble."""

    def __init__(self, address: str, seconds: float):
        host, port = address.rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), TIMEOUT_SECONDS)
        anonymous = struct.pack(">i16x", 16)
        self._send(struct.pack(">iqiq", 0, 0, int(seconds * 1000), 0) + anonymous)
        self._receive()

    def take(self, owner: int) -> bool:
        """False when another session holds the lock."""
        acl = struct.pack(">ii", 1, ALL_PERMISSIONS) + _text(b"world") + _text(b"anyone")
        body = _text(PATH) + _text(str(owner).encode()) + acl + struct.pack(">i", EPHEMERAL)
        self._send(struct.pack(">ii", 1, CREATE) + body)
        _, _, error = struct.unpack_from(">iqi", self._receive())
        if error not in (0, NODE_EXISTS):
            raise OSError(f"ZooKeeper refused {PATH.decode()} with error {error}")
        return error == 0

    def release(self) -> None:
        """Ends the session and with it the lock, at once."""
        with contextlib.suppress(OSError):
            self._send(struct.pack(">ii", 2, CLOSE))
            self._receive()
        self.connection.close()

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


def _text(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def take_leave_lock(servers: List[str], owner: int, seconds: float) -> Optional[LeaveLock]:
    """The lock, which lasts `seconds` beyond this process; None when another broker holds it.

    Raises OSError when no server answers.
    """
    failures = []
    for server in servers:
        try:
            lock = LeaveLock(server, seconds)
        except OSError as error:
            failures.append(f"{server}: {error}")
            continue
        if lock.take(owner):
            return lock
        lock.release()
        return None
    raise OSError(f"no server of the ensemble answers: {', '.join(failures)}")
