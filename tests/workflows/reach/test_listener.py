"""The listener: who counts as another device, and what is said when the port is taken."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from calibrate.errors import ProjectError
from calibrate.workflows.reach.addresses import Address
from calibrate.workflows.reach.listener import Listener, answers, open_listener

HERE = Address("127.0.0.1", "wlan0", "Wi-Fi")


def get(port: int, path: str = "/") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_this_computer_reaches_itself_and_is_not_taken_for_another_device() -> None:
    with Listener(0, ["192.0.2.7"]) as listener:
        assert answers("127.0.0.1", listener.port)
        assert get(listener.port)[0] == 200
        listener._heard("192.0.2.7")
        listener._heard("::ffff:192.0.2.7")
        assert not listener.wait(0) and listener.visitors == []
    assert not answers("127.0.0.1", listener.port)


def test_a_device_that_comes_ends_the_waiting() -> None:
    ticks: list[int] = []
    with Listener(0, []) as listener:
        threading.Timer(0.2, listener._heard, ["198.51.100.4"]).start()
        assert listener.wait(600, ticks.append)
        assert listener.visitors == ["198.51.100.4"] and ticks[0] == 600


def test_a_visitor_sees_that_it_works_and_nothing_else() -> None:
    with Listener(0, []) as listener:
        status, page = get(listener.port)
        assert status == 200 and "It works" in page and "http" not in page.replace("<!doctype", "")
        assert get(listener.port, "/calibrate.toml") == (404, "Not here.")
        assert get(listener.port, "/?anything")[0] == 200


def test_a_port_that_another_program_holds_is_named_plainly() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ProjectError, match=f"Another program .* port {port}") as refused:
            open_listener(port, [])
        assert refused.value.fix is not None and "--port" in refused.value.fix
        with pytest.raises(ProjectError, match="Another program"):
            Listener(port, [])


@pytest.fixture
def room_port() -> Iterator[int]:
    """Something that answers as Calibrate's room does."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"status": "ok", "program": "calibrate"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_room_that_is_open_already_is_called_by_its_name(room_port: int) -> None:
    with pytest.raises(ProjectError, match="own room is open") as alone:
        open_listener(room_port, [])
    assert "--lan" in str(alone.value.fix)
    with pytest.raises(ProjectError) as lan:
        open_listener(room_port, [HERE])
    assert f"http://127.0.0.1:{room_port}/" in str(lan.value.fix)
