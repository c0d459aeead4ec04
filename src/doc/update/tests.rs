use yrs::StateVector;

use super::*;

/// One struct without origins in the root text: clock, first byte, content.
fn first(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind, 1, 7][..], ROOT.as_bytes(), content].concat()
}

/// An update of client 5 with `structs` from `clock` on, and of what it deletes.
fn update(clock: u8, structs: &[Vec<u8>], deletions: &[u8]) -> Vec<u8> {
    let count = u8::try_from(structs.len()).expect("they are few");
    [&[1, count, 5, clock][..], &structs.concat(), deletions].concat()
}

/// A string that was inserted to the right of a unit.
fn after(client: u8, clock: u8, text: &str) -> Vec<u8> {
    let len = u8::try_from(text.len()).expect("it is short");
    [
        &[HAS_ORIGIN | KIND_STRING, client, clock, len],
        text.as_bytes(),
    ]
    .concat()
}

fn known(clocks: &[(u64, u32)]) -> StateVector {
    let clocks = clocks.iter();
    clocks
        .map(|(client, clock)| (ClientID::new(*client), *clock))
        .collect()
}

/// What becomes of an update: its news, or the code of its refusal.
fn outcome(
    bytes: &[u8],
    known: &StateVector,
) -> Result<(usize, usize, usize), std::borrow::Cow<'static, str>> {
    let news = Update::parse(bytes).and_then(|update| update.check(known));
    news.map(|news| (news.structs, news.bytes, news.deletions))
        .map_err(Error::into_code)
}

#[test]
fn plain_text_is_taken() {
    let nothing = known(&[]);
    assert_eq!(outcome(&[0, 0], &nothing), Ok((0, 0, 0)));
    let text = first(KIND_STRING, b"\x04abcd");
    let deleted = first(KIND_DELETED, &[9]);
    assert_eq!(
        outcome(&update(0, std::slice::from_ref(&text), &[0]), &nothing),
        Ok((1, 4, 0))
    );
    assert_eq!(
        outcome(&update(0, &[deleted], &[0]), &nothing),
        Ok((1, 0, 0))
    );
    let two = update(0, &[text, after(5, 3, "é😀")], &[1, 5, 1, 6, 1]);
    assert_eq!(outcome(&two, &nothing), Ok((2, 10, 1)));
    // What is known already is no news, whatever it is said to be.
    assert_eq!(outcome(&two, &known(&[(5, 4)])), Ok((1, 6, 1)));
    assert_eq!(outcome(&two, &known(&[(5, 7)])), Ok((0, 0, 1)));
}

#[test]
fn nothing_else_is_taken() {
    let text = || first(KIND_STRING, b"\x02ab");
    let other_root = [&[KIND_STRING, 1, 5][..], b"other\x01a"].concat();
    let of_item = [KIND_STRING, 0, 5, 0, 1, b'a'].to_vec();
    let with_key = first(KIND_STRING | HAS_KEY, b"\x01k\x01a");
    let mut malformed = vec![
        ("another root", update(0, &[other_root], &[0])),
        ("text in an item", update(0, &[of_item], &[0])),
        ("an entry of a map", update(0, &[with_key], &[0])),
        ("no text", update(0, &[first(KIND_STRING, &[0])], &[0])),
        (
            "nothing deleted",
            update(0, &[first(KIND_DELETED, &[0])], &[0]),
        ),
        (
            "broken UTF-8",
            update(0, &[first(KIND_STRING, &[1, 0xff])], &[0]),
        ),
        ("a client without structs", vec![1, 0, 5, 0, 0]),
        ("more after the end", update(0, &[text()], &[0, 0])),
        ("an empty range", update(0, &[text()], &[1, 5, 1, 0, 0])),
        ("nothing at all", Vec::new()),
    ];
    // Garbage, JSON, binary, embed, format, type, any, document, move.
    for kind in (0..=KIND).filter(|kind| ![KIND_DELETED, KIND_STRING, KIND_SKIP].contains(kind)) {
        malformed.push(("another kind", update(0, &[first(kind, &[1, 1])], &[0])));
    }
    for (what, bytes) in malformed {
        assert_eq!(
            outcome(&bytes, &known(&[])),
            Err("malformed_update".into()),
            "{what}"
        );
    }
}

