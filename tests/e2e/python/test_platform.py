"""Servers and their apps through python-socketio and httpx."""

import json
from typing import Any

import httpx
from chatter import Person, Server


async def made(answer: httpx.Response) -> Any:
    assert answer.status_code == 201, answer.text
    return answer.json()


async def gathers(owner: Person, *others: Person) -> tuple[int, int]:
    """A new server with these people in it, and the channel that it begins with."""
    guild = (await made(await owner.http.post("/servers", json={"name": "Guild"})))["server"]["id"]
    invite = await made(await owner.http.post(f"/servers/{guild}/invites", json={"maxUses": len(others)}))
    for person in others:
        answer = await person.http.post(f"/invites/{invite['invite']['code']}/accept")
        assert answer.status_code == 200, answer.text
    [channel] = (await owner.reads(f"/servers/{guild}"))["channels"]
    return guild, channel["id"]


async def test_a_message_in_a_channel_reaches_its_members_and_nobody_else(server: Server) -> None:
    alice, bob, mallory = await server.people("alice", "bob", "mallory")
    guild, channel = await gathers(alice, bob)
    ack = await bob.sends("channel_send", {"channel_id": channel, "text": "hello"})
    assert (ack["ok"], ack["seq"]) == (True, 1)
    for person in (alice, bob):
        heard = await person.receives("channel_new")
        assert (heard["id"], heard["server_id"], heard["channel_id"], heard["source"]) == (ack["id"], guild, channel, "hello")
    refused = await mallory.sends("channel_send", {"channel_id": channel, "text": "me too"})
    assert (refused["ok"], refused["error"]) == (False, "channel_not_found")
    await mallory.hears_nothing("channel_new", "server_updated")
    await bob.hears_nothing("channel_new")


async def test_what_a_service_posts_arrives_live(server: Server) -> None:
    alice, bob, mallory = await server.people("alice", "bob", "mallory")
    guild, channel = await gathers(alice, bob)
    webhook = await made(await alice.http.post(f"/servers/{guild}/apps", json={"kind": "webhook", "name": "CI", "channelId": channel}))
    widget = await made(await alice.http.post(f"/servers/{guild}/apps", json={"kind": "widget", "name": "Status"}))
    async with httpx.AsyncClient() as service:
        posted = await service.post(webhook["url"], json={"content": "Hello!"})
        assert posted.status_code == 200, posted.text
        heard = await bob.receives("channel_new")
        assert (heard["id"], heard["source"], heard["author"]["kind"]) == (posted.json()["id"], "Hello!", "webhook")

        rows = [{"kind": "counter", "label": "Online", "value": 42}]
        async with bob.http.stream("GET", f"/servers/{guild}/events", headers={"accept": "text/event-stream"}) as stream:
            assert stream.status_code == 200
            pushed = await service.post(widget["url"], json={"rows": rows})
            assert pushed.json()["snapshot"]["rows"] == rows
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    data = json.loads(line.removeprefix("data:"))
                    break
        assert (data["appId"], data["snapshot"]["rows"]) == (widget["app"]["id"], rows)
        assert await bob.receives("widget_updated") == data
        assert (await mallory.http.get(f"/servers/{guild}/events")).status_code == 404
    await mallory.hears_nothing("channel_new", "widget_updated")
