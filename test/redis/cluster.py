"""A cluster of pods, and what can be asked of it and waited for."""

import contextlib
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from client import PORT, SLOTS, Client, RedisError
from pods import BUS_PORT, Pod

HURRY = "1"  # seconds between passes, where the default takes too long


class Cluster(unittest.TestCase):
    """A cluster that is shared by the rows of a class, in the order in which they are written."""

    shards, replicas = 3, 1
    interval = None  # the default of the script
    settings, credentials, authority = {}, (), None
    users = False  # whether its servers have those of users.acl
    environment = {}  # of scripts, beside what every pod has
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
        # A child that rewrites the log outlives its server for a moment, and removes its own file.
        shutil.rmtree(cls.directory, ignore_errors=True)

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

    def at(self, ip):
        for pod in self.pods:
            if pod.ip == ip:
                return pod
        raise ConnectionError(f"no pod has the address {ip}")

    def at_id(self, node):
        return next(pod for pod in self.pods if pod.myself().id == node)

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
