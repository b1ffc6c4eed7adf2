"""The smallest cluster with a replica, and its password."""

import signal
import time

from cluster import HURRY, Cluster

FIRST, SECOND, OTHER = (f"{name}-0123456789" for name in ("first", "second", "other"))


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
