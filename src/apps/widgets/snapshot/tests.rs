//! What is taken, and every code of what is not.

use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use serde_json::json;

use super::{Problem, Snapshot};

/// The stored form of the rows of `body`.
fn rows(body: &str) -> String {
    let snapshot = Snapshot::parse(body.as_bytes()).expect("a snapshot");
    serde_json::to_string(&snapshot.rows).expect("JSON")
}

fn problems(body: &str) -> Vec<Problem> {
    Snapshot::parse(body.as_bytes()).expect_err("not a snapshot")
}

/// The codes of what is wrong with a snapshot of `row` alone.
fn codes(row: &str) -> Vec<String> {
    let problems = problems(&format!("{{\"rows\":[{row}]}}"));
    problems.into_iter().map(|problem| problem.error).collect()
}

#[test]
fn the_documented_snapshot_is_echoed_as_it_was_sent() {
    let sent = r#"[{"kind":"counter","label":"Online","value":1247},{"kind":"status","label":"API","state":"ok","text":"200 OK"},{"kind":"progress","label":"Disk","current":42,"max":128},{"kind":"text","label":"Version","value":"1.4.2-beta"}]"#;

    assert_eq!(rows(&format!("{{ \"rows\": {sent} }}")), sent);
}

#[test]
fn numbers_keep_their_digits() {
    for number in [
        "42",
        "1.5",
        "1.50",
        "-0",
        "1e3",
        "9007199254740993",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
    ] {
        let row = format!(r#"{{"kind":"counter","label":"n","value":{number}}}"#);
        assert_eq!(rows(&format!(r#"{{"rows":[{row}]}}"#)), format!("[{row}]"));
    }
}

#[test]
fn a_bar_may_be_empty_overfull_or_negative() {
    for (current, max) in [("5", "0"), ("7", "5"), ("-3", "5"), ("0", "-0")] {
        let row =
            format!(r#"{{"kind":"progress","label":"Disk","current":{current},"max":{max}}}"#);
        assert_eq!(rows(&format!(r#"{{"rows":[{row}]}}"#)), format!("[{row}]"));
    }
}

#[test]
fn lengths_are_counted_in_characters() {
    let row = |label: &str, value: &str| {
        json!({"rows": [{"kind": "text", "label": label, "value": value}]}).to_string()
    };
    let (label, value) = ("🦀".repeat(40), "🦀".repeat(120));
    let stored = format!(r#"[{{"kind":"text","label":"{label}","value":"{value}"}}]"#);

    assert_eq!(rows(&row(&label, &value)), stored);
    assert_eq!(rows(&row(&format!("  {label}\t"), &value)), stored);
    let long = problems(&row(&"🦀".repeat(41), &"🦀".repeat(121)));
    let codes: Vec<_> = long.iter().map(|problem| &problem.error).collect();
    assert_eq!(codes, ["row_0:label_too_long", "row_0:value_too_long"]);
    assert_eq!(
        long[0].message,
        "rows[0].label has 41 characters; at most 40 are allowed"
    );
    assert_eq!(long[0].pointer, "/rows/0/label");
}

#[test]
fn a_body_without_rows_is_refused_as_a_whole() {
    let row = r#"{"kind":"counter","label":"n","value":1}"#;
    let seven = format!(r#"{{"rows":[{}]}}"#, [row; 7].join(","));
    for (body, code, pointer) in [
        ("", "invalid_json", ""),
        ("rows", "invalid_json", ""),
        ("[]", "invalid_json", ""),
        ("null", "invalid_json", ""),
        (r#"{"rows":[]"#, "invalid_json", ""),
        (r#"{"rows":[NaN]}"#, "invalid_json", ""),
        ("{}", "rows_required", "/rows"),
        (r#"{"rows":null}"#, "rows_required", "/rows"),
        (r#"{"rows":{}}"#, "rows_required", "/rows"),
        (r#"{"rows":[]}"#, "rows_required", "/rows"),
        (&seven, "too_many_rows", "/rows"),
    ] {
        let problems = problems(body);
        assert_eq!(problems.len(), 1, "{body}");
        assert_eq!(problems[0].error, code, "{body}");
        assert_eq!(problems[0].pointer, pointer, "{body}");
    }
    assert_eq!(
        rows(&format!(r#"{{"rows":[{}]}}"#, [row; 6].join(","))),
        format!("[{}]", [row; 6].join(","))
    );
    assert!(Snapshot::parse(b"{\"rows\":\"\xff\"}").is_err());
}

#[test]
fn every_code_of_a_row() {
    let long = format!("\"{}\"", "x".repeat(121));
    let table = [
        ("1", "not_an_object"),
        ("null", "not_an_object"),
        ("[]", "not_an_object"),
        (r#"{"kind":"gauge","label":"n"}"#, "invalid_kind"),
        (r#"{"kind":"Counter","label":"n"}"#, "invalid_kind"),
        (r#"{"kind":5,"label":"n"}"#, "invalid_kind"),
        (r#"{"label":"n","value":1}"#, "kind_required"),
        (r#"{"kind":"counter","value":1}"#, "label_required"),
        (
            r#"{"kind":"counter","label":7,"value":1}"#,
            "label_required",
        ),
        (
            r#"{"kind":"counter","label":" ","value":1}"#,
            "label_required",
        ),
        (r#"{"kind":"counter","label":"n"}"#, "value_required"),
        (
            r#"{"kind":"counter","label":"n","value":null}"#,
            "value_required",
        ),
        (
            r#"{"kind":"counter","label":"n","value":"1"}"#,
            "value_not_number",
        ),
        (
            r#"{"kind":"counter","label":"n","value":1e999}"#,
            "value_not_number",
        ),
        (r#"{"kind":"text","label":"n"}"#, "value_required"),
        (
            r#"{"kind":"text","label":"n","value":1}"#,
            "value_not_string",
        ),
        (r#"{"kind":"status","label":"n"}"#, "state_required"),
        (
            r#"{"kind":"status","label":"n","state":"OK"}"#,
            "invalid_state",
        ),
        (
            r#"{"kind":"status","label":"n","state":1}"#,
            "invalid_state",
        ),
        (
            r#"{"kind":"status","label":"n","state":"ok","text":1}"#,
            "text_not_string",
        ),
        (
            r#"{"kind":"progress","label":"n","max":1}"#,
            "current_required",
        ),
        (
            r#"{"kind":"progress","label":"n","current":"1","max":1}"#,
            "current_not_number",
        ),
        (
            r#"{"kind":"progress","label":"n","current":1}"#,
            "max_required",
        ),
        (
            r#"{"kind":"progress","label":"n","current":1,"max":true}"#,
            "max_not_number",
        ),
        (
            r#"{"kind":"progress","label":"n","current":1,"max":-0.5}"#,
            "max_negative",
        ),
        (
            r#"{"kind":"counter","label":"n","value":1,"url":"http://a.example"}"#,
            "url_invalid",
        ),
        (
            r#"{"kind":"counter","label":"n","value":1,"url":"javascript:1"}"#,
            "url_invalid",
        ),
        (
            r#"{"kind":"counter","label":"n","value":1,"url":"https://a@b.example"}"#,
            "url_invalid",
        ),
        (
            r#"{"kind":"counter","label":"n","value":1,"url":{}}"#,
            "url_invalid",
        ),
    ];
    for (row, code) in table {
        assert_eq!(codes(row), [format!("row_0:{code}")], "{row}");
    }
    let status = format!(r#"{{"kind":"status","label":"n","state":"ok","text":{long}}}"#);
    assert_eq!(codes(&status), ["row_0:text_too_long"]);
}

#[test]
fn all_that_is_wrong_is_told_in_order() {
    let body = json!({"rows": [
        {"kind": "counter", "label": "fine", "value": 1},
        {"kind": "gauge"},
        {"kind": "progress", "max": -1, "url": "ftp://x"},
    ], "ttl_seconds": 5});

    let problems = problems(&body.to_string());

    let told: Vec<_> = problems
        .iter()
        .map(|problem| (problem.error.as_str(), problem.pointer.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("row_1:invalid_kind", "/rows/1/kind"),
            ("row_1:label_required", "/rows/1/label"),
            ("row_2:label_required", "/rows/2/label"),
            ("row_2:current_required", "/rows/2/current"),
            ("row_2:max_negative", "/rows/2/max"),
            ("row_2:url_invalid", "/rows/2/url"),
            ("ttl_seconds_invalid", "/ttl_seconds"),
        ]
    );
}

#[test]
fn unknown_keys_are_dropped_and_named() {
    let snapshot = Snapshot::parse(
        br#"{"rows":[{"kind":"text","label":"n","value":"","max":9,"url":"https://a.example/x"}],"title":1}"#,
    )
    .expect("a snapshot");

    assert_eq!(
        serde_json::to_string(&snapshot.rows).expect("JSON"),
        r#"[{"kind":"text","label":"n","value":"","url":"https://a.example/x"}]"#
    );
    assert_eq!(
        snapshot.warnings,
        ["unknown_field:/rows/0/max", "unknown_field:/title"]
    );
}

#[test]
fn what_is_shown_is_one_line_of_what_can_be_seen() {
    let snapshot = Snapshot::parse(
        br#"{"rows":[{"kind":"text","label":"a\u202eb","value":" c\nd\u0000 "},
            {"kind":"status","label":"a  b","state":"ok","text":"e\u2066f"}]}"#,
    )
    .expect("a snapshot");

    assert_eq!(
        serde_json::to_string(&snapshot.rows).expect("JSON"),
        r#"[{"kind":"text","label":"ab","value":"c d"},{"kind":"status","label":"a b","state":"ok","text":"ef"}]"#
    );
    let removed = ["0/label", "0/value", "1/text"];
    let removed = removed.map(|field| format!("characters_removed:/rows/{field}"));
    assert_eq!(snapshot.warnings, removed);
    let empty = br#"{"rows":[{"kind":"counter","label":"\u202e\u200f","value":1}]}"#;
    let problems = Snapshot::parse(empty).expect_err("nothing to be seen");
    assert_eq!(problems[0].error, "row_0:label_required");
}

#[test]
fn a_sender_says_how_long_its_rows_are_good_for() {
    let ttl = |ttl: &str| {
        let row = r#"{"kind":"counter","label":"n","value":1}"#;
        let body = format!(r#"{{"rows":[{row}],"ttl_seconds":{ttl}}}"#);
        Snapshot::parse(body.as_bytes()).map(|snapshot| snapshot.ttl_seconds)
    };
    assert_eq!(ttl("null"), Ok(None));
    assert_eq!(ttl("30"), Ok(Some(30)));
    assert_eq!(ttl("86400"), Ok(Some(86_400)));
    for wrong in ["29", "86401", "-60", "60.5", "\"60\"", "[]"] {
        let problems = ttl(wrong).expect_err("not a time to live");
        assert_eq!(problems[0].error, "ttl_seconds_invalid", "{wrong}");
    }
}

/// JSON that is sometimes a row and mostly nearly one.
fn nearly_a_row() -> impl Strategy<Value = serde_json::Value> {
    let value = || {
        prop_oneof![
            any::<f64>().prop_map(|number| json!(number)),
            ".{0,130}".prop_map(|text| json!(text)),
            Just(json!(null)),
            Just(json!([])),
            Just(json!("ok")),
        ]
    };
    let kind = prop_oneof![
        "(counter|status|text|progress|gauge)".prop_map(|kind| json!(kind)),
        value()
    ];
    (kind, value(), value(), value(), value(), value()).prop_map(
        |(kind, label, value, state, current, max)| {
            json!({"kind": kind, "label": label, "value": value, "state": state,
                "current": current, "max": max, "text": state})
        },
    )
}

proptest! {
    #[test]
    fn what_is_stored_is_taken_again_unchanged(
        sent in proptest::collection::vec(nearly_a_row(), 0..8),
    ) {
        let body = json!({"rows": sent}).to_string();
        match Snapshot::parse(body.as_bytes()) {
            Ok(snapshot) => {
                let stored = serde_json::to_string(&snapshot.rows).expect("JSON");
                prop_assert_eq!(rows(&format!("{{\"rows\":{stored}}}")), stored);
            }
            Err(problems) => prop_assert_eq!(problems.is_empty(), false),
        }
    }
}