#[test]
fn numbers_that_yrs_cannot_take_are_refused() {
    let far = [0xff, 0xff, 0xff, 0xff, 0x07];
    let huge = [0xff; 9];
    let most = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f][..];
    let cases: &[&[&[u8]]] = &[
        // Counts that nothing backs.
        &[&far, &[1, 5, 0]],
        &[&[1], &far, &[5, 0]],
        &[&[0], &far],
        &[&[0, 1, 5], &far],
        // Client ids and clocks.
        &[&[1, 1], &huge, &[0]],
        &[
            &[1, 1],
            most,
            &[0, KIND_DELETED, 1, 7],
            ROOT.as_bytes(),
            &[1, 0],
        ],
        &[
            &[1, 1, 5],
            &far,
            &[KIND_DELETED, 1, 7],
            ROOT.as_bytes(),
            &[1, 0],
        ],
        &[
            &[1, 1, 5, 0, KIND_DELETED, 1, 7],
            ROOT.as_bytes(),
            &far,
            &[1, 5, 1, 1],
            &far,
        ],
        // A string that is longer than what is there.
        &[
            &[1, 1, 5, 0, KIND_STRING, 1, 7],
            ROOT.as_bytes(),
            &far,
            &[0],
        ],
    ];
    for (index, case) in cases.iter().enumerate() {
        let bytes = case.concat();
        // The largest client id there is.
        let expected = if index == 5 {
            Ok((1, 0, 0))
        } else {
            Err("malformed_update".into())
        };
        assert_eq!(outcome(&bytes, &known(&[])), expected, "case {index}");
        assert!(parse_state_vector(&bytes).is_err(), "case {index}");
    }
    let large = vec![0; MAX_UPDATE_BYTES + 1];
    assert_eq!(
        outcome(&large, &known(&[])),
        Err("content_too_large".into())
    );
}

#[test]
fn what_builds_on_the_unknown_is_out_of_date() {
    let text = || first(KIND_STRING, b"\x02ab");
    let gap = vec![KIND_SKIP, 3];
    let out_of_date = [
        update(1, &[text()], &[0]),
        update(0, &[after(6, 0, "a")], &[0]),
        update(0, &[text(), gap.clone(), after(5, 1, "a")], &[0]),
        update(0, &[text()], &[1, 5, 1, 0, 3]),
        update(0, &[text()], &[1, 6, 1, 0, 1]),
    ];
    for (index, bytes) in out_of_date.iter().enumerate() {
        assert_eq!(
            outcome(bytes, &known(&[])),
            Err("out_of_date".into()),
            "case {index}"
        );
    }
    // The gap is of what is here already.
    let bytes = update(0, &[text(), gap, after(5, 1, "a")], &[0]);
    assert_eq!(outcome(&bytes, &known(&[(5, 5)])), Ok((1, 1, 0)));
    assert_eq!(outcome(&out_of_date[1], &known(&[(6, 1)])), Ok((1, 1, 0)));
}

#[test]
fn circles_and_clients_that_come_twice_are_malformed() {
    let itself = update(0, &[after(5, 0, "a")], &[0]);
    assert_eq!(
        outcome(&itself, &known(&[])),
        Err("malformed_update".into())
    );

    let one = [&[1, 5, 0][..], &after(6, 0, "a")].concat();
    let other = [&[1, 6, 0][..], &after(5, 0, "b")].concat();
    let circle = [&[2][..], &one, &other, &[0]].concat();
    assert_eq!(
        outcome(&circle, &known(&[])),
        Err("malformed_update".into())
    );
    assert_eq!(outcome(&circle, &known(&[(6, 1)])), Ok((1, 1, 0)));

    let twice = [&[2][..], &one, &one, &[0]].concat();
    assert_eq!(
        outcome(&twice, &known(&[(6, 1)])),
        Err("malformed_update".into())
    );
}

#[test]
fn clients_may_refer_to_each_other_in_turn() {
    let first = |client: u8| [&[3, client, 0][..], &first(KIND_STRING, b"\x01a")].concat();
    let one = [first(5), after(6, 0, "b"), after(6, 1, "c")].concat();
    let other = [first(6), after(5, 0, "d"), after(5, 1, "e")].concat();
    let bytes = [&[2][..], &one, &other, &[0]].concat();
    assert_eq!(outcome(&bytes, &known(&[])), Ok((6, 6, 0)));
}

#[test]
fn what_needs_care_is_noticed() {
    let of = |text: &str| {
        let len = u8::try_from(text.len()).expect("it is short");
        let text = first(KIND_STRING, &[&[len], text.as_bytes()].concat());
        let update = Update::parse(&update(0, &[text], &[0])).expect("it is plain text");
        (update.has_carriage_return, update.has_pairs)
    };
    assert_eq!(of("a\né"), (false, false));
    assert_eq!(of("a\r"), (true, false));
    assert_eq!(of("😀"), (false, true));
}
