//! How large a text and its history may become.

use super::*;
use crate::doc::text::history::MAX_BLOCKS;

/// Says that so many blocks have been measured.
fn fill(server: &mut Server, blocks: usize) {
    (server.text.history.blocks, server.text.history.unmeasured) = (blocks, 0);
}

fn refused<T>(outcome: Result<T>) -> String {
    outcome.err().expect("it is too much").code().to_owned()
}

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
    fill(&mut server, 2 * MAX_BLOCKS);
    server.text.history.unmeasured = 1;
    // It was only an upper bound.
    server.splice(0, 0, "x");
    assert!(server.text.history.blocks < 10);
    let peer = Peer::new(1);
    for _ in 0..=MAX_BLOCKS / 3 {
        peer.edit(0, 0, "x");
    }
    let refusal = server.text.apply(&peer.diff_since(&[0])).err();
    assert_eq!(
        refusal.map(Error::into_code),
        Some("content_too_large".into())
    );
    assert_eq!(server.text.as_str(), "x");
}

#[test]
fn a_full_history_takes_what_makes_it_usable() {
    let mut server = Server::new();
    let peer = Peer::new(1);
    server.splice(0, 0, "one two three");
    server.sync(&peer);
    let splice = |range: std::ops::Range<usize>, insert: &str| {
        let insert = insert.to_owned();
        Splice { old: range, insert }
    };
    let small = [splice(0..1, "a")];
    // Several edits find no room any more, small ones do.
    fill(&mut server, MAX_BLOCKS);
    let several = [splice(0..1, "a"), splice(2..3, "b")];
    assert_eq!(refused(server.text.splice(&several)), "content_too_large");
    let update = server.text.splice(&small).expect("it is small");
    server.note(Some(update));
    fill(&mut server, MAX_BLOCKS);
    peer.edit(1000, 0, "!");
    server.sync(&peer);
    // Then no small ones, but another text as a whole.
    fill(&mut server, MAX_BLOCKS + MAX_BLOCKS / 10);
    assert_eq!(refused(server.text.splice(&small)), "content_too_large");
    assert_eq!(server.text.as_str(), "ane two three!");
    let whole = 0..server.text.as_str().len();
    assert!(server.text.splice(&[splice(whole, "another text")]).is_ok());
    // Then only what takes something out.
    fill(&mut server, 2 * MAX_BLOCKS);
    let whole = [splice(0..12, "one more text")];
    assert_eq!(refused(server.text.splice(&whole)), "content_too_large");
    assert!(server.text.splice(&[splice(0..8, "")]).is_ok());
    assert_eq!(server.text.as_str(), "text");
    assert!(server.text.splice(&[splice(0..4, "")]).is_ok());
}

#[test]
fn deletions_count_as_what_they_cut() {
    let text = "x".repeat(500_000);
    let all = Doc::with_client_id(1);
    let root = all.get_or_insert_text(ROOT);
    root.insert(&mut all.transact_mut(), 0, &text);
    let mut server = Server::new();
    server.apply(&all.transact().encode_diff_v1(&StateVector::default()));
    // One in two, and then those between them, which cuts nothing any more.
    let deletions = |count: usize, first: usize, step: usize| -> Vec<u8> {
        let mut update = vec![0, 1, 1];
        varint(count, &mut update);
        for at in 0..count {
            varint(first + step * at, &mut update);
            varint(1, &mut update);
        }
        update
    };
    let too_many = deletions(MAX_BLOCKS / 2 + 1, 0, 2);
    assert_eq!(refused(server.text.apply(&too_many)), "content_too_large");
    assert_eq!(server.text.as_str(), text);
    let many = MAX_BLOCKS / 3;
    server.apply(&deletions(many, 0, 2));
    server.apply(&deletions(many, 1, 2));
    assert_eq!(server.text.as_str().len(), text.len() - 2 * many);
}

fn varint(mut number: usize, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).expect("it is small") | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).expect("it is small"));
}

/// The client and the clock of a unit.
type Unit = (usize, usize);

