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
