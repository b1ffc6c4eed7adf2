"""What stands for brokers and for ZooKeeper."""

import pathlib
import socket
import threading
from unittest import mock

import leave as broker_leave
from cluster_metadata import Metadata, Partition
from zookeeper_session import Session

RESPONSE = (pathlib.Path(__file__).parents[1] / "fixtures/metadata-v1.bin").read_bytes()


def cluster(*in_sync, replicas=(0, 1, 2), brokers=(0, 1, 2), controller=0):
    """A partition for each set of in-sync replicas."""
    partitions = [Partition("t", number, list(replicas), list(each)) for number, each in enumerate(in_sync)]
    return Metadata(list(brokers), controller, partitions)


class Broker:
    """Answers connections with the captured bytes, in two pieces, as a network may."""

    def __init__(self, answer, connections=1):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.received = b""
        self.thread = threading.Thread(target=self.serve, args=(answer, connections))
        self.thread.start()

    def serve(self, answer, connections):
        for _ in range(connections):
            connection, _ = self.server.accept()
            with connection:
                self.received = connection.recv(1024)
                connection.sendall(answer[:100])
                connection.sendall(answer[100:])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.thread.join()
        self.server.close()


class Nodes:
    """A session with a ZooKeeper that has these nodes."""

    brokers_that_want_to_leave = Session.brokers_that_want_to_leave

    def __init__(self, *paths, asked=lambda nodes: None):
        self.paths, self.asked = set(paths), asked

    def create_ephemeral(self, path, _):
        created = path not in self.paths
        self.paths.add(path)
        return created

    def read(self, path):
        self.asked(self)
        return "" if path in self.paths else None

    def children(self, parent):
        self.asked(self)
        prefix = parent.rstrip("/") + "/"
        return [path[len(prefix) :] for path in self.paths if path.startswith(prefix)]

    def delete(self, path):
        self.paths.discard(path)

    def close(self):
        pass


def want(*brokers):
    return [f"/bss-wants-to-leave-{broker}" for broker in brokers]


def said_by(leaving, *arguments):
    """What it tells."""
    lines = []
    with mock.patch.object(broker_leave, "tell", lines.append), mock.patch("time.sleep"):
        leaving(*arguments)
    return lines


def refusing_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
