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
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from cluster import Cluster
from pods import NODE_TIMEOUT_SECONDS, PORT, SHELL, SLOTS, Client, Network, Redis, RedisError

CHARTS = pathlib.Path(__file__).parents[2] / "charts/data"
FIRST, SECOND, OTHER = (f"{name}-0123456789" for name in ("first", "second", "other"))
HURRY = "1"  # seconds between passes, where the default takes too long


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
        self.until("ready", lambda: all(pod.is_ready() for pod in self.pods))

    def test_keepers_that_start_again_change_nothing(self):
        before = self.layout(self.pod(0).view())
        self.restart_keepers()
        self.until("all is well", lambda: all(pod.said() for pod in self.pods))
        self.passes(2)
        self.assertEqual(len(self.said("")), len(self.said("All is well")), self.said(""))
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

    def test_a_replica_that_copies_from_where_its_master_was_is_sent_to_where_it_is(self):
        replica = next(pod for pod in self.pods if pod.role() == "slave")
        master = replica.myself().master
        answers = self.directory / "answers"
        answers.mkdir()
        for pod in self.pods:
            role = "\n".join(map(str, pod.ask("ROLE")))
            if pod is replica:
                role = role.replace(self.at_id(master).ip, "127.30.255.255")
            (answers / pod.name).write_text(f"{pod.ask('CLUSTER', 'NODES')}\n{role}\n")

        def plan(glance, *pods):
            programs = [word for file in self.scripts.glob("*.awk") for word in ("-f", file)]
            awk = ["awk", "-v", f"glance={glance}", *programs, *(answers / pod.name for pod in pods)]
            return subprocess.check_output(awk, env=replica.environment(), text=True).splitlines()

        self.assertEqual(plan("1", replica), ["look"])
        commands = [line.split("|")[0] for line in plan("", *self.pods)]
        self.assertEqual(commands, [f"CLUSTER REPLICATE {master}"])
        self.assertEqual(replica.ask(*commands[0].split()), "OK")
        self.until("copying again", lambda: replica.ask("ROLE")[3] == "connected")

    def test_an_update_of_all_shards_at_once_answers_every_client(self):
        with Client(self) as client:
            for ordinal in (1, 0):
                pods = [self.pod(shard, ordinal) for shard in range(3)]
                self.assertEqual([pod.role() for pod in pods], ["slave" if ordinal else "master"] * 3)
                with concurrent.futures.ThreadPoolExecutor() as together:
                    left = list(together.map(lambda pod: pod.run("leave.sh")[0], pods))
                self.assertEqual(left, [0, 0, 0])
                self.assertEqual([pod.role() for pod in pods], ["slave"] * 3)
                for pod in pods:
                    pod.stop(signal.SIGTERM)
                self.move(*pods)
                for pod in pods:
                    pod.start_server()
                self.until("in sync", lambda these=pods: all(pod.run("ready.sh")[0] == 0 for pod in these))
                # They know their masters, but not where the other replicas are now.
                self.assertFalse(any(pod.is_ready() for pod in pods))
                for pod in pods:
                    pod.start_keeper()
                self.until("ready", lambda: all(pod.is_ready() for pod in self.pods))
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


