"""Readiness and preStop of the brokers, against what a real one answered: the bytes of fixtures/metadata-v1.bin."""

import contextlib
import http.client
import importlib.util
import io
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

HERE = pathlib.Path(__file__).parent
MESSAGING = HERE.parent / "charts/messaging"
sys.path[:0] = [str(MESSAGING / "kafka"), str(MESSAGING / "zookeeper")]

import leave as broker_leave  # noqa: E402
import rejoin  # noqa: E402
from cluster_metadata import Metadata, Partition, parse, request  # noqa: E402
from leave import hand_over_controller, leave, why_not_leave, why_not_safe_to_leave  # noqa: E402
from ready import Readiness, why_not_ready  # noqa: E402
from zookeeper_session import Session, connect, nameless  # noqa: E402


def zookeepers_leave():
    """The preStop of ZooKeeper, whose file has the name of the brokers'."""
    spec = importlib.util.spec_from_file_location("zookeeper_leave", MESSAGING / "zookeeper/leave.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RESPONSE = (HERE / "fixtures/metadata-v1.bin").read_bytes()


def cluster(*in_sync, replicas=(0, 1, 2), brokers=(0, 1, 2), controller=0):
    """A partition for each set of in-sync replicas."""
    partitions = [Partition("t", number, list(replicas), list(each)) for number, each in enumerate(in_sync)]
    return Metadata(list(brokers), controller, partitions)


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


class Broker:
    """Answers connections with the captured bytes, in two pieces, as a network may."""

    def __init__(self, answer, connections=1):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.received = b""
        self.thread = threading.Thread(target=self.serve, args=(answer, connections))
        self.thread.start()

    def serve(self, answer, connections):
        for _ in range(connections):
            connection, _ = self.server.accept()
            with connection:
                self.received = connection.recv(1024)
                connection.sendall(answer[:100])
                connection.sendall(answer[100:])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.thread.join()
        self.server.close()


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
        with Broker(answer, connections=len(controllers)) as broker:
            hand_over_controller(session, broker.port, me)
        self.assertEqual(session.controllers, [])
        return session.deleted

    def test_waits_until_another_was_elected_and_has_reached_this_broker(self):
        self.assertEqual(self.hand_over(1, 1, None, 0, 2), ["/controller"])

    def test_is_repeated_where_the_same_broker_was_elected_again(self):
        self.assertEqual(self.hand_over(1, 1, 1, 2), ["/controller", "/controller"])

    def test_leaves_another_controller_alone(self):
        self.assertEqual(self.hand_over(0, 2), [])


class Ensemble(unittest.TestCase):
    def test_that_does_not_answer_keeps_the_broker_and_is_not_taken_for_a_broker_that_serves_nobody(self):
        port = refusing_port()
        with self.assertRaises(OSError) as raised:
            connect([f"127.0.0.1:{port}"], 10)
        self.assertNotIsInstance(raised.exception, ConnectionRefusedError)
        self.assertIn(f"no server of the ensemble answers: 127.0.0.1:{port}", str(raised.exception))

    def test_is_nameless_when_no_server_has_a_name_but_not_while_one_has_nor_while_nobody_can_say_so(self):
        gone, unknown = socket.gaierror(socket.EAI_NONAME, "name"), socket.gaierror(socket.EAI_AGAIN, "name")
        for answers, expected in [((gone, gone), True), ((gone, []), False), ((gone, unknown), False)]:
            with mock.patch("socket.getaddrinfo", side_effect=answers):
                self.assertEqual(nameless(["zookeeper-0.bss.svc:2181", "zookeeper-1.bss.svc:2181"]), expected)

    def test_gives_the_names_of_children_and_none_of_a_node_that_is_not_there(self):
        session = Session.__new__(Session)
        names = struct.pack(">i", 2) + b"".join(struct.pack(">i", len(name)) + name for name in [b"0", b"11"])
        with mock.patch.object(session, "_ask", lambda *_: (0, names), create=True):
            self.assertEqual(session.children("/brokers/ids"), ["0", "11"])
        with mock.patch.object(session, "_ask", lambda *_: (-101, b""), create=True):
            self.assertEqual(session.children("/brokers/ids"), [])


class Nodes:
    """A session with a ZooKeeper that has these nodes."""

    brokers_that_want_to_leave = Session.brokers_that_want_to_leave

    def __init__(self, *paths, asked=lambda nodes: None):
        self.paths, self.asked = set(paths), asked

    def create_ephemeral(self, path, _):
        created = path not in self.paths
        self.paths.add(path)
        return created

    def read(self, path):
        self.asked(self)
        return "" if path in self.paths else None

    def children(self, parent):
        self.asked(self)
        prefix = parent.rstrip("/") + "/"
        return [path[len(prefix) :] for path in self.paths if path.startswith(prefix)]

    def delete(self, path):
        self.paths.discard(path)

    def close(self):
        pass


def want(*brokers):
    return [f"/bss-wants-to-leave-{broker}" for broker in brokers]


def said_by(leaving, *arguments):
    """What it tells."""
    lines = []
    with mock.patch.object(broker_leave, "tell", lines.append), mock.patch("time.sleep"):
        leaving(*arguments)
    return lines


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


class Farewell(unittest.TestCase):
    def end(self, command):
        """The signal that ended a broker when everybody leaves. It has said a line when it is ready for one."""
        with (
            subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE) as broker,
            tempfile.NamedTemporaryFile("w") as process,
            mock.patch.multiple(broker_leave, PROCESS=process.name, FAREWELL_SECONDS=0.5),
        ):
            broker.stdout.readline()
            process.write(f"{broker.pid}")
            process.flush()
            try:
                broker_leave.end_with_everybody()
                return broker.wait(5)
            finally:
                broker.kill()

    def test_of_a_broker_that_stops_when_it_is_told_to_is_its_own(self):
        self.assertEqual(self.end("echo up; exec sleep 60"), -15)

    def test_of_a_broker_that_finds_nobody_who_answers_is_cut_short(self):
        self.assertEqual(self.end("trap '' TERM; echo up; exec sleep 60"), -9)


