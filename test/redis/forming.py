"""Clusters that form: one pod alone, and shards that have no replicas."""

import shutil
import signal

from client import PORT, SLOTS, RedisError
from cluster import Cluster


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

    def test_a_server_that_cannot_save_is_alive(self):
        only = self.pod(0)
        snapshot = only.volume / "dump.rdb"
        snapshot.unlink(missing_ok=True)
        (snapshot / "in-the-way").mkdir(parents=True)
        only.ask("CONFIG", "SET", "save", "20 1")
        only.ask("BGSAVE")

        def refuses():
            try:
                return not only.ask("PING")
            except RedisError as error:
                return "MISCONF" in str(error)

        self.until("refuses", refuses)
        self.assertEqual(only.run("alive.sh"), (0, ""))
        shutil.rmtree(snapshot)
        only.ask("BGSAVE")
        self.until("saves", lambda: only.ask("LASTSAVE") and not refuses())

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
