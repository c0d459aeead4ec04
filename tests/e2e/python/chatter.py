"""The real server and people who talk to it through python-socketio and httpx.

One server process per test, on a free loopback port, with a SQLite file of its own in a temporary
folder. It must end on SIGTERM with exit code 0, must never have panicked, and must not have
written a secret of an app to its log.
"""

import asyncio
import os
import re
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import socketio

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("CHATTER_BIN", REPOSITORY / "target/debug/chatter"))
PASSWORD = "correct horse battery"
PATIENCE = 20
# What every secret of an app looks like.
SECRET = re.compile(r"\bcht[wditrsap]_[0-9A-Za-z]{20,}|\bwhsec_[0-9A-Za-z+/]{20,}")


class Server:
    """One `chatter` process."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="chatter-python-")
        self.everyone: list[Person] = []
        self.url = ""
        self.log = ""

    async def __aenter__(self) -> "Server":
        assert BINARY.exists(), f"no server at {BINARY}: run 'cargo build' first"
        folder = Path(self.folder.name)
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RUST_BACKTRACE": "1",
            "CHATTER_SERVER__BIND": address,
            "CHATTER_SERVER__PUBLIC_URL": f"http://{address}",
            "CHATTER_DATABASE__URL": f"sqlite://{folder / 'chatter.db'}?mode=rwc",
            "CHATTER_STORAGE__DIR": str(folder / "files"),
            "CHATTER_LIMITS__ENABLED": "false",
        }
        self.process = await asyncio.create_subprocess_exec(
            BINARY, cwd=folder, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        listening = asyncio.get_running_loop().create_future()
        self.reader = asyncio.create_task(self._read(listening))
        self.url = await asyncio.wait_for(listening, 60)
        return self

    async def _read(self, listening: "asyncio.Future[str]") -> None:
        """Keeps the log, and finds in it where the server listens."""
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            line = raw.decode(errors="replace")
            self.log += line
            at = re.search(r"127\.0\.0\.1:[1-9]\d*", line)
            if at and "listening" in line and not listening.done():
                listening.set_result(f"http://{at.group()}")
        if not listening.done():
            listening.set_exception(AssertionError(f"the server ended at once:\n{self.log}"))

    async def __aexit__(self, *_: object) -> None:
        for person in self.everyone:
            await person.goes()
        try:
            self.process.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(self.process.wait(), 10)
            await self.reader
            assert "panicked at" not in self.log, self.log
            assert not SECRET.search(self.log), "the log has a secret"
            assert code == 0, f"exit code {code}:\n{self.log[-3000:]}"
        finally:
            if self.process.returncode is None:
                self.process.kill()
                await self.process.wait()
            self.folder.cleanup()

    async def people(self, *names: str) -> "list[Person]":
        """New accounts, signed in and connected, in this order."""
        people = []
        for name in names:
            person = Person(self, name)
            self.everyone.append(person)
            await person.signs_up()
            await person.connects()
            people.append(person)
        return people


class Person:
    """An account with an HTTP session and at most one socket."""

    def __init__(self, server: Server, name: str) -> None:
        self.name = name
        self.http = httpx.AsyncClient(base_url=server.url, headers={"origin": server.url, "accept": "application/json"})
        self.url = server.url
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.kept: list[tuple[str, Any]] = []

    async def signs_up(self) -> None:
        account = {"username": self.name, "password": PASSWORD}
        for path in ("/register", "/login"):
            answer = await self.http.post(path, json=account)
            assert answer.status_code == 200, answer.text

    async def connects(self, **options: Any) -> None:
        # `headers=` of connect() is sent with the first request only; polling needs the cookie on every one.
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        self.browser = aiohttp.ClientSession(headers={"Cookie": cookie})
        self.socket = socketio.AsyncClient(reconnection=False, http_session=self.browser)
        self.socket.on("*", self._keep)
        await self.socket.connect(self.url, **options)

    async def disconnects(self) -> None:
        await self.socket.disconnect()
        await self.browser.close()

    async def goes(self) -> None:
        await self.disconnects()
        await self.http.aclose()

    async def _keep(self, event: str, *arguments: Any) -> None:
        self.heard.put_nowait((event, arguments[0] if arguments else None))

    async def sends(self, event: str, payload: Any) -> Any:
        return await self.socket.call(event, payload, timeout=PATIENCE)

    async def receives(self, event: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """The payload of the next such event, here already or still to come."""
        for at, (name, payload) in enumerate(self.kept):
            if name == event and wanted(payload):
                del self.kept[at]
                return payload
        async with asyncio.timeout(PATIENCE):
            while True:
                name, payload = await self.heard.get()
                if name == event and wanted(payload):
                    return payload
                self.kept.append((name, payload))

    async def hears_nothing(self, *events: str) -> None:
        """Proved by a fence: an acked round trip behind whatever was published before."""
        ack = await self.sends("sync", {"since": {}, "limit": 1})
        assert ack["ok"] is True
        while not self.heard.empty():
            self.kept.append(self.heard.get_nowait())
        assert [news for news in self.kept if news[0] in events] == []

    async def forgets(self) -> None:
        """Forgets what was heard so far, behind a fence: what comes later is news."""
        await self.hears_nothing()
        self.kept.clear()

    async def reads(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def does(self, path: str, body: Any) -> Any:
        answer = await self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()