class WithoutZooKeeper(unittest.TestCase):
    @contextlib.contextmanager
    def broker(self, **patches):
        with (
            subprocess.Popen(["sleep", "60"]) as broker,
            tempfile.NamedTemporaryFile("w") as process,
            mock.patch.multiple(broker_leave, PROCESS=process.name, **patches),
        ):
            process.write(f"{broker.pid}")
            process.flush()
            try:
                yield broker
            finally:
                broker.kill()

    def test_that_is_silent_a_broker_is_ended_after_a_while_and_says_before_what_it_waits_for(self):
        silent = mock.Mock(side_effect=OSError("silence"))
        with self.broker(SILENCE_SECONDS=0.1, connect=silent) as broker:
            lines = said_by(leave, 9092, 0, 2, 5.0, [])
            self.assertEqual(broker.wait(1), -9)
        self.assertEqual(lines[0], "INFO Broker 0 waits to leave, no answer: silence")
        self.assertIn("is ended without a farewell", lines[1])

    def test_whose_names_end_a_broker_is_ended_whatever_it_waits_for_and_nobody_waits_for_that(self):
        answers = mock.Mock(side_effect=[False, False, True])
        with self.broker(nameless=answers, NAMES_SECONDS=0.2, tell=mock.Mock()) as broker:
            begun = time.monotonic()
            broker_leave.end_where_names_end(0, [])
            self.assertLess(time.monotonic() - begun, 0.2)
            with self.assertRaises(subprocess.TimeoutExpired):
                broker.wait(0.2)
            self.assertEqual(broker.wait(5), -9)

    def test_is_not_looked_for_any_more_when_the_broker_has_gone(self):
        with self.broker(nameless=lambda _: False, NAMES_SECONDS=0.1) as broker:
            broker_leave.end_where_names_end(0, [])
            broker.terminate()
            broker.wait(5)
            # The only child of this process that is left.
            _, status = os.wait()
        self.assertEqual(status, 0)


class Rejoining(unittest.TestCase):
    def rejoin(self, connect_, seconds=1.0):
        said = io.StringIO()
        with (
            mock.patch.object(rejoin, "connect", connect_),
            mock.patch("time.sleep"),
            contextlib.redirect_stdout(said),
        ):
            rejoin.await_end_of_former(1, seconds, [])
        return said.getvalue()

    def test_waits_until_the_former_registration_has_ended(self):
        questions = []

        def asked(nodes):
            questions.append(1)
            if len(questions) == 3:
                nodes.paths.clear()

        said = self.rejoin(lambda *_: Nodes("/brokers/ids/1", asked=asked))
        self.assertEqual(len(questions), 3)
        self.assertEqual(said, "INFO Broker 1 waits until the session of its former life ends\n")

    def test_does_not_wait_for_others(self):
        self.assertEqual(self.rejoin(lambda *_: Nodes("/brokers/ids/0", "/brokers/ids/11")), "")

    def test_takes_back_its_own_wish_to_leave_as_it_is_back_and_nobody_elses(self):
        nodes = Nodes(*want(0, 1))
        self.assertEqual(self.rejoin(lambda *_: nodes), "")
        self.assertEqual(nodes.brokers_that_want_to_leave(), {0})

    def test_waits_for_a_zookeeper_that_does_not_answer_yet_but_not_for_ever(self):
        answers = [OSError("not yet"), Nodes()]
        self.assertEqual(self.rejoin(mock.Mock(side_effect=answers)), "")
        self.assertIn("starts after 0 s", self.rejoin(mock.Mock(side_effect=OSError("never")), 0.1))


class ZooKeeperLeaving(unittest.TestCase):
    def stay(self, *paths, seconds=0.3, asked=lambda nodes: None):
        """How often it asked before it left."""
        questions = []

        def counted(nodes):
            questions.append(1)
            asked(nodes)

        with mock.patch("time.sleep"):
            zookeepers_leave().await_brokers(Nodes(*paths, asked=counted), 0, seconds)
        return len(questions)

    def test_stays_until_the_brokers_that_leave_are_no_longer_registered(self):
        def asked(nodes):
            asked.times += 1
            if asked.times == 5:
                nodes.delete("/brokers/ids/1")

        asked.times = 0
        self.assertEqual(self.stay("/brokers/ids/0", "/brokers/ids/1", *want(1), asked=asked), 6)

    def test_does_not_stay_for_brokers_that_stay_nor_for_those_that_have_left(self):
        self.assertEqual(self.stay("/brokers/ids/0", *want(1)), 2)

    def test_does_not_stay_for_ever(self):
        self.assertGreater(self.stay("/brokers/ids/1", *want(1), seconds=0.05), 10)

    def test_leaves_at_once_when_it_serves_nobody(self):
        self.assertEqual(zookeepers_leave().main(f"{refusing_port()}", "40"), 0)


def refusing_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
