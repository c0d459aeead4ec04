//! Two people who edit at the same time: what either did is in the text.

use super::{tests::Scene, *};

/// Bob edits, and while that is on its way to Ann's screen she edits what she sees.
fn race(content: &str, theirs: &str, mine: &str) -> String {
    let mut scene = Scene::new(content);
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(5000);
    scene.edit(2, "bob", theirs);
    scene.wait(10);
    assert_eq!(scene.sent(), [(1, theirs.to_owned())]);
    scene.wait(100);
    scene.edit(1, "ann", mine);
    scene.text().to_owned()
}

fn list(numbers: &[u8]) -> String {
    let line = |number| format!("- [ ] task number {number} of the list\n");
    numbers.iter().map(line).collect()
}

#[test]
fn similar_lines_in_one_place_are_both_kept() {
    let merged = race("", "ben has 3 apples\n", "ann has 3 apples\n");
    assert_eq!(merged, "ann has 3 apples\nben has 3 apples\n");
}

#[test]
fn similar_words_in_one_place_are_both_kept() {
    let theirs = "we need buttermilk and bread";
    let merged = race("we need and bread", theirs, "we need butter and bread");
    assert_eq!(merged, "we need butter buttermilk and bread");
}

#[test]
fn similar_lines_of_a_list_are_all_kept() {
    let merged = race(&list(&[1, 2]), &list(&[1, 2, 3]), &list(&[1, 2, 4]));
    assert_eq!(merged, list(&[1, 2, 4, 3]));
}

#[test]
fn similar_lines_that_are_taken_out_are_gone() {
    let theirs = list(&[1, 2, 3, 5, 6, 7]);
    let merged = race(
        &list(&[1, 2, 3, 4, 5, 6, 7]),
        &theirs,
        &list(&[1, 2, 3, 4, 5, 7]),
    );
    assert_eq!(merged, list(&[1, 2, 3, 5, 7]));
}

#[test]
fn to_type_on_in_what_was_just_sent_is_an_edit_of_it() {
    let merged = race("one", "one two", "one two three");
    assert_eq!(merged, "one two three");
}

#[test]
fn what_was_sent_a_while_ago_can_be_replaced() {
    let mut scene = Scene::new("");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(5000);
    scene.edit(2, "bob", "ben has 3 apples\n");
    scene.sent();
    scene.wait(1000);
    scene.edit(1, "ann", "ben has 4 apples\n");
    assert_eq!(scene.text(), "ben has 4 apples\n");
}

#[test]
fn a_word_that_is_typed_over_a_text_that_comes_in_between_stays_in_order() {
    let mut scene = Scene::new("end");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(5000);
    scene.edit(2, "bob", "end.");
    scene.sent();
    // Ann has not seen it yet.
    scene.edit(1, "ann", "wend");
    scene.edit(1, "ann", "woend");
    // Now she has, and what she typed is gone from her screen. She goes on.
    scene.edit(1, "ann", "rend.");
    assert_eq!(scene.text(), "worend.");
}

#[test]
fn a_page_that_has_lived_through_a_restart_deletes_nothing_it_has_not_shown() {
    for joins in [false, true] {
        let mut scene = Scene::new("alpha gamma");
        let mut past = Past::new(scene.text(), 1);
        for (author, content) in [("ann", "alpha gamma one"), ("bob", "two alpha gamma one")] {
            let before = scene.text().to_owned();
            let edited = scene.edit(9, author, content);
            let splices = diff::diff(&before, content).into_iter().map(|hunk| Splice {
                old: hunk.old,
                insert: content[hunk.new].to_owned(),
            });
            past.note(edited.version, author, &splices.collect::<Vec<_>>());
        }
        let mut scene = Scene::new(scene.text());
        scene.document = scene.document.with_past(past, scene.now);
        scene.edit(2, "cat", "two alpha gamma one three");
        // Ann's page has not shown what Bob wrote last.
        if joins {
            scene.join(1, "ann");
        }
        let edited = scene.edit(1, "ann", "alpha beta gamma one");
        assert!(edited.is_merged);
        assert_eq!(scene.text(), "two alpha beta gamma one three");
        scene.edit(1, "ann", "alpha beta gamma one more");
        assert!(
            scene.text().starts_with("two alpha beta gamma one more"),
            "{}",
            scene.text()
        );
        // Long after that nobody can have such a page.
        scene.wait(11 * 60 * 1000);
        scene.edit(5, "bob", "new");
        assert_eq!(scene.text(), "new");
    }
}

