use super::*;

type Doc = Document<u8, &'static str>;

fn document(content: &str) -> Doc {
    let mut text = Text::new();
    let insert = content.to_owned();
    text.splice(&[Splice { old: 0..0, insert }])
        .expect("it fits");
    Document::new(text, 1)
}

#[test]
fn edits_of_the_same_text_are_merged() {
    let now = Instant::now();
    let mut document = document("one two three");
    document.attach(1, "ann", now);
    document.attach(2, "bob", now);

    let first = document
        .edit(1, "ann", "one and two three", None, now)
        .expect("it is taken");
    let second = document
        .edit(2, "bob", "one two or three", None, now)
        .expect("it is taken");

    assert!(first.update.is_some() && !first.is_merged);
    assert!(second.update.is_some() && second.is_merged);
    assert_eq!((first.version, second.version), (2, 3));
    assert_eq!(&*document.content(), "one and two or three");
}
