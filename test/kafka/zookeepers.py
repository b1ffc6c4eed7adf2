"""What brokers ask ZooKeeper, and when its servers leave."""

import contextlib
import importlib.util
import io
import pathlib
import socket
import struct
import unittest
from unittest import mock

import rejoin
from stand_ins import Nodes, refusing_port, want
from zookeeper_session import Session, connect, nameless

ZOOKEEPER = pathlib.Path(__file__).parents[2] / "charts/messaging/zookeeper"


def zookeepers_leave():
    """The preStop of ZooKeeper, whose file has the name of the brokers'."""
    spec = importlib.util.spec_from_file_location("zookeeper_leave", ZOOKEEPER / "leave.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
