use proptest::prelude::*;

use super::*;

const LIMITS: MessageLimits = MessageLimits {
    max_length: 20,
    max_bytes: 80,
};

fn parts(source: &str) -> Vec<String> {
    split(source, &LIMITS).expect("the text divides")
}

#[test]
fn a_short_message_stays_whole() {
    assert_eq!(parts("one. two.\n\nthree"), ["one. two.\n\nthree"]);
    assert_eq!(split("", &LIMITS), Ok(vec![String::new()]));
}

#[test]
fn two_to_five_paragraphs_become_one_part_each() {
    assert_eq!(
        parts("a b c d e f\n\ng h\n \n\ni j k l m"),
        ["a b c d e f", "g h", "i j k l m"]
    );
}

#[test]
fn more_paragraphs_are_joined() {
    assert_eq!(
        parts("aaaaa\n\nbbbbb\n\nccccc\n\nddddd\n\neeeee\n\nfffff"),
        ["aaaaa\n\nbbbbb\n\nccccc", "ddddd\n\neeeee\n\nfffff"]
    );
}

#[test]
fn sentences_come_next_and_fill_the_parts() {
    assert_eq!(
        parts("One two. Three four! \"Five?\" Six seven eight."),
        ["One two. Three four!", "\"Five?\"", "Six seven eight."]
    );
    assert_eq!(
        parts("一二三四五六七八九。一二三四五六七八九十！一二三"),
        ["一二三四五六七八九。", "一二三四五六七八九十！一二三"]
    );
}

#[test]
fn lines_come_last_and_keep_their_indentation() {
    assert_eq!(
        parts("def a_function():\n    return 12345"),
        ["def a_function():", "    return 12345"]
    );
}

#[test]
fn code_is_not_cut_while_anything_else_helps() {
    assert_eq!(
        parts("Look. Here.\n```\na\n\nb. c\n```"),
        ["Look. Here.", "```\na\n\nb. c\n```"]
    );
    assert_eq!(
        parts("```\naaaaaaaaaaaa\n\nbbbbbbbbbb\n```"),
        ["```\naaaaaaaaaaaa", "bbbbbbbbbb\n```"]
    );
}

#[test]
fn what_cannot_be_divided_is_refused_with_its_length() {
    let limits = MessageLimits::default();
    let error = split(&"x".repeat(1001), &limits).expect_err("one word");
    assert_eq!(
        error.to_string(),
        "Message too long (1001 characters). Maximum allowed: 1000 characters."
    );
    assert_eq!(error.code(), "too_long");
    let six = ["ä".repeat(900).as_str()].repeat(6).join("\n\n");
    assert!(split(&six, &limits).is_err());
    assert_eq!(
        split(&six[..six.len() / 2], &limits).map(|parts| parts.len()),
        Ok(3)
    );
}

#[test]
fn bytes_are_a_limit_of_their_own() {
    let limits = MessageLimits {
        max_length: 20,
        max_bytes: 10,
    };
    let error = split("ääääää", &limits).expect_err("twelve bytes");
    assert_eq!(
        error.to_string(),
        "Message too large (12 bytes). Maximum allowed: 10 bytes."
    );
    assert_eq!(error.code(), "too_large");
    assert_eq!(
        split("ääää. ää.", &limits),
        Ok(vec!["ääää.".to_owned(), "ää.".to_owned()])
    );
}

#[test]
fn hostile_white_space_is_no_burden() {
    let source = "a\n \n".repeat(250_000);
    assert!(split(&source, &MessageLimits::default()).is_err());
    let source = "。".repeat(250_000);
    assert!(split(&source, &MessageLimits::default()).is_err());
    let source = "\"".repeat(500_000) + " ";
    assert!(split(&source.repeat(2), &MessageLimits::default()).is_err());
}

proptest! {
    #[test]
    fn nothing_is_lost_and_every_part_fits(source in "([a-zä]{1,9}[.!?]?|。|```|\"| |  |\n|\n\n| \n \t)*") {
        let Ok(parts) = split(&source, &LIMITS) else { return Ok(()) };
        if parts.len() == 1 {
            prop_assert_eq!(&parts[0], &source);
            return Ok(());
        }
        prop_assert!(parts.len() <= MAX_PARTS);
        let mut rest = source.as_str();
        for part in &parts {
            prop_assert!(LIMITS.check(part).is_ok());
            prop_assert!(!part.trim().is_empty());
            let at = rest.find(part.as_str());
            prop_assert!(at.is_some());
            let at = at.unwrap_or_default();
            prop_assert!(rest[..at].trim().is_empty(), "only white space falls away");
            rest = &rest[at + part.len()..];
        }
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn any_text_is_handled(source in "(?s).{0,200}") {
        if let Ok(parts) = split(&source, &LIMITS) {
            let solid = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(solid(&parts.concat()), solid(&source));
        }
    }
}
