"""What brokers say of the cluster, and when one of them is ready."""

import contextlib
import http.client
import io
import struct
import threading
import unittest
from unittest import mock

import leave as broker_leave
from cluster_metadata import parse, request
from leave import leave, why_not_safe_to_leave
from ready import Readiness, why_not_ready
from stand_ins import RESPONSE, Broker, Nodes, cluster, refusing_port, said_by


class Request(unittest.TestCase):
    def test_asks_for_all_topics_in_the_form_that_the_protocol_has(self):
        size, key, version, correlation, length = struct.unpack_from(">ihhih", request())
        client = request()[14 : 14 + length]
        topics = struct.unpack(">i", request()[14 + length :])[0]
        self.assertEqual(size, len(request()) - 4)
        self.assertEqual((key, version, correlation), (3, 1, 1))
        self.assertEqual((client, topics), (b"isr-probe", -1))


class Response(unittest.TestCase):
    def setUp(self):
        self.metadata = parse(RESPONSE)

    def test_holds_every_broker_and_the_controller(self):
        self.assertEqual(sorted(self.metadata.brokers), [0, 1, 2])
        self.assertEqual(self.metadata.controller, 2)

    def test_holds_33_partitions_with_99_replicas_all_in_sync(self):
        partitions = self.metadata.partitions
        self.assertEqual(len(partitions), 33)
        self.assertEqual(sum(len(each.replicas) for each in partitions), 99)
        self.assertTrue(all(sorted(each.replicas) == sorted(each.in_sync) == [0, 1, 2] for each in partitions))
        self.assertEqual(sum(each.topic == "bss.analytics.events" for each in partitions), 6)

    def test_is_read_to_its_last_byte(self):
        with self.assertRaises(struct.error):
            parse(RESPONSE[:-1])

    def test_of_a_healthy_cluster_lets_every_broker_be_ready_and_leave(self):
        for me in range(3):
            self.assertEqual(why_not_ready(self.metadata, me), "")
            self.assertEqual(why_not_safe_to_leave(self.metadata, me, 2), "")


class Ready(unittest.TestCase):
    def test_waits_for_the_controller(self):
        self.assertEqual(why_not_ready(cluster(controller=-1), 0), "the controller has not reached this broker yet")

    def test_waits_until_the_broker_is_a_member(self):
        self.assertEqual(why_not_ready(cluster(brokers=(0, 1)), 2), "broker 2 is not a member of the cluster yet")

    def test_waits_until_the_broker_is_in_sync_everywhere_and_names_what_is_not(self):
        metadata = cluster((0, 1, 2), (0, 1))
        self.assertEqual(why_not_ready(metadata, 2), "not in sync yet: t-1 [0, 1] of [0, 1, 2]")

    def test_does_not_wait_for_other_brokers(self):
        self.assertEqual(why_not_ready(cluster((0,), (0, 1)), 0), "")

    def test_does_not_wait_for_partitions_of_others(self):
        self.assertEqual(why_not_ready(cluster((0, 1), replicas=(0, 1)), 2), "")

    def test_names_three_partitions_and_counts_the_rest(self):
        reason = why_not_ready(cluster(*[(0, 1)] * 5), 2)
        self.assertTrue(reason.endswith("t-2 [0, 1] of [0, 1, 2] and 2 more"), reason)


def ask(broker_port, me):
    """What Kubernetes gets when it asks whether broker `me` is ready: status and reason."""
    said = io.StringIO()
    with Readiness(("127.0.0.1", 0), broker_port, me) as server, contextlib.redirect_stdout(said):
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
        connection.request("GET", "/")
        response = connection.getresponse()
        answer = response.status, response.read().decode()
        connection.close()
        thread.join()
    return (*answer, said.getvalue())


class Connection(unittest.TestCase):
    def test_sends_the_request_and_reads_the_whole_answer(self):
        with Broker(struct.pack(">i", len(RESPONSE)) + RESPONSE) as broker:
            self.assertEqual(ask(broker.port, 0), (200, "", ""))
        self.assertEqual(broker.received, request())

    def test_that_is_closed_without_an_answer_is_not_ready_and_the_log_says_why(self):
        with Broker(b"") as broker:
            status, reason, said = ask(broker.port, 0)
        self.assertEqual(status, 503)
        self.assertIn(f"no answer on port {broker.port}", reason)
        self.assertEqual(said, f"INFO Broker 0 is not ready: {reason}\n")

    def test_that_is_refused_does_not_keep_a_broker_from_leaving(self):
        with mock.patch.object(broker_leave, "connect", lambda *_: Nodes()):
            self.assertEqual(said_by(leave, refusing_port(), 0, 2, 5.0, []), [])
