"""A cluster that gets a shard more, and loses it again."""

from client import PORT, SLOTS
from cluster import HURRY, Cluster


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