#[test]
fn what_was_written_before_a_cut_is_merged_after_it() {
    for notices in [true, false] {
        let mut scene = Scene::new("alpha beta gamma");
        scene.join(1, "ann");
        scene.join(2, "bob");
        if notices {
            scene.leave(1);
            assert!(scene.document.expects_somebody());
        }
        scene.wait(60_000);
        scene.edit(2, "bob", "two alpha beta three");
        scene.wait(60_000);
        // On a new connection, before it says that it is back.
        let first = scene.edit(3, "ann", "alpha one beta gamma");
        scene.edit(3, "ann", "alpha one more beta gamma");
        assert!(first.is_merged);
        assert_eq!(scene.text(), "two alpha one more beta three");
        // And another one that is back first.
        scene.join(4, "ann");
        scene.edit(4, "ann", "alpha beta gamma delta");
        assert!(
            scene.text().contains("two alpha one more beta"),
            "{}",
            scene.text()
        );
        assert!(scene.text().contains("delta"), "{}", scene.text());
    }
}

#[test]
fn those_who_went_are_forgotten_in_the_end() {
    let mut scene = Scene::new("");
    scene.join(1, "ann");
    scene.leave(1);
    scene.wait(11 * 60 * 1000);
    scene.join(2, "bob");
    scene.leave(2);
    assert!(scene.document.expects_somebody());
    for key in 0..200 {
        for _ in 0..3 {
            scene.join(key, "cat");
        }
        scene.leave(key);
    }
    scene.wait(11 * 60 * 1000);
    scene.join(3, "ann");
    assert!(!scene.document.expects_somebody());
}

#[test]
fn words_over_several_cuts_some_of_them_lost_are_taken_once() {
    let mut scene = Scene::new("the end");
    scene.join(1, "ann");
    scene.leave(1);
    scene.edit(2, "ann", "some words before the end");
    scene.join(2, "ann");
    scene.wait(100);
    // "more" was under way when the connection was cut.
    scene.leave(2);
    scene.wait(100);
    scene.edit(3, "ann", "first some more words before the end");
    assert_eq!(scene.text(), "first some more words before the end");
}

#[test]
fn an_edit_that_could_not_be_stored_takes_nothing_of_others_with_it() {
    let mut scene = Scene::new("the end");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(5000);
    scene.edit(2, "bob", "the enda");
    scene.edit(1, "ann", "ANN the end");
    let stored = scene
        .document
        .text()
        .diff_since(&[0])
        .expect("it is a state vector");
    let version = scene.document.version();
    // This one is refused, and Bob has not seen what Ann wrote.
    scene.edit(2, "bob", "the endab");
    let text = Text::load::<&[u8]>(None, [&stored[..]]).expect("it can be read");
    scene.document.reload(text, version, scene.now);
    assert_eq!(scene.text(), "ANN the enda");
    assert_eq!(scene.document.version(), version);
    scene.edit(2, "bob", "the endabc");
    assert_eq!(scene.text(), "ANN the endabc");
    scene.wait(5000);
    assert_eq!(scene.sent().len(), 2);
}

#[test]
fn nobody_is_sent_what_they_have_written_themselves_however_they_came() {
    let mut scene = Scene::new("the end");
    scene.join(1, "ann");
    scene.edit(1, "ann", "the enda");
    // Another connection, without and with the first one; and one that does not join again.
    for (key, leaves, joins) in [(2, true, true), (3, false, true), (4, true, false)] {
        if leaves {
            scene.leave(key - 1);
        }
        if joins {
            scene.join(key, "ann");
        }
        scene.wait(200);
        for _ in 0..3 {
            let text = format!("{}a", scene.text());
            scene.edit(key, "ann", &text);
            scene.wait(5000);
            let told: Vec<_> = scene.sent();
            assert!(told.iter().all(|(to, _)| *to != key), "{key}: {told:?}");
        }
    }
}

#[test]
fn what_could_not_be_stored_can_be_written_once_more() {
    let mut scene = Scene::new("the end");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(5000);
    let stored = scene.document.text().diff_since(&[0]);
    let stored = stored.expect("it is a state vector");
    for _ in 0..3 {
        scene.edit(1, "ann", "the bitter end, my friend");
        let text = Text::load::<&[u8]>(None, [&stored[..]]).expect("it can be read");
        scene.document.reload(text, 1, scene.now);
        assert_eq!(scene.text(), "the end");
        scene.wait(1000);
    }
    scene.edit(1, "ann", "the bitter end, my friend");
    assert_eq!(scene.text(), "the bitter end, my friend");
    scene.edit(2, "bob", "the end!");
    assert_eq!(scene.text(), "the bitter end, my friend!");
}

#[test]
fn what_was_written_last_is_known_however_many_texts_were_sent_since() {
    let mut scene = Scene::new("alpha beta");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.edit(1, "ann", "alpha one beta");
    scene.wait(1000);
    scene.sent();
    let mut expected = scene.text().to_owned();
    // Nothing of this reaches Ann, and nobody notices that her connection is dead.
    for _ in 0..100 {
        scene.wait(1000);
        expected.push('!');
        scene.edit(2, "bob", &expected);
        scene.sent();
    }
    scene.edit(3, "ann", "alpha one more beta");
    assert_eq!(scene.text(), expected.replace("one", "one more"));
}
