"""Documents through python-socketio: whole texts, and the binary messages of Yjs editors."""

from chatter import Server

NEWS = ("doc_content", "doc_updated", "doc_content_updated", "doc_sync")


async def test_two_people_edit_a_document_and_an_outsider_hears_nothing(server: Server) -> None:
    alice, bob, mallory = await server.people("alice", "bob", "mallory")
    made = await alice.does("/api/doc/create", {"name": "Plan", "content": "one", "members": [{"username": "bob", "role": "editor"}]})
    doc = made["doc_id"]
    for person in (alice, bob):
        assert (await person.sends("doc_join", {"doc_id": doc}))["ok"] is True
        assert (await person.receives("doc_content"))["content"] == "one"
    ack = await alice.sends("doc_edit", {"doc_id": doc, "content": "one two"})
    assert ack == {"ok": True, "doc_id": doc, "version": made["version"] + 1}
    for event in ("doc_updated", "doc_content_updated"):
        heard = await bob.receives(event)
        assert heard == {"doc_id": doc, "content": "one two", "version": ack["version"], "edited_by": "alice"}
    for event in ("doc_join", "doc_edit"):
        refused = await mallory.sends(event, {"doc_id": doc, "content": "mine"})
        assert (refused["ok"], refused["error"]) == (False, "access_denied")
    assert (await bob.reads(f"/api/doc/{doc}"))["content"] == "one two"
    await alice.hears_nothing("doc_updated", "doc_content_updated")
    await mallory.hears_nothing(*NEWS)


async def test_a_yjs_editor_exchanges_bytes(server: Server) -> None:
    [alice] = await server.people("alice")
    doc = (await alice.does("/api/doc/create", {"name": "Plan", "content": "hello"}))["doc_id"]
    await alice.sends("doc_join", {"doc_id": doc, "protocol": "yjs"})
    # A state vector of nobody: step 1 of who has nothing yet.
    assert (await alice.sends("doc_sync", {"doc_id": doc, "message": b"\x00\x01\x00"}))["ok"] is True
    given, asked = [(await alice.receives("doc_sync"))["message"] for _ in range(2)]
    assert (given[0], asked[0]) == (1, 0)
    assert b"hello" in given
    refused = await alice.sends("doc_sync", {"doc_id": doc, "message": b"\x02\x01\xff"})
    assert (refused["ok"], refused["error"]) == (False, "malformed_update")
    await alice.hears_nothing("doc_sync")
