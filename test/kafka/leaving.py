"""When a broker may leave, and who follows it."""

import json
import struct
import unittest
from unittest import mock

import leave as broker_leave
from leave import hand_over_controller, why_not_leave, why_not_safe_to_leave
from stand_ins import RESPONSE, Broker, Nodes, cluster, want


class Leaving(unittest.TestCase):
    def test_waits_where_too_few_others_are_in_sync(self):
        metadata = cluster((0, 1, 2), (0, 1))
        self.assertEqual(
            why_not_safe_to_leave(metadata, 0, 2), "too few other in-sync replicas: t-1 [0, 1] of [0, 1, 2]"
        )

    def test_does_not_wait_for_what_it_is_not_in_sync_with(self):
        self.assertEqual(why_not_safe_to_leave(cluster((0, 1)), 2, 2), "")

    def test_does_not_wait_for_a_single_replica_which_nothing_could_save(self):
        self.assertEqual(why_not_safe_to_leave(cluster((0,), replicas=(0,)), 0, 2), "")

    def test_asks_two_replicas_for_no_more_than_one_other(self):
        self.assertEqual(why_not_safe_to_leave(cluster((0, 1), replicas=(0, 1)), 0, 2), "")
        self.assertNotEqual(why_not_safe_to_leave(cluster((0,), replicas=(0, 1)), 0, 2), "")


class Controllers:
    """Who is the controller, in the words of ZooKeeper, one after the other; None while nobody is."""

    def __init__(self, *controllers):
        self.controllers = list(controllers)
        self.deleted = []

    def read(self, _):
        controller = self.controllers.pop(0)
        return None if controller is None else json.dumps({"version": 2, "brokerid": controller})

    def delete(self, path):
        self.deleted.append(path)


class HandOver(unittest.TestCase):
    """To the brokers that answer here the controller is 2."""

    def hand_over(self, me, *controllers):
        answer = struct.pack(">i", len(RESPONSE)) + RESPONSE
        session = Controllers(*controllers)
        with Broker(answer, connections=len(controllers)) as broker, mock.patch("time.sleep"):
            hand_over_controller(session, broker.port, me)
        self.assertEqual(session.controllers, [])
        return session.deleted

    def test_waits_until_another_was_elected_and_has_reached_this_broker(self):
        self.assertEqual(self.hand_over(1, 1, None, 0, 2), ["/controller"])

    def test_is_repeated_where_the_same_broker_was_elected_again(self):
        self.assertEqual(self.hand_over(1, 1, 1, 2), ["/controller", "/controller"])

    def test_leaves_another_controller_alone(self):
        self.assertEqual(self.hand_over(0, 2), [])


class AllTogether(unittest.TestCase):
    def why_not(self, nodes, metadata, me=0):
        with (
            mock.patch.object(broker_leave, "fetch", lambda _: metadata),
            mock.patch.object(broker_leave, "hand_over_controller"),
        ):
            return why_not_leave(nodes, 9092, me, 2)

    def test_leave_at_once_whoever_is_in_sync_and_whoever_holds_the_lock(self):
        nodes = Nodes("/bss-leaving-broker", *want(1, 2))
        self.assertEqual(self.why_not(nodes, cluster((0, 1))), "")

    def test_are_not_all_while_one_stays(self):
        nodes = Nodes("/bss-leaving-broker", *want(1))
        self.assertEqual(self.why_not(nodes, cluster((0, 1, 2))), "another broker is leaving")

    def test_are_not_all_while_one_is_away_that_may_come_back(self):
        metadata = cluster((0, 1), brokers=(0, 1))
        self.assertIn("too few other in-sync replicas", self.why_not(Nodes(*want(1)), metadata))

    def test_say_that_they_want_to_before_they_may(self):
        nodes = Nodes()
        self.why_not(nodes, cluster((0, 1)))
        self.assertEqual(nodes.paths, set(want(0)))

    def test_give_the_lock_back_where_another_one_left_meanwhile(self):
        nodes, answers = Nodes(), [cluster((0, 1, 2)), cluster((0, 1))]
        with (
            mock.patch.object(broker_leave, "fetch", lambda _: answers.pop(0)),
            mock.patch.object(broker_leave, "hand_over_controller"),
        ):
            self.assertIn("too few", why_not_leave(nodes, 9092, 0, 2))
        self.assertEqual(nodes.paths, set(want(0)))
