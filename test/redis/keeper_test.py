"""The scripts of Redis Cluster, against real servers, and without Kubernetes.

A pod is a redis-server and a keeper on a loopback address of its own, and gets another address when it starts again.
Its name is looked up in /etc/hosts, of which this program has one for itself: it starts itself again in namespaces
that end with it, and all that it has started with them.

    python3 test/redis/keeper_test.py [CLASS...]
    SHELL_UNDER_TEST=dash python3 test/redis/keeper_test.py

Each class is a cluster, whose rows build upon each other. Clusters run side by side.
"""

import concurrent.futures
import contextlib
import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CHARTS = pathlib.Path(__file__).parents[2] / "charts/data"
SHELL = os.environ.get("SHELL_UNDER_TEST", "busybox sh").split()
NAME, PORT, BUS_PORT, SLOTS = "redis-cluster", 7000, 7001, 16384
NODE_TIMEOUT_SECONDS = 5
FIRST, SECOND, OTHER = (f"{name}-0123456789" for name in ("first", "second", "other"))
HURRY = "1"  # seconds between passes, where the default takes too long


class RedisError(Exception):
    pass


class Redis:
    """A connection to a server."""

    def __init__(self, ip, *credentials):
        self.socket = socket.create_connection((ip, PORT), 5)
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
            LEAVE_SECONDS="20",
        )
        if self.cluster.interval:
            environment["INTERVAL"] = self.cluster.interval
        if self.passwords:
            environment["PASSWORDS"] = str(self.passwords)
        return environment

    def start_server(self):
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
        flags = [word for name, value in arguments.items() for word in (f"--{name}", *str(value).split(" "))]
        self.server = subprocess.Popen(["redis-server", *flags], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

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

    def run(self, script, **environment):
        """Exit status and output of a script."""
        done = subprocess.run(
            [*SHELL, str(self.cluster.scripts / script)],
            env={**self.environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout.decode().strip()

    def connect(self):
        return Redis(self.ip, *self.cluster.credentials)

    def ask(self, *words):
        with self.connect() as redis:
            return redis(*words)

    def view(self, ask=None):
        return [Node(line) for line in (ask or self.ask)("CLUSTER", "NODES").splitlines()]

    def myself(self):
        return next(node for node in self.view() if "myself" in node.flags)

    def role(self):
        return self.ask("ROLE")[0]

    def said(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

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
                self.connections[ip] = Redis(ip)
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


class Cluster(unittest.TestCase):
    """A cluster that is shared by the rows of a class, in the order in which they are written."""

    shards, replicas = 3, 1
    interval = None  # the default of the script
    settings, credentials = {}, ()
    network = path = log = scripts = None

    @classmethod
    def setUpClass(cls):
        cls.domain = f"{cls.__name__.lower()}.test"
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix=cls.domain))
        cls.pods = []
        cls.broken = False
        for shard in range(cls.shards):
            cls.add_shard(shard)

    @classmethod
    def tearDownClass(cls):
        for pod in cls.pods:
            pod.stop()
        shutil.rmtree(cls.directory)

    @classmethod
    def add_shard(cls, shard):
        added = [Pod(cls, shard, ordinal, cls.machine(shard, ordinal)) for ordinal in range(cls.replicas + 1)]
        cls.pods += added
        cls.network.move([pod.host for pod in added])
        return added

    @staticmethod
    def machine(shard, ordinal):
        return f"machine-{(shard + ordinal) % 3}"

    def run(self, result=None):
        if type(self).broken:
            result.addSkip(self, "a row before it has failed")
            return
        super().run(result)
        type(self).broken = result.failed(self)

    def pod(self, shard, ordinal=0):
        return next(pod for pod in self.pods if (pod.shard, pod.ordinal) == (shard, ordinal))

    def until(self, what, condition, seconds=120):
        """Waits for an event, and returns how long that took."""
        start, reason = time.monotonic(), ""
        while time.monotonic() - start < seconds:
            try:
                if condition():
                    return time.monotonic() - start
                reason = ""
            except (OSError, RedisError, StopIteration) as error:
                reason = f": {error}"
            time.sleep(0.1)
        logs = "\n".join(f"{pod.name} {line}" for pod in self.pods for line in pod.said()[-8:])
        views = ""
        for pod in self.pods:
            with contextlib.suppress(OSError, RedisError):
                views += f"\n{pod.name}:\n{pod.ask('CLUSTER', 'NODES')}"
        raise AssertionError(f"not in {seconds} s: {what}{reason}\n{logs}{views}")

    def is_whole(self):
        """Every server sees every pod where it is, nobody else, and an owner for every slot; replicas are in sync."""
        addresses = {pod.name: f"{pod.ip}:{PORT}@{BUS_PORT}" for pod in self.pods}
        layouts = set()
        for pod in self.pods:
            with pod.connect() as redis:
                view, state, role = pod.view(redis), redis("CLUSTER", "INFO"), redis("ROLE")
            if not (
                {node.pod: node.address for node in view} == addresses
                and len(view) == len(addresses)
                and all(node.linked for node in view)
                and sum(len(node.slots) for node in view) == SLOTS
                and "cluster_state:ok" in state
                and (role[0] == "master" or role[3] == "connected")
            ):
                return False
            layouts.add(self.layout(view))
        return len(layouts) == 1

    def is_formed(self):
        return self.is_whole() and all(
            sorted(pod.role() for pod in self.pods if pod.shard == shard) == ["master"] + ["slave"] * self.replicas
            for shard in range(self.shards)
        )

    def until_formed(self):
        return self.until("formed", self.is_formed)

    def passes(self, count, pods=None):
        """Waits until the keepers have made so many more passes."""
        pods = pods or self.pods
        seen = {pod.name: [None, -1] for pod in pods}

        def all_have():
            for pod in pods:
                now = pod.heartbeat.stat().st_mtime_ns
                if now != seen[pod.name][0]:
                    seen[pod.name] = [now, seen[pod.name][1] + 1]
            return all(each[1] >= count for each in seen.values())

        return self.until(f"{count} more passes", all_have)

    def restart_keepers(self):
        """All at the same time, each with an empty log."""
        for pod in self.pods:
            pod.stop_keeper()
            pod.log.unlink()
        for pod in self.pods:
            pod.start_keeper()

    def move(self, *pods):
        self.network.move([pod.host for pod in pods])

    def masters(self):
        return [pod for pod in self.pods if pod.role() == "master"]

    def said(self, words):
        """What keepers have logged with these words in it."""
        return [f"{pod.name} {line}" for pod in self.pods for line in pod.said() if words in line]

    def fill(self, count=300):
        client = Client(self)
        for number in range(count):
            key = f"key-{number}"
            while not client.set(key):
                time.sleep(0.05)

    def keys(self):
        return sum(pod.ask("DBSIZE") for pod in self.masters())

    @staticmethod
    def layout(view):
        """Who is where, and whose replica or which slots it has."""
        return "\n".join(sorted(f"{n.pod} {n.id} {n.address} {n.master} {n.ranges}" for n in view))

    def redis_cli(self, *words):
        done = subprocess.run(
            ["redis-cli", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout.decode())


class OnePod(Cluster):
    shards, replicas = 1, 0

    def test_a_blank_server_is_alive_but_not_ready_and_says_why(self):
        only = self.pod(0)
        self.assertEqual(only.run("alive.sh")[0], 1)
        self.assertEqual(only.run("ready.sh")[0], 1)
        self.assertIn("Connection refused", only.run("ready.sh")[1])
        only.start_server()
        self.until("answers", lambda: only.ask("PING"))
        self.assertEqual(only.run("alive.sh"), (0, ""))
        self.assertEqual(only.run("ready.sh"), (1, "not a member of a cluster that owns slots yet"))

    def test_a_single_pod_claims_all_slots_and_tells_clients_its_address(self):
        only = self.pod(0)
        only.start_keeper()
        self.until_formed()
        self.assertEqual(only.ask("CLUSTER", "SLOTS")[0][:3][2][:2], [only.ip, PORT])
        self.assertEqual(only.run("ready.sh"), (0, ""))
        self.assertEqual(only.run("leave.sh"), (0, ""))

    def test_a_single_pod_keeps_its_slots_and_keys_at_a_new_address(self):
        only = self.pod(0)
        only.ask("SET", "key", "kept")
        only.stop(signal.SIGTERM)
        self.move(only)
        only.start()
        self.until_formed()
        self.assertEqual(only.ask("GET", "key"), "kept")
        self.assertEqual(only.ask("CLUSTER", "SLOTS")[0][2][0], only.ip)

    def test_a_server_that_runs_a_long_script_is_alive(self):
        only = self.pod(0)
        with only.connect() as redis:
            redis.socket.sendall(b"EVAL 'while true do end' 0\r\n")

            def busy():
                try:
                    return not only.ask("PING")
                except RedisError as error:
                    return "BUSY" in str(error)

            self.until("busy", busy)
            self.assertEqual(only.run("alive.sh"), (0, ""))
            self.assertEqual(only.run("ready.sh")[0], 1)
            only.ask("SCRIPT", "KILL")

    def test_a_lost_volume_leaves_an_empty_cluster_that_works(self):
        only = self.pod(0)
        only.stop()
        only.lose_volume()
        self.move(only)
        only.start()
        self.until_formed()
        self.assertEqual(only.ask("DBSIZE"), 0)


class HighlyAvailable(Cluster):
    def test_nothing_is_claimed_while_one_pod_does_not_answer(self):
        late = self.pod(2, 1)
        early = [pod for pod in self.pods if pod is not late]
        for pod in early:
            pod.start()
        self.until("all wait", lambda: all(f"INFO Waits for {late.name}" in pod.said() for pod in early))
        self.passes(2, early)
        self.assertEqual([node.slots for pod in early for node in pod.view() if node.slots], [])
        late.start()
        self.until_formed()
        for shard in range(3):
            first = self.pod(shard).myself()
            self.assertEqual(min(first.slots), SLOTS * shard // 3)
            self.assertEqual(self.pod(shard, 1).myself().master, first.id)
        self.assertEqual(len({self.pod(shard).myself().epoch for shard in range(3)}), 3)
        self.assertEqual([pod.run("ready.sh") for pod in self.pods], [(0, "")] * 6)

    def test_keepers_that_start_again_change_nothing(self):
        before = self.layout(self.pod(0).view())
        self.restart_keepers()
        self.until("all is well", lambda: all(pod.said() for pod in self.pods))
        self.passes(2)
        self.assertEqual(len(self.said("")), len(self.said("All is well")))
        self.assertEqual({self.layout(pod.view()) for pod in self.pods}, {before})

    def test_an_idle_keeper_costs_little(self):
        self.passes(1)
        before = {pod.name: pod.cpu_seconds() for pod in self.pods}
        self.passes(10)  # of which one asks all pods
        seconds = 10 * 4  # the default interval each, if the keepers had not been started just now
        used = [1000 * (pod.cpu_seconds() - before[pod.name]) / seconds for pod in self.pods]
        self.note = " ".join(f"{each:.1f}" for each in used) + " thousandths of a core"
        self.assertLess(sum(used) / len(used), 30, self.note)  # 5 to 8 on a machine that is not busy

    def test_one_pod_with_a_new_address_is_found(self):
        moved = self.pod(1)
        self.fill()
        moved.stop(signal.SIGTERM)
        self.move(moved)
        moved.start()
        self.took = self.until_formed()
        self.assertEqual(self.keys(), 300)

    def test_all_pods_with_new_addresses_find_each_other(self):
        for pod in self.pods:
            pod.stop(signal.SIGTERM)
        self.move(*self.pods)
        for pod in self.pods:
            pod.start()
        self.took = self.until("linked", lambda: all(node.linked for pod in self.pods for node in pod.view()))
        self.assertLess(self.took, 12 * NODE_TIMEOUT_SECONDS)  # less than once on a machine that is not busy
        self.until_formed()
        self.assertEqual(self.keys(), 300)

    def test_a_rolling_restart_with_new_addresses_answers_every_client(self):
        with Client(self) as client:
            for shard, ordinal in itertools.product(range(3), (1, 0)):
                pod = self.pod(shard, ordinal)
                was_master = pod.role() == "master"
                pod.stop_keeper()
                status, said = pod.run("leave.sh")
                self.assertEqual((status, pod.role()), (0, "slave"), said)
                self.assertEqual(was_master, ordinal == 0)
                pod.stop_server(signal.SIGTERM)
                self.move(pod)
                pod.start()
                self.until("ready", lambda ready=pod: ready.run("ready.sh")[0] == 0)
                self.until("whole", self.is_whole)
        self.assertEqual(client.errors, [])
        self.assertGreater(client.done, 1000)
        self.assertLess(client.longest, 10)  # a tenth of a second on a machine that is not busy
        self.assertEqual({pod.ordinal for pod in self.masters()}, {1})
        self.assertIn(f"INFO {self.pod(1).name} has handed over its slots and leaves\n", self.log.read_text())

    def test_an_id_that_owns_slots_is_not_forgotten_while_its_replica_lives(self):
        lost, replica = self.pod(0, 1), self.pod(0, 0)
        old = lost.myself().id
        others = [pod for pod in self.pods if pod is not lost]
        lost.stop()
        lost.lose_volume()
        self.move(lost)
        lost.start()

        def promoted():
            if not all(old in [node.id for node in pod.view()] for pod in others):
                self.assertEqual(replica.role(), "master")
            return replica.role() == "master"

        self.took = self.until("promoted", promoted)

    def test_a_master_without_its_volume_comes_back_as_a_replica_and_keeps_the_keys(self):
        self.until_formed()
        self.assertEqual(self.pod(0, 1).role(), "slave")
        self.assertEqual(self.keys(), 340)  # with those of the client
        self.assertFalse(self.said("Claims"))


class WithoutReplicas(Cluster):
    replicas = 0

    def test_a_name_that_leads_to_another_pod_is_no_answer(self):
        *early, late = self.pods
        self.network.names[late.host] = early[0].ip
        self.network.move([early[1].host])
        for pod in early:
            pod.start()
        self.until("all wait", lambda: all(f"INFO Waits for {late.name}" in pod.said() for pod in early))
        self.passes(2, early)
        self.assertEqual([node.slots for pod in early for node in pod.view() if node.slots], [])

    def test_three_pods_share_the_slots(self):
        late = self.pod(2)
        self.move(late)
        late.start()
        self.until_formed()
        self.assertEqual([min(pod.myself().slots) for pod in self.pods], [0, 5461, 10922])

    def test_all_pods_with_new_addresses_find_each_other(self):
        self.fill()
        for pod in self.pods:
            pod.stop(signal.SIGTERM)
        self.move(*self.pods)
        for pod in self.pods:
            pod.start()
        self.took = self.until_formed()
        self.assertEqual(self.keys(), 300)

    def test_of_a_resharded_cluster_a_lost_volume_gets_just_its_own_slots_back(self):
        first, lost, other = self.pods
        weights = [f"{first.myself().id}=1", f"{lost.myself().id}=2", f"{other.myself().id}=1"]
        self.redis_cli("--cluster", "rebalance", f"{first.ip}:{PORT}", "--cluster-weight", *weights)
        self.until("known to all", self.is_formed)
        before = [pod.myself().slots for pod in self.pods]
        kept = first.ask("DBSIZE") + other.ask("DBSIZE")
        self.assertNotEqual(before[1], set(range(5461, 10922)))
        lost.stop()
        lost.lose_volume()
        self.move(lost)
        lost.start()
        self.took = self.until_formed()
        self.assertEqual([pod.myself().slots for pod in self.pods], before)
        self.assertEqual(self.keys(), kept)

    def test_of_two_lost_volumes_each_slot_is_claimed_once(self):
        kept = self.pod(0).myself().slots
        for pod in self.pods[1:]:
            pod.stop()
            pod.lose_volume()
        self.move(*self.pods[1:])
        waited = self.pod(1).said().count(f"INFO Waits for {self.pod(2).name}")
        self.pod(1).start()
        self.until("waits", lambda: self.pod(1).said().count(f"INFO Waits for {self.pod(2).name}") > waited)
        self.passes(2, self.pods[:2])
        self.assertEqual(self.pod(1).myself().slots, set())
        self.pod(2).start()
        self.until_formed()
        self.assertEqual(self.pod(0).myself().slots, kept)
        self.assertEqual(sum(len(pod.myself().slots) for pod in self.pods), SLOTS)


class Spread(Cluster):
    interval = HURRY

    @staticmethod
    def machine(shard, ordinal):
        """All masters on one machine; two of the replicas together on another."""
        return "abbc"[shard + 1] if ordinal and shard < 3 else "a"

    def test_masters_spread_over_machines_and_stay(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()

        self.restart_keepers()
        self.pod(0, 1).stop_keeper()  # the first of three that could act: the others leave it to that
        self.passes(12, [self.pod(1, 1), self.pod(2, 1)])
        self.assertEqual(self.said("Takes the slots"), [])
        self.pod(0, 1).start_keeper()

        def spread():
            return len({pod.machine for pod in self.masters()}) == 3 and self.is_formed()

        self.until("spread", spread)
        self.assertEqual(len(self.said("Takes the slots")), 2)
        self.restart_keepers()
        self.until("nothing to do", lambda: all("All is well" in "".join(pod.said()) for pod in self.pods))


class Growing(Cluster):
    interval = HURRY

    def test_three_shards_with_replicas_form(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()

    def test_a_fourth_shard_joins_without_slots_and_with_its_replica(self):
        self.fill()
        owners = {node.id: node.slots for node in self.pod(0).view() if node.slots}
        type(self).shards = 4
        added = self.add_shard(3)
        for pod in added:
            pod.start()
        for pod in self.pods[:6]:
            pod.stop_keeper()
            pod.start_keeper()
        self.until_formed()
        self.assertEqual({node.id: node.slots for node in self.pod(3).view() if node.slots}, owners)
        self.assertEqual(self.pod(3, 1).myself().master, self.pod(3).myself().id)
        self.assertEqual(self.pod(3).run("ready.sh"), (0, ""))
        self.assertEqual(self.pod(3).run("leave.sh"), (0, ""))

    def test_rebalancing_gives_it_a_quarter_of_the_slots_and_loses_no_key(self):
        self.redis_cli("--cluster", "rebalance", f"{self.pod(0).ip}:{PORT}", "--cluster-use-empty-masters")
        self.until_formed()
        self.assertEqual([len(pod.myself().slots) for pod in self.masters()], [SLOTS // 4] * 4)
        self.assertEqual(self.keys(), 300)

    def test_a_shard_that_is_gone_is_forgotten_once_it_owns_nothing(self):
        gone = [pod for pod in self.pods if pod.shard == 3]
        weight = f"{gone[0].myself().id}=0"
        self.redis_cli("--cluster", "rebalance", f"{self.pod(0).ip}:{PORT}", "--cluster-weight", weight)
        type(self).shards = 3
        for pod in self.pods:
            pod.stop_keeper()
        for pod in gone:
            pod.stop()
            self.pods.remove(pod)
        for pod in self.pods:
            pod.start_keeper()
        self.until_formed()
        self.assertEqual(self.keys(), 300)


class Pair(Cluster):
    """Two pods: no majority can elect a master when that is lost. With passwords, and no right that is not needed."""

    shards, replicas = 1, 1
    interval = HURRY
    permissions = (
        "+ping +role +info +config|get +cluster|info +cluster|nodes +cluster|meet +cluster|forget +cluster|replicate "
        "+cluster|failover +cluster|addslotsrange +cluster|set-config-epoch +cluster|bumpepoch +acl|setuser"
    )
    settings = {"requirepass": "default", "masterauth": "default"}
    credentials = ("default",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settings = {**cls.settings, "user": f"keeper on >{FIRST} {cls.permissions}"}
        for pod in cls.pods:
            pod.passwords = cls.directory / f"{pod.name}.passwords"
            pod.passwords.mkdir()
            pod.write_passwords(FIRST)

    def test_a_password_that_one_server_refuses_joins_nothing_and_is_told_but_not_again(self):
        refusing = self.pod(0, 1)
        for pod in self.pods:
            pod.start_server()
        self.until("up", lambda: all(pod.ask("PING") for pod in self.pods))
        refusing.ask("ACL", "SETUSER", "keeper", "resetpass", f">{OTHER}")
        for pod in self.pods:
            pod.start_keeper()
        self.until("told", lambda: len(self.said("ERROR")) == 2)
        self.passes(6)
        for pod in self.pods:
            told = f"^ERROR {refusing.name} refuses the user keeper, .*the Secret.*: WRONGPASS"
            self.assertRegex(pod.said()[-1], told)
            self.assertEqual(len(pod.view()), 1)
        self.assertLess(len(self.said("ERROR")), 6)  # again only if a server was too busy to answer
        self.assertEqual((refusing.run("alive.sh"), refusing.run("ready.sh")[0]), ((0, ""), 1))

    def test_the_right_password_is_taken_without_a_restart(self):
        for pod in self.pods:
            pod.write_passwords(OTHER, FIRST)
        self.until_formed()
        self.assertEqual([pod.run("ready.sh") for pod in self.pods], [(0, "")] * 2)

    def test_a_password_that_is_rotated_works_before_and_after_the_servers_have_it(self):
        count = len(self.said("ERROR"))
        self.pod(0, 1).ask("ACL", "SETUSER", "keeper", f">{FIRST}")
        for pod in self.pods:
            pod.write_passwords(SECOND, FIRST)
        self.passes(2)
        for pod in self.pods:
            pod.ask("ACL", "SETUSER", "keeper", "resetpass", f">{SECOND}")
        self.passes(2)
        for pod in self.pods:
            pod.ask("ACL", "SETUSER", "keeper", f">{FIRST}")  # what a restart would read
        self.assertEqual(len(self.said("ERROR")), count)

    def test_a_lost_master_is_taken_over_from_where_no_majority_can_elect_another(self):
        lost, replica = self.pods
        lost.ask("SET", "key", "kept")
        self.assertEqual(lost.ask("WAIT", 1, 5000), 1)
        lost.stop()
        self.until("cut off", lambda: replica.run("ready.sh") == (1, "not in sync with its master yet"))
        lost.lose_volume()
        self.move(lost)
        lost.start()
        self.took = self.until("promoted", lambda: replica.role() == "master")
        self.until_formed()
        self.assertEqual(replica.ask("GET", "key"), "kept")

    def test_leaving_hands_over_before_it_returns(self):
        master = self.pod(0, 1)
        self.assertEqual(master.role(), "master")
        status, _ = master.run("leave.sh")
        self.assertEqual((status, master.role(), self.pod(0).role()), (0, "slave", "master"))

    def test_leaving_ends_in_time_when_nobody_takes_over(self):
        self.until_formed()
        frozen, master = self.pod(0, 1).server, self.pod(0)
        frozen.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        self.assertEqual(master.run("leave.sh", LEAVE_SECONDS="1")[0], 0)
        frozen.send_signal(signal.SIGCONT)
        self.assertLess(time.monotonic() - start, 60)
        self.assertIn(f"WARN {master.name} leaves as a master", self.log.read_text())
        self.until("master", lambda: master.role() == "master")

    def test_leaving_ends_at_once_when_there_is_nobody_to_hand_over_to(self):
        self.until_formed()
        self.pod(0, 1).stop()
        self.until("alone", lambda: "connected_slaves:0" in self.pod(0).ask("INFO", "replication"))
        start = time.monotonic()
        self.assertEqual(self.pod(0).run("leave.sh")[0], 0)
        self.assertLess(time.monotonic() - start, 60)
        self.assertEqual(self.pod(0).role(), "master")

    def test_a_shard_that_has_lost_all_its_volumes_starts_anew(self):
        for pod in self.pods:
            pod.stop()
            pod.lose_volume()
        self.move(*self.pods)
        for pod in self.pods:
            pod.start()
        self.until_formed()
        self.assertEqual(self.keys(), 0)


class Rows(unittest.TestResult):
    """Prints a line for each row, as they end."""

    output = 1

    def startTest(self, test):
        super().startTest(test)
        self.since = time.monotonic()

    def failed(self, test):
        return any(each is test for each, _ in self.failures + self.errors)

    def row(self, word, test, detail=""):
        sentence = test.id().rpartition(".test_")[2].replace("_", " ")
        took = getattr(test, "took", None)
        notes = [getattr(test, "note", ""), f"event after {took:.1f} s" if took else "", detail]
        note = "".join(f" ({each})" for each in notes if each)
        line = f"{word} {time.monotonic() - self.since:5.1f} s  {type(test).__name__}: {sentence}{note}\n"
        os.write(self.output, line.encode())

    def addSuccess(self, test):
        self.row("pass", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.row("FAIL", test, "\n" + self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.row("FAIL", test, "\n" + self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.since = time.monotonic()
        self.row("skip", test, reason)


def run(cluster):
    rows = [cluster(name) for name in vars(cluster) if name.startswith("test_")]
    result = Rows()
    unittest.TestSuite(rows).run(result)
    return result.wasSuccessful() and not result.skipped


def tools():
    """The directory of busybox's own tools, if its shell is tested: that is what Alpine has."""
    if SHELL[0] != "busybox":
        return os.environ["PATH"]
    directory = tempfile.mkdtemp()
    subprocess.run(["busybox", "--install", "-s", directory], check=True)
    return f"{directory}:{os.environ['PATH']}"


def scripts(directory):
    """All of them in one directory, as in a pod."""
    shutil.copytree(CHARTS / "redis-cluster", directory)
    shutil.copy(CHARTS / "acl.sh", directory)
    return directory


def main(names):
    if os.environ.get("KEEPER_TEST") != "inside":
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        namespaces = ["unshare", *root, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        os.environ["KEEPER_TEST"] = "inside"
        os.execvp(namespaces[0], [*namespaces, sys.executable, "-B", __file__, *names])
    with tempfile.TemporaryDirectory() as directory:
        tempfile.tempdir = directory
        Cluster.network, Cluster.path, Cluster.log = Network(), tools(), pathlib.Path(directory, "log")
        Cluster.scripts = scripts(pathlib.Path(directory, "scripts"))
        # Inside, this program is process 1, to whose output the scripts write what is for the log of a pod.
        Rows.output = os.dup(1)
        os.dup2(os.open(Cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        clusters = [each for each in Cluster.__subclasses__() if not names or each.__name__ in names]
        with concurrent.futures.ThreadPoolExecutor(len(clusters)) as pool:
            return 0 if all(list(pool.map(run, clusters))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
