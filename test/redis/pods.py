"""Servers and keepers as pods, on loopback addresses that change, and who speaks to them."""

import datetime
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

SHELL = os.environ.get("SHELL_UNDER_TEST", "busybox sh").split()
NAME, PORT, BUS_PORT, SLOTS = "redis-cluster", 7000, 7001, 16384
NODE_TIMEOUT_SECONDS = 5


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


class Network:
    """Addresses and names of pods, as Kubernetes gives them."""

    SIZE = 1 << 16

    def __init__(self):
        self.names, self.lock, self.addresses = {}, threading.Lock(), self.free_addresses()
        self.hosts = pathlib.Path(tempfile.mkdtemp()) / "hosts"
        self.hosts.write_bytes(b" " * self.SIZE)
        switch = self.hosts.with_name("nsswitch.conf")
        switch.write_text("hosts: files\n")  # a pod that is not there has no name, at once
        for file in (self.hosts, switch):
            subprocess.run(["mount", "--bind", file, f"/etc/{file.name}"], check=True)

    def free_addresses(self):
        """None that a run at the same time uses: the first of each block is bound as long as this program runs."""
        for block in range(256):
            flag = socket.socket()
            try:
                flag.bind((f"127.30.{block}.1", PORT))
            except OSError:
                continue
            yield from (f"127.30.{block}.{host}" for host in range(2, 255) if flag)

    def move(self, names):
        """Gives new addresses to names. One write, so that nobody reads half a file."""
        with self.lock:
            for name in names:
                self.names[name] = next(self.addresses)
            text = "127.0.0.1 localhost\n" + "".join(f"{ip} {name}\n" for name, ip in self.names.items())
            with open("/etc/hosts", "r+b") as file:
                os.pwrite(file.fileno(), text.encode().ljust(self.SIZE), 0)


class Pod:
    def __init__(self, cluster, shard, ordinal, machine):
        self.cluster, self.shard, self.ordinal, self.machine = cluster, shard, ordinal, machine
        self.name = f"{NAME}-{shard}-{ordinal}"
        self.host = f"{self.name}.{cluster.domain}"
        self.volume = cluster.directory / self.name
        self.log = cluster.directory / f"{self.name}.log"
        self.heartbeat = cluster.directory / f"{self.name}.heartbeat"
        self.joined = cluster.directory / f"{self.name}.heartbeat.joined"
        self.server = self.keeper = None
        self.interval = None
        self.passwords = None

    @property
    def ip(self):
        return self.cluster.network.names[self.host]

    def environment(self):
        environment = dict(
            PATH=self.cluster.path,
            NAME=NAME,
            SHARDS=str(self.cluster.shards),
            REPLICAS=str(self.cluster.replicas),
            DOMAIN=self.cluster.domain,
            HOSTNAME=self.name,
            PORT=str(PORT),
            BUS_PORT=str(BUS_PORT),
            NODE_NAME=self.machine,
            LOCAL=self.ip,
            HEARTBEAT=str(self.heartbeat),
            LEAVE_SECONDS="42",
            **self.cluster.environment,
        )
        if self.cluster.interval:
            environment["INTERVAL"] = self.cluster.interval
        if self.passwords:
            environment["PASSWORDS"] = str(self.passwords)
        return environment

    def start_server(self):
        self.joined.unlink(missing_ok=True)
        self.volume.mkdir(exist_ok=True)
        arguments = {
            "bind": self.ip,
            "bind-source-addr": self.ip,
            "protected-mode": "no",
            "port": PORT,
            "cluster-enabled": "yes",
            "cluster-port": BUS_PORT,
            "cluster-announce-ip": self.ip,
            "cluster-announce-hostname": self.host,
            "cluster-node-timeout": NODE_TIMEOUT_SECONDS * 1000,
            "cluster-replica-validity-factor": 0,
            "cluster-allow-replica-migration": "no",
            "syslog-ident": self.machine,
            "dir": self.volume,
            "logfile": "server.log",
            "appendonly": "yes",
            "save": "",
            "repl-diskless-sync-delay": 0,
            "busy-reply-threshold": 50,
            "rename-command": "COMMAND no-help",  # which a redis-cli before 7.2 asks for at every call
            **self.cluster.settings,
        }
        command = ["redis-server"]
        if self.cluster.users:
            runtime = self.cluster.directory / f"{self.name}.runtime"
            runtime.mkdir(exist_ok=True)
            arguments.update({"aclfile": runtime / "users.acl", "masteruser": "replication"})
            arguments["include"] = runtime / "replication.conf"
            scripts = self.cluster.scripts
            command = [*SHELL, scripts / "acl.sh", "start", scripts / "users.acl", *command]
        flags = [word for name, value in arguments.items() for word in (f"--{name}", *str(value).split(" "))]
        environment = {**self.environment(), "RUNTIME": str(self.cluster.directory / f"{self.name}.runtime")}
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        self.server = subprocess.Popen([*command, *flags], env=environment, **streams)

    def start_keeper(self):
        with open(self.log, "ab") as log:
            keeper = [*SHELL, str(self.cluster.scripts / "keeper.sh")]
            self.keeper = subprocess.Popen(keeper, env=self.environment(), stdout=log, stderr=log)

    def start(self):
        self.start_server()
        self.start_keeper()

    def stop_keeper(self):
        if self.keeper:
            self.keeper.kill()
            self.keeper.wait()
        self.keeper = None

    def stop_server(self, how=signal.SIGKILL):
        if self.server:
            self.server.send_signal(how)
            self.server.wait()
        self.server = None

    def stop(self, how=signal.SIGKILL):
        self.stop_keeper()
        self.stop_server(how)

    def lose_volume(self):
        shutil.rmtree(self.volume)

    def write_passwords(self, *lines):
        """Of the keeper, as the Secret has them."""
        (self.passwords / "keeper").write_text("".join(f"{line}\n" for line in lines))

    def run(self, script, *arguments, **environment):
        """Exit status and output of a script."""
        done = subprocess.run(
            [*SHELL, str(self.cluster.scripts / script), *arguments],
            env={**self.environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout.decode().strip()

    def connect(self):
        return Redis(self.ip, *self.cluster.credentials, host=self.host, authority=self.cluster.authority)

    def ask(self, *words):
        with self.connect() as redis:
            return redis(*words)

    def view(self, ask=None):
        return [Node(line) for line in (ask or self.ask)("CLUSTER", "NODES").splitlines()]

    def is_ready(self):
        """As Kubernetes sees it: both containers are."""
        return self.run("ready.sh")[0] == 0 and self.joined.exists()

    def myself(self):
        return next(node for node in self.view() if "myself" in node.flags)

    def role(self):
        return self.ask("ROLE")[0]

    def said(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def server_log(self):
        return (self.volume / "server.log").read_text()

    def asked_to_take_over(self):
        """The seconds in which it was."""
        asked = re.findall(r"(\d+ \w+ \d+ [\d:]+)\.\d+ . Manual failover user request", self.server_log())
        return [int(datetime.datetime.strptime(each, "%d %b %Y %H:%M:%S").timestamp()) for each in asked]

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.keeper.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # its own, and of all that it has started


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
