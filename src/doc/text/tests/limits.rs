//! How large a text and its history may become.

use super::*;

#[test]
fn a_text_that_would_be_too_large_stays_as_it_is() {
    let mut server = Server::new();
    server.splice(0, 0, &"x".repeat(MAX_BYTES - 1));
    let large = server.text.as_str().to_owned();
    let splice = |insert: &str| {
        [Splice {
            old: 0..0,
            insert: insert.to_owned(),
        }]
    };
    let refusal = server
        .text
        .splice(&splice("yz"))
        .expect_err("it is too large");
    assert_eq!(refusal.code(), "content_too_large");

    let peer = Peer::new(1);
    server.sync(&peer);
    peer.edit(0, 0, "yz");
    let update = peer.diff_since(&server.text.state_vector());
    let refusal = server.text.apply(&update).expect_err("it is too large");
    assert_eq!(refusal.code(), "content_too_large");
    assert_eq!(server.text.as_str(), large);
    assert_eq!(server.text.crdt.read(), large);

    // What it deletes makes room for what it inserts.
    peer.edit(500, 5, "");
    server.sync(&peer);
    assert_eq!(server.text.as_str().len(), MAX_BYTES - 4);
}

#[test]
fn a_history_that_would_be_too_long_stays_as_it_is() {
    let mut server = Server::new();
    (server.text.blocks, server.text.is_counted) = (MAX_BLOCKS + MARGIN, false);
    // It was only an upper bound.
    server.splice(0, 0, "x");
    assert!(server.text.blocks < 10);
    let peer = Peer::new(1);
    for _ in 0..=MAX_BLOCKS / 3 {
        peer.edit(0, 0, "x");
    }
    let refusal = server.text.apply(&peer.diff_since(&[0])).err();
    assert_eq!(refusal.map(|error| error.code()), Some("content_too_large"));
    assert_eq!(server.text.as_str(), "x");
}

#[test]
fn a_full_history_takes_small_edits_for_a_while() {
    let mut server = Server::new();
    let peer = Peer::new(1);
    server.splice(0, 0, "one two three");
    server.sync(&peer);
    let fill = |server: &mut Server, blocks| {
        (server.text.blocks, server.text.is_counted) = (blocks, true);
    };
    let splice = |start: usize, insert: &str| Splice {
        old: start..start + 1,
        insert: insert.to_owned(),
    };
    fill(&mut server, MAX_BLOCKS);
    let several = [splice(0, "a"), splice(2, "b")];
    assert!(server.text.splice(&several).is_err());
    server.splice(0, 4, "");
    fill(&mut server, MAX_BLOCKS);
    peer.edit(1000, 0, "!");
    server.sync(&peer);
    // One after the other is deleted: as many ranges.
    for at in [999, 700, 500, 300] {
        peer.edit(at, 1, "");
    }
    let deletions = peer.diff_since(&server.text.state_vector());
    fill(&mut server, MAX_BLOCKS);
    let before = server.text.as_str().to_owned();
    let refusal = server
        .text
        .apply(&deletions)
        .err()
        .map(|error| error.code());
    assert_eq!(
        (refusal, server.text.as_str()),
        (Some("content_too_large"), &*before)
    );
    fill(&mut server, MAX_BLOCKS + MARGIN);
    assert!(server.text.splice(&[splice(0, "a")]).is_err());
    assert_eq!(server.text.as_str(), before);
}

#[test]
fn too_many_clients_at_once_are_refused() {
    let crowd = |count: u64| -> Vec<u8> {
        let all = Doc::with_client_id(1);
        for client in 2..2 + count {
            let peer = Doc::with_client_id(client);
            let root = peer.get_or_insert_text(ROOT);
            root.insert(&mut peer.transact_mut(), 0, "x");
            let update = peer.transact().encode_diff_v1(&StateVector::default());
            let update = yrs::Update::decode_v1(&update).expect("it is one");
            all.transact_mut()
                .apply_update(update)
                .expect("it is taken");
        }
        all.transact().encode_diff_v1(&StateVector::default())
    };
    let mut server = Server::new();
    let refusal = server
        .text
        .apply(&crowd(501))
        .err()
        .map(|error| error.code());
    assert_eq!(
        (refusal, server.text.as_str()),
        (Some("content_too_large"), "")
    );
    server.apply(&crowd(500));
    assert_eq!(server.text.as_str().len(), 500);
}
