"""The core journeys through python-socketio, an implementation of its own of the protocol."""

import pytest
import socketio
from chatter import Server

SENT = ("dm_new", "new_dm", "gdm_new", "new_message")


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
async def test_a_direct_message_reaches_both_people_both_ways_and_nobody_else(server: Server, transports: list[str]) -> None:
    alice, bob, mallory = await server.people("alice", "bob", "mallory")
    await alice.disconnects()
    await alice.connects(transports=transports)

    ack = await alice.sends("dm_send", {"to": "bob", "text": "Hello **Bob**!", "nonce": "py-1"})
    assert ack["ok"] is True
    for person in (alice, bob):
        for event in ("dm_new", "new_dm"):
            heard = await person.receives(event)
            assert (heard["id"], heard["from_user"], heard["to_user"]) == (ack["id"], "alice", "bob")
            assert (heard["source"], heard["text"]) == ("Hello **Bob**!", "Hello <strong>Bob</strong>!")

    answer = await bob.sends("dm_send", {"to": "alice", "text": "Hi!", "reply_to": ack["id"]})
    heard = await alice.receives("dm_new")
    assert (heard["id"], heard["reply_to"], heard["reply_username"]) == (answer["id"], ack["id"], "alice")
    assert answer["seq"] == ack["seq"] + 1
    await mallory.hears_nothing(*SENT)


async def test_a_resend_with_the_same_nonce_is_the_same_message(server: Server) -> None:
    alice, bob = await server.people("alice", "bob")
    message = {"to": "bob", "text": "once", "nonce": "py-once"}
    first = await alice.sends("dm_send", message)
    await bob.receives("dm_new")
    await bob.receives("new_dm")
    assert await alice.sends("dm_send", message) == first
    await bob.hears_nothing(*SENT)
    assert len(await bob.reads("/api/dm/messages", peer="alice")) == 1


async def test_a_group_message_reaches_its_members_and_nobody_else(server: Server) -> None:
    alice, bob, mallory = await server.people("alice", "bob", "mallory")
    group = await alice.does("/api/gdm/threads", {"name": "Snakes", "members": ["bob"]})
    assert await bob.receives("gdm_threads_refresh") == {"tid": group["id"]}
    ack = await alice.sends("gdm_send", {"thread_id": group["id"], "text": "hiss"})
    for person in (alice, bob):
        heard = await person.receives("gdm_new")
        assert (heard["id"], heard["tid"], heard["thread_id"], heard["text"]) == (ack["id"], group["id"], group["id"], "hiss")
    refused = await mallory.sends("gdm_send", {"thread_id": group["id"], "text": "me too"})
    assert refused["ok"] is False
    await mallory.hears_nothing(*SENT)
    await bob.hears_nothing(*SENT)


async def test_a_public_message_reaches_everybody(server: Server) -> None:
    alice, bob = await server.people("alice", "bob")
    ack = await alice.sends("send_message", {"text": "hello, world"})
    for person in (alice, bob):
        assert (await person.receives("new_message"))["id"] == ack["id"]
    assert [row["text"] for row in await bob.reads("/api/messages")] == ["hello, world"]


async def test_who_was_away_is_brought_up_to_date_by_sync(server: Server) -> None:
    alice, bob = await server.people("alice", "bob")
    seen = await alice.sends("dm_send", {"to": "bob", "text": "seen"})
    edited = await alice.sends("dm_send", {"to": "bob", "text": "to be edited"})
    rev = (await bob.receives("dm_new", lambda message: message["id"] == edited["id"]))["rev"]
    await bob.disconnects()

    await alice.sends("dm_send", {"to": "bob", "text": "missed"})
    await alice.sends("dm_edit", {"id": edited["id"], "text": "edited"})
    await alice.sends("dm_delete", {"id": seen["id"]})

    await bob.connects()
    answer = await bob.sends("sync", {"since": {"dm:alice": rev}})
    [conversation] = [each for each in answer["conversations"] if each["conversation"] == "dm:alice"]
    changes = [(message["id"], message["source"], message["deleted"]) for message in conversation["messages"]]
    assert changes[0][1:] == ("missed", False)
    assert changes[1:] == [(edited["id"], "edited", False), (seen["id"], "", True)]
    assert [message["rev"] for message in conversation["messages"]] == [rev + 1, rev + 2, rev + 3]
    assert answer == await bob.does("/api/sync", {"since": {"dm:alice": rev}})


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]])
async def test_a_stranger_is_refused(server: Server, transports: list[str]) -> None:
    [alice] = await server.people("alice")
    await alice.forgets()
    for headers in ({}, {"Cookie": "session=forged; id=forged"}):
        stranger = socketio.AsyncClient(reconnection=False)
        reasons: list[dict[str, str]] = []
        stranger.on("connect_error", reasons.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stranger.connect(server.url, headers=headers, transports=transports)
        assert [reason["message"] for reason in reasons] == ["unauthorized"]
    await alice.hears_nothing("user_list_refresh", *SENT)


async def test_a_failure_comes_as_an_error_event_where_no_ack_was_asked(server: Server) -> None:
    [alice] = await server.people("alice")
    await alice.socket.emit("dm_send", {"text": "to whom?"})
    failure = await alice.receives("error")
    assert (failure["event"], failure["error"]) == ("dm_send", "bad_params")
    assert failure["message"]


async def test_two_people_sending_in_turn_see_one_order(server: Server) -> None:
    alice, bob = await server.people("alice", "bob")
    acks = [await person.sends("send_message", {"text": f"{person.name} {n}"}) for n in range(10) for person in (alice, bob)]
    orders = []
    for person in (alice, bob):
        orders.append([(await person.receives("new_message"))["id"] for _ in acks])
    assert orders[0] == orders[1] == [ack["id"] for ack in acks]
