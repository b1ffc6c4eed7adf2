"""Who is the master: spread over machines, and when an election is lost."""

import concurrent.futures
import signal

from cluster import HURRY, Cluster


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
