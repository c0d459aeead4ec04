//! Updates as Yjs itself makes them.

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at| &hex[at..at + 2];
    let byte = |at| u8::from_str_radix(digits(at), 16).expect("it is hexadecimal");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Made by Yjs 13.6: typing, an emoji, a deletion and its undoing, and more typing.
const TYPED: [(&str, &str); 5] = [
    (
        "0101e90700040107636f6e74656e7424486920f09f918bf09f8fbd2065cc8120f09f91a9e2808df09f91a9e28\
         08df09f91a7210a00",
        "Hi 👋🏽 e\u{301} 👩‍👩‍👧!\n",
    ),
    (
        "0101e90715c4e90702e9070304f09f988000",
        "Hi 😀👋🏽 e\u{301} 👩‍👩‍👧!\n",
    ),
    ("0001e907010003", "😀👋🏽 e\u{301} 👩‍👩‍👧!\n"),
    ("0101e9071744e907000348692000", "Hi 😀👋🏽 e\u{301} 👩‍👩‍👧!\n"),
    (
        "0101e9071a84e9071406c39f20656e6400",
        "Hi 😀👋🏽 e\u{301} 👩‍👩‍👧!\nß end",
    ),
];
/// Another client of it puts a letter between the halves of an emoji.
const CUT: &str = "0101ffffffff0f00c4e90715e90716017800";
/// Then it deletes one half of another.
const HALF: &str = "0001e907010c01";
/// A third one, which edited while it was offline, answers with what is new.
const OFFLINE: &str = "01040700c4e90718e90719026f66c10701e9071903c40704e90719036e652044e90717096f6e\
                       650d0a74776f0d02e90701000307010203";

#[test]
fn what_yjs_sends_is_understood() {
    let mut server = Server::new();
    for (update, expected) in TYPED {
        server.apply(&bytes(update));
        assert_eq!(server.text.as_str(), expected);
        // A second time it is nothing new.
        let again = server.text.apply(&bytes(update)).expect("it is known");
        assert!(again.update.is_none() && again.splices.is_empty());
    }
    let applied = server.text.apply(&bytes(OFFLINE)).expect("it is taken");
    assert!(applied.is_corrected, "others have no carriage returns");
    server.note(applied.update);
    let offline = "one\ntwo\nHiofne  😀👋🏽 e\u{301} 👩‍👩‍👧!\nß end";
    assert_eq!(server.text.as_str(), offline);

    server.apply(&bytes(CUT));
    server.apply(&bytes(HALF));
    let cut = "one\ntwo\nHiofne  \u{fffd}x\u{fffd}👋🏽 e\u{301} \u{fffd}\u{200d}👩‍👧!\nß end";
    assert_eq!(server.text.as_str(), cut);
    assert_eq!(server.load().as_str(), cut);
}

#[test]
fn what_is_no_plain_text_of_yjs_is_refused() {
    let refused = [
        (
            "format",
            "01030900060107636f6e74656e7404626f6c64047472756584090004626f6c6486090404626f6c64046e756c6c00",
        ),
        (
            "embed",
            "01010900050107636f6e74656e740d7b22696d616765223a2278227d00",
        ),
        ("attribute", "01010900280107636f6e74656e740161017d0100"),
        ("another root", "010109000401056f74686572017800"),
        ("map", "01010900280107636f6e74656e74016b0177017600"),
        ("array", "01010900080107636f6e74656e74017d0100"),
        (
            "document",
            "010109002901016d01642464393737616164642d343661362d346234342d613963632d663163646431323435633932760000",
        ),
        ("XML", "01020900070107636f6e74656e740604000900017800"),
        (
            "nested text",
            "01020900070107636f6e74656e740204000900017800",
        ),
        (
            "garbage",
            "01020900210107636f6e74656e74016b0100030109010004",
        ),
    ];
    let mut server = Server::new();
    server.splice(0, 0, "kept");
    let state = server.text.state_vector();
    for (what, update) in refused {
        for refusal in [
            server.text.apply(&bytes(update)).expect_err(what),
            server.text.lacks(&bytes(update)).expect_err(what),
        ] {
            assert_eq!(refusal.code(), "malformed_update", "{what}");
        }
    }
    assert_eq!(
        (server.text.as_str(), server.text.state_vector()),
        ("kept", state)
    );
}