class Rotated(Cluster):
    """With the users of the chart, whose passwords change in the Secret."""

    shards, replicas = 1, 1
    interval = HURRY
    users = True
    TOLD = "INFO The server has the passwords of the Secret"
    USERS = ("application", "keeper", "exporter", "replication", "operator")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        passwords = cls.directory / "passwords"
        passwords.mkdir()
        for pod in cls.pods:
            pod.passwords = passwords
        cls.put("old")

    @classmethod
    def put(cls, *generations):
        cls.credentials = ("operator", f"operator-{generations[0]}-0123456789")
        for user in cls.USERS:
            lines = "".join(f"{user}-{generation}-0123456789\n" for generation in generations)
            (cls.pods[0].passwords / user).write_text(lines)

    def told(self, times):
        for pod in self.pods:
            self.until(f"told {times} times", lambda at=pod: at.said().count(self.TOLD) >= times)

    def test_passwords_are_changed_without_a_restart(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()
        self.told(1)
        for times, generations in enumerate((["old", "new"], ["new", "old"], ["new"]), 2):
            self.put(*generations)
            self.told(times)
        self.until_formed()

    def test_a_server_that_starts_again_in_its_pod_has_the_passwords_of_now(self):
        for pod in self.pods:
            pod.stop_server()
            pod.start_server()
        self.until_formed()
        self.assertEqual([pod.run("ready.sh") for pod in self.pods], [(0, "")] * 2)
        self.assertEqual(self.said("refuses the user"), [])


class Operation(Cluster):
    """Backups, restores and more or fewer shards, as people and schedules start them."""

    shards, replicas = 4, 0
    interval = HURRY
    KEYS = 300
    # What redis-cli prints for each key holds the key.
    ODD = ("failed-login", "ERR", "NOPERM", "with a space", "100%", "sent")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.directory / "backups"
        cls.home.mkdir()
        cls.environment = {"BACKUPS": str(cls.home), "SOURCE_PORT": "6401", "PATIENCE": "10"}

    def done(self, script, *arguments, **environment):
        status, said = self.pod(0).run(script, *arguments, **environment)
        self.assertEqual(status, 0, said)
        return said

    def backup(self, keep):
        return re.search(r"INFO Complete: (\S+)", self.done("backup.sh", KEEP=str(keep)))[1]

    def wipe(self):
        for pod in self.masters():
            pod.ask("FLUSHALL")

    def names(self):
        return sorted(path.name for path in self.home.iterdir() if path.name != ".lock")

    def test_a_backup_is_the_only_one_that_is_kept_beside_what_is_none(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()
        self.fill(self.KEYS)
        client = Client(self)
        for key in self.ODD:
            while not client.set(key):
                time.sleep(0.05)
        foreign = ["lost+found", "2099-01-01T00-00-00Z", "notes", "zzz.incomplete"]
        for name in foreign:
            (self.home / name).mkdir()
        for _ in range(2):
            fresh = self.backup(1)
            self.assertEqual(self.names(), sorted([*foreign, fresh]))

    def test_it_is_restored_with_every_key_whatever_that_is_called(self):
        self.wipe()
        said = self.done("restore.sh")
        self.assertIn(f"INFO Complete: the cluster has {self.KEYS + len(self.ODD)} keys", said)
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_the_newest_is_the_one_that_was_made_last_whatever_the_clock_says(self):
        (self.home / "2099-01-01T00-00-00Z").rmdir()
        (self.home / self.names()[0]).rename(self.home / "2099-01-01T00-00-00Z")
        self.assertEqual(self.backup(1), "2099-01-01T00-00-00Z-0001")
        self.wipe()
        self.assertIn("INFO Restores 2099-01-01T00-00-00Z-0001", self.done("restore.sh"))
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_one_with_a_damaged_or_a_missing_file_is_not_written_over_the_keys(self):
        file = next(self.home.glob("2099*/*.rdb"))
        whole = file.read_bytes()
        for part in (whole[:-9], None):
            file.unlink() if part is None else file.write_bytes(part)
            status, said = self.pod(0).run("restore.sh")
            self.assertEqual(status, 1)
            self.assertIn("ERROR The backup 2099-01-01T00-00-00Z-0001 is damaged: ", said)

    def cut_off(self, condition):
        """A redis-cli that reaches nobody when the condition holds for n, the number of CLUSTER NODES and DBSIZE."""
        directory = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        real = shutil.which("redis-cli")
        lines = (
            "#!/bin/sh",
            f'case " $* " in *" --cluster "*) exec {real} "$@" ;; esac',
            "said=$(cat)",
            f'case $said in *"CLUSTER NODES"* | *DBSIZE*) echo >> {directory}/asked; n=$(wc -l < {directory}/asked) ;; '
            f"*) n=0 ;; esac",
            f'if [ $n -gt 0 ] && {condition}; then echo "Could not connect to Redis" >&2; exit 1; fi',
            f'printf "%s\\n" "$said" | {real} "$@"',
        )
        (directory / "redis-cli").write_text("\n".join(lines) + "\n")
        (directory / "redis-cli").chmod(0o755)
        return f"{directory}:{self.path}"

    def test_fewer_shards_are_claimed_only_where_all_was_asked(self):
        last = self.pod(3)
        claimed, number = 0, 0
        while claimed < 2 and number < 30:
            number += 1
            status, said = self.pod(0).run("reshard.sh", "3", PATH=self.cut_off(f"[ $n -ge {number} ]"), PATIENCE="2")
            self.assertEqual(status == 0, "INFO Keys before" in said, said)
            if status == 0:
                claimed += 1
                self.assertEqual((last.myself().slots, last.ask("DBSIZE")), (set(), 0), f"cut off from {number} on")
        self.assertGreater(number, 10)
        self.assertEqual(claimed, 2)
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_one_answer_that_is_missing_is_not_taken_for_nothing(self):
        last = self.pod(3)
        for number in (2, 8, 9, 10):
            self.done("reshard.sh", "4")
            self.assertNotEqual(last.myself().slots, set())
            status, said = self.pod(0).run("reshard.sh", "3", PATH=self.cut_off(f"[ $n = {number} ]"), PATIENCE="5")
            if status == 0:
                self.assertEqual((last.myself().slots, last.ask("DBSIZE")), (set(), 0), said)
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_a_number_of_shards_that_cannot_be_is_refused(self):
        for number in ("", "0", "-1", "three", "5", "3.5"):
            status, said = self.pod(0).run("reshard.sh", number)
            self.assertEqual((status, said[:6]), (1, "ERROR "), number)


class LostElection(Cluster):
    """Masters vote once per epoch, so that an election may be lost though nobody is."""

    def test_shards_that_leave_together_take_turns_of_two_seconds(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()
        leaving = [self.pod(shard) for shard in range(3)]
        with concurrent.futures.ThreadPoolExecutor() as together:
            left = list(together.map(lambda pod: pod.run("leave.sh"), leaving))
        self.assertEqual(left, [(0, "")] * 3)
        self.assertEqual({pod.ordinal for pod in self.masters()}, {1})
        asked = [self.pod(shard, 1).asked_to_take_over() for shard in range(3)]
        self.assertEqual([[second % 6 // 2 for second in seconds] for seconds in asked], [[0], [1], [2]])

    def test_a_master_whose_replica_is_not_elected_waits_for_the_next_election(self):
        self.until_formed()
        leaving, replica = self.pod(0, 1), self.pod(0)
        voters = [self.pod(shard, 1) for shard in (1, 2)]
        for voter in voters:
            voter.server.send_signal(signal.SIGSTOP)
        with concurrent.futures.ThreadPoolExecutor() as beside:
            left = beside.submit(leaving.run, "leave.sh")
            self.until("given up", lambda: "Manual failover timed out" in replica.server_log())
            for voter in voters:  # whose votes are never sent
                voter.stop_server()
                voter.start_server()
            self.assertEqual(left.result(), (0, ""))
        self.assertEqual((leaving.role(), replica.role()), ("slave", "master"))
        self.assertEqual(len(replica.asked_to_take_over()), 2)


class Encrypted(Cluster):
    """Servers that speak TLS and nothing else, to clients, to each other, and to the scripts."""

    shards, replicas = 1, 1
    interval = HURRY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        certificates = cls.directory / "certificates"
        certificates.mkdir()
        cls.authority = certificates / "ca.crt"
        files = {name: certificates / name for name in ("tls.crt", "tls.key", "ca.crt")}
        cls.openssl(
            "req", "-x509", "-subj", "/CN=authority", "-keyout", cls.directory / "ca.key", "-out", cls.authority
        )
        cls.sign()
        cls.environment = {"CERTIFICATES": str(certificates), "TLS_FLAGS": f"--tls --cacert {cls.authority}"}
        cls.settings = {
            **{"port": 0, "tls-port": PORT, "tls-cluster": "yes", "tls-replication": "yes", "tls-auth-clients": "no"},
            **{
                "tls-cert-file": files["tls.crt"],
                "tls-key-file": files["tls.key"],
                "tls-ca-cert-file": files["ca.crt"],
            },
        }

    @staticmethod
    def openssl(*words):
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        subprocess.run(
            ["openssl", *words, *(curve if words[0] == "req" else [])], check=True, stderr=subprocess.DEVNULL
        )

    @classmethod
    def sign(cls):
        """Makes a certificate for every pod of the domain, and puts it where the servers read theirs."""
        request, names = cls.directory / "request", cls.directory / "names"
        names.write_text(f"subjectAltName = DNS:*.{cls.domain}")
        certificates, key = cls.authority.parent, cls.directory / "new.key"
        cls.openssl("req", "-new", "-subj", "/CN=servers", "-keyout", key, "-out", request)
        signer = ["-CA", cls.authority, "-CAkey", cls.directory / "ca.key", "-CAcreateserial"]
        cls.openssl("x509", "-req", "-in", request, *signer, "-extfile", names, "-out", certificates / "tls.crt")
        key.rename(certificates / "tls.key")

    @staticmethod
    def certificate(redis):
        return redis.socket.getpeercert(binary_form=True)

    def test_servers_form_a_cluster_and_a_client_checks_their_names(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()
        self.fill()
        self.assertEqual([pod.run(script)[0] for pod in self.pods for script in ("alive.sh", "ready.sh")], [0] * 4)

    def test_a_client_without_tls_gets_no_answer(self):
        with self.assertRaises((OSError, RedisError)), Redis(self.pod(0).ip) as redis:
            redis("PING")

    def test_a_renewed_certificate_is_served_without_a_restart_or_a_lost_connection(self):
        with contextlib.ExitStack() as stack:
            before = [stack.enter_context(pod.connect()) for pod in self.pods]
            self.sign()

            def renewed():
                with contextlib.ExitStack() as now:
                    after = [now.enter_context(pod.connect()) for pod in self.pods]
                    return all(self.certificate(old) != self.certificate(new) for old, new in zip(before, after))

            self.took = self.until("renewed", renewed)
            self.assertEqual([redis("PING") for redis in before], ["PONG"] * 2)
        self.assertEqual(self.keys(), 300)

    def test_leaving_hands_over(self):
        status, _ = self.pod(0).run("leave.sh")
        self.assertEqual((status, self.pod(0).role(), self.pod(0, 1).role()), (0, "slave", "master"))
        self.assertEqual(self.keys(), 300)


class Rows(unittest.TestResult):
    """Prints a line for each row, as they end."""

    output = 1
    since = time.monotonic()

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
    for file in (CHARTS / "redis/acl.sh", CHARTS.parents[1] / "lib/backups.sh"):
        shutil.copy(file, directory)
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
