"""Shards with replicas, as they run in production: what changes, is updated and is lost."""

import concurrent.futures
import signal
import subprocess

from client import SLOTS, Client
from cluster import Cluster
from pods import NODE_TIMEOUT_SECONDS


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
