"""Who speaks to a server, in its protocol."""

import itertools
import socket
import ssl
import threading
import time

PORT, SLOTS = 7000, 16384


class RedisError(Exception):
    pass


class Redis:
    """A connection to a server, with TLS if its name and who signed its certificate are given."""

    def __init__(self, ip, *credentials, host=None, authority=None):
        self.socket = socket.create_connection((ip, PORT), 5)
        if authority:
            self.socket = ssl.create_default_context(cafile=authority).wrap_socket(self.socket, server_hostname=host)
        self.stream = self.socket.makefile("rb")
        if credentials:
            self("AUTH", *credentials)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def __call__(self, *words):
        parts = [str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(each), each) for each in parts))
        return self.answer()

    def answer(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("closed")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise RedisError(rest)
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        if kind == b"$":
            return None if rest == "-1" else self.stream.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == b":" else rest


class Node:
    """A line of CLUSTER NODES."""

    def __init__(self, line):
        self.id, address, flags, self.master, _, _, epoch, self.link, *slots = line.split()
        self.address, _, host = address.partition(",")
        self.ranges = " ".join(slots)
        self.pod, self.flags, self.epoch = host.partition(".")[0], flags.split(","), int(epoch)
        ranges = [each.split("-") for each in slots if not each.startswith("[")]
        self.slots = {slot for each in ranges for slot in range(int(each[0]), int(each[-1]) + 1)}

    @property
    def linked(self):
        return self.link == "connected" and not {"fail", "fail?", "noaddr", "handshake"} & set(self.flags)


class Client(threading.Thread):
    """Sets keys of all shards one after another, as fast as it is answered, and goes where it is told to."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.cluster, self.connections, self.node_of = cluster, {}, {}
        self.errors, self.done, self.longest, self.over = [], 0, 0.0, threading.Event()

    def run(self):
        for key in itertools.cycle(f"client-{number}" for number in range(40)):
            if self.over.is_set():
                return
            since = time.monotonic()
            while not self.set(key) and not self.over.is_set():
                self.over.wait(0.01)
            self.done += 1
            self.longest = max(self.longest, time.monotonic() - since)

    def set(self, key):
        ip = self.node_of.get(key) or next(iter(self.node_of.values()), self.cluster.pods[0].ip)
        try:
            if ip not in self.connections:
                self.connections[ip] = self.cluster.at(ip).connect()
            self.connections[ip]("SET", key, self.done)
            self.node_of[key] = ip
            return True
        except RedisError as error:
            kind, _, rest = str(error).partition(" ")
            if kind == "MOVED":
                self.node_of[key] = rest.split()[1].rpartition(":")[0]
                return self.set(key)
            self.errors.append(str(error))
        except OSError:
            self.connections.pop(ip, None)
            self.node_of = {other: at for other, at in self.node_of.items() if at != ip}
        return False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