/// An update with a letter between each of these pairs of units, of some clients from a clock on.
fn letters(clients: &[(Unit, Vec<[Unit; 2]>)]) -> Vec<u8> {
    let mut update = Vec::new();
    varint(clients.len(), &mut update);
    for ((client, clock), origins) in clients {
        for number in [origins.len(), *client, *clock] {
            varint(number, &mut update);
        }
        for [left, right] in origins {
            update.push(0xc4);
            for number in [left.0, left.1, right.0, right.1] {
                varint(number, &mut update);
            }
            update.extend(b"\x01x");
        }
    }
    update.push(0);
    update
}

/// The first unit of client 5, and many to the right of it.
fn ground(server: &mut Server, count: usize) {
    let mut update = b"\x01\x02\x05\x00\x04\x01\x07content\x01A\x84\x05\x00".to_vec();
    varint(count, &mut update);
    update.extend(std::iter::repeat_n(b'b', count));
    update.push(0);
    server.apply(&update);
}

/// Places to the right of the first unit, each to the left of another one: none of them is where
/// it belongs before it has passed those before it.
fn siblings(rights: std::ops::Range<usize>) -> Vec<[Unit; 2]> {
    rights.rev().map(|right| [(5, 0), (5, 1 + right)]).collect()
}

#[test]
fn an_update_that_is_made_to_be_hard_to_order_is_refused() {
    let mut server = Server::new();
    ground(&mut server, 10_000);
    let many = letters(&[((1, 0), siblings(0..6_000))]);
    assert_eq!(refused(server.text.apply(&many)), "content_too_large");
    server.apply(&letters(&[((1, 0), siblings(0..1_000))]));
    let text = server.text.as_str().to_owned();
    let many = letters(&[((2, 0), siblings(0..6_000))]);
    assert_eq!(refused(server.text.apply(&many)), "content_too_large");
    let of_some = [2, 7, 9].map(|client| ((client, 0), siblings(0..2_000)));
    let many = letters(&of_some);
    assert_eq!(refused(server.text.apply(&many)), "content_too_large");
    assert_eq!(server.text.as_str(), text);
}

#[test]
fn the_same_in_small_pieces_is_refused_in_time() {
    let mut server = Server::new();
    ground(&mut server, 20_000);
    let refused_at = (0..200).find(|piece| {
        let (from, to) = (100 * (199 - piece), 100 * (200 - piece));
        let update = letters(&[((1, 100 * piece), siblings(from..to))]);
        match server.text.apply(&update) {
            Ok(applied) => {
                server.note(applied.update);
                false
            }
            Err(error) => error.code() == "content_too_large",
        }
    });
    assert!(
        refused_at.is_some_and(|piece| piece < 100),
        "{refused_at:?}"
    );
    assert_eq!(server.load().as_str(), server.text.as_str());
}

#[test]
fn what_is_easy_to_order_now_but_not_when_it_is_opened_is_refused() {
    let mut server = Server::new();
    ground(&mut server, 1_000);
    server.apply(&letters(&[((1, 0), siblings(0..1_000))]));
    // What has the greatest name comes first then, and the siblings have to pass all of it.
    let chain = |count: usize| {
        let origin = |at: usize| at.checked_sub(1).map_or((5, 0), |before| (9, before));
        let chain = (0..count).map(|at| [origin(at), (5, 1 + at % 2)]).collect();
        letters(&[((9, 0), chain)])
    };
    let long = chain(20_000);
    assert_eq!(refused(server.text.apply(&long)), "content_too_large");
    server.apply(&chain(2_000));
}

#[test]
fn a_large_update_that_is_easy_to_order_is_taken() {
    let (left, right) = (Peer::new(1), Peer::new(2));
    let mut server = Server::new();
    server.splice(0, 0, "one two three");
    for (peer, word) in [(&left, "left "), (&right, "right ")] {
        peer.receive(&server.text.diff_since(&[0]).expect("it is a state vector"));
        // Letters in front of each other, which is the hardest that people do.
        for at in 0..2_000 {
            peer.edit(if at % 3 == 0 { 0 } else { 1000 * at / 2_000 }, 0, word);
        }
    }
    for peer in [left, right] {
        server.apply(&peer.diff_since(&server.text.state_vector()));
    }
    let words = |word| server.text.as_str().matches(word).count();
    assert!(words("l") >= 2_000 && words("r") >= 2_000);
}
