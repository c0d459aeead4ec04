use serde_json::{Value, json};

use super::{Avatar, Post, Rules, Shape};
use crate::{
    apps::webhooks::{
        mentions::Mentions,
        payload::{self, Envelope},
    },
    kernel::Result,
};

fn read_with(payload: &Value, to_slack: bool, change: impl FnOnce(&mut Rules<'_>)) -> Result<Post> {
    let mut rules = Rules {
        max_content: 4000,
        is_reserved: &|name| name.eq_ignore_ascii_case("alice"),
        may_mention_everyone: false,
        has_files: false,
    };
    change(&mut rules);
    let body = payload.to_string();
    let payload = payload::object(body.as_bytes(), Envelope::Body)?;
    Post::read(payload, to_slack, &rules)
}

fn read(payload: &Value) -> Result<Post> {
    read_with(payload, false, |_| ())
}

fn slack(payload: &Value) -> Post {
    read_with(payload, true, |_| ()).expect("valid")
}

/// Asserts that each payload is refused under its code, at its pointer.
fn refused(cases: &[(Value, &str, &str)]) {
    for (payload, code, pointer) in cases {
        let refused = read(payload).expect_err(code);
        assert_eq!(refused.code(), *code, "{payload}");
        assert_eq!(refused.pointer(), Some(*pointer), "{code}");
        assert!(!refused.text().is_empty());
    }
}

#[test]
fn everything_of_our_own_shape_is_read() {
    let post = read(&json!({
        "content": "  **Hello** @bob  ",
        "username": " CI\nbot ",
        "avatar_url": "https://ci.example/a.png",
        "embeds": [{"title": "t"}],
        "allowed_mentions": {"parse": []},
        "reply_to": "12",
        "nonce": "n-1",
        "flags": 4096,
    }))
    .expect("valid");

    assert_eq!(post.content, "**Hello** @bob");
    assert_eq!(post.username.as_deref(), Some("CI bot"));
    assert_eq!(
        post.avatar,
        Some(Avatar::Url("https://ci.example/a.png".to_owned()))
    );
    assert_eq!(post.embeds[0].title.as_deref(), Some("t"));
    assert_eq!(post.mentions, Mentions::none());
    assert_eq!(post.reply_to, Some(12));
    assert_eq!(post.nonce.as_deref(), Some("n-1"));
    assert!(post.is_silent);
    assert_eq!(post.shape, Shape::Native);
    assert_eq!(post.warnings.into_list(), [""; 0]);
}

#[test]
fn each_rule_has_its_code_and_says_where() {
    let long = "é".repeat(4001);
    refused(&[
        (json!({}), "content_required", "/content"),
        (json!({"content": " \n"}), "content_required", "/content"),
        (json!({"content": "\u{0}"}), "content_required", "/content"),
        (
            json!({"embeds": [], "attachments": []}),
            "content_required",
            "/content",
        ),
        (
            json!({"embeds": [{"title": "t"}], "flags": 4}),
            "content_required",
            "/content",
        ),
        (json!({"content": long}), "content_too_long", "/content"),
        (json!({"text": long}), "content_too_long", "/text"),
        (
            json!({"content": "a", "text": "b"}),
            "content_ambiguous",
            "/text",
        ),
        (json!({"content": 5}), "content_not_string", "/content"),
        (
            json!({"content": "a", "username": "ALICE"}),
            "username_reserved",
            "/username",
        ),
        (
            json!({"content": "a", "username": "x".repeat(81)}),
            "username_too_long",
            "/username",
        ),
        (
            json!({"content": "a", "username": 5}),
            "username_not_string",
            "/username",
        ),
        (
            json!({"content": "a", "avatar_url": "http://a.example/x"}),
            "avatar_url_invalid",
            "/avatar_url",
        ),
        (
            json!({"content": "a", "icon_url": "data:x"}),
            "avatar_url_invalid",
            "/icon_url",
        ),
        (
            json!({"content": "a", "avatar_url": 5}),
            "avatar_url_invalid",
            "/avatar_url",
        ),
    ]);
}

#[test]
fn cards_mentions_and_keys_have_their_codes_too() {
    refused(&[
        (
            json!({"content": "a", "embeds": [{"title": 1}]}),
            "embed_0:title_not_string",
            "/embeds/0/title",
        ),
        (
            json!({"content": "a", "embeds": "x"}),
            "embeds_not_array",
            "/embeds",
        ),
        (
            json!({"content": "a", "attachments": [{"text": "x"}, 5]}),
            "attachment_1:not_an_object",
            "/attachments/1",
        ),
        (
            json!({"content": "a", "attachments": vec![json!({"text": "x"}); 21]}),
            "attachment_20:too_many",
            "/attachments/20",
        ),
        (
            json!({"content": "a", "blocks": [5]}),
            "block_0:not_an_object",
            "/blocks/0",
        ),
        (
            json!({"content": "a", "blocks": vec![json!({"type": "divider"}); 51]}),
            "block_50:too_many",
            "/blocks/50",
        ),
        (
            json!({"content": "a", "allowed_mentions": {"parse": ["everyone"]}}),
            "mention_not_allowed",
            "/allowed_mentions",
        ),
        (
            json!({"content": "a", "reply_to": "x"}),
            "reply_to_not_found",
            "/reply_to",
        ),
        (
            json!({"content": "a", "nonce": "x".repeat(65)}),
            "idempotency_key_invalid",
            "/nonce",
        ),
        (
            json!({"content": "a", "nonce": "é"}),
            "idempotency_key_invalid",
            "/nonce",
        ),
        (
            json!({"content": "a", "flags": "4"}),
            "flags_invalid",
            "/flags",
        ),
    ]);
}

#[test]
fn the_longest_texts_pass() {
    let content = "é".repeat(4000);
    let spaced = format!("  {content}\n");
    let post = read(&json!({"content": spaced, "username": "é".repeat(80)})).expect("valid");
    assert_eq!(post.content, content);
}

#[test]
fn text_is_another_name_of_content() {
    assert_eq!(read(&json!({"text": "*a*"})).expect("valid").content, "*a*");
    let both = json!({"text": " a", "content": "a "});
    assert_eq!(read(&both).expect("equal").content, "a");
    let null = json!({"text": "a", "content": null});
    assert_eq!(read(&null).expect("one").content, "a");
}

#[test]
fn files_need_no_text() {
    let post = read_with(&json!({}), false, |rules| rules.has_files = true);
    assert_eq!(post.expect("valid").content, "");
}

#[test]
fn what_has_no_effect_is_named_in_warnings() {
    let post = read(&json!({
        "content": "a", "channel": "#other", "tts": true, "link_names": 1, "components": [],
        "poll": {}, "contnet": "typo", "icon_emoji": ":nosuchemoji:", "flags": 4 | 64,
        "attachments": [{"id": 0, "filename": "a.png"}], "thread_name": null,
    }))
    .expect("valid");
    assert_eq!(post.shape, Shape::Native);
    let warnings = post.warnings.into_list();
    for name in [
        "channel",
        "tts",
        "link_names",
        "components",
        "poll",
        "contnet",
        "icon_emoji",
        "flags",
    ] {
        let named = warnings
            .iter()
            .filter(|warning| warning.starts_with(&format!("/{name}:")));
        assert_eq!(named.count(), 1, "{name} in {warnings:?}");
    }
    assert_eq!(warnings.len(), 8, "{warnings:?}");
}

#[test]
fn emoji_are_avatars_by_name_and_by_themselves() {
    for name in [":tada:", "tada", "🎉"] {
        let post = read(&json!({"text": "a", "icon_emoji": name})).expect("valid");
        assert_eq!(post.avatar, Some(Avatar::Emoji("🎉".to_owned())), "{name}");
    }
    let post =
        read(&json!({"text": "a", "icon_emoji": ":tada:", "icon_url": "https://a.example/x"}));
    assert!(matches!(post.expect("valid").avatar, Some(Avatar::Url(_))));
}

#[test]
fn suppressed_embeds_are_not_kept() {
    let post = read(&json!({"content": "a", "embeds": [{"title": "t"}], "flags": 4}));
    assert!(post.expect("valid").embeds.is_empty());
}

#[test]
fn a_payload_is_slacks_by_its_cards_its_form_or_its_address() {
    let attachments = json!({"attachments": [{"text": "x"}]});
    assert_eq!(read(&attachments).expect("valid").shape, Shape::Slack);
    let blocks = json!({"blocks": [{"type": "divider"}]});
    assert_eq!(read(&blocks).expect("valid").shape, Shape::Slack);
    assert_eq!(slack(&json!({"text": "*x*"})).content, "**x**");
    assert_eq!(read(&json!({"text": "*x*"})).expect("valid").content, "*x*");

    let form = payload::read(
        Some("application/x-www-form-urlencoded"),
        br#"payload={"text":"*x*"}"#,
    );
    let rules = Rules {
        max_content: 4000,
        is_reserved: &|_| false,
        may_mention_everyone: false,
        has_files: false,
    };
    let post = Post::read(form.expect("a form"), false, &rules).expect("valid");
    assert_eq!((post.shape, post.content.as_str()), (Shape::Slack, "**x**"));
}

#[test]
fn slacks_text_is_measured_as_it_is_shown() {
    let text = "&amp;".repeat(4000);
    assert_eq!(slack(&json!({"text": text})).content.len(), 4000);
    let text = "&amp;".repeat(4001);
    let refused = read_with(&json!({"text": text}), true, |_| ()).expect_err("long");
    assert_eq!(refused.code(), "content_too_long");
    let plain = slack(&json!({"text": "*x* &lt;", "mrkdwn": false}));
    assert_eq!(plain.content, r"\*x\* \<");
}

#[test]
fn an_attachment_is_a_card() {
    let post = slack(&json!({
        "text": "Deployed",
        "attachments": [{
            "fallback": "deploy done", "pretext": "*Hi*", "title": "Deploy &amp; run",
            "title_link": "http://ci.local:8080/1", "text": "took *5 s*", "color": "good",
            "author_name": "ci", "author_link": "https://ci.example", "author_icon": "https://ci.example/i.png",
            "fields": [{"title": "Branch", "value": "main", "short": true}, {"title": "N", "value": 5}],
            "footer": "ci", "footer_icon": "https://ci.example/f.png", "ts": "1736937000.123",
            "image_url": "https://ci.example/a.png", "thumb_url": "https://ci.example/t.png",
            "actions": [
                {"type": "button", "text": "Open", "url": "https://ci.example/1"},
                {"type": "button", "text": "Retry", "name": "retry"},
            ],
            "callback_id": "x",
        }],
    }));

    assert_eq!(post.content, "Deployed\n\n**Hi**");
    let card = serde_json::to_value(&post.embeds).expect("serialisable");
    assert_eq!(
        card,
        json!([{
            "title": "Deploy & run", "url": "http://ci.local:8080/1",
            "description": "took **5 s**\n\n[Open](https://ci.example/1)",
            "color": 0x2e_b8_86, "timestamp": "2025-01-15T10:30:00.000Z",
            "author": {"name": "ci", "url": "https://ci.example/", "icon_url": "https://ci.example/i.png"},
            "fields": [
                {"name": "Branch", "value": "main", "inline": true},
                {"name": "N", "value": "5", "inline": false},
            ],
            "image": {"url": "https://ci.example/a.png"},
            "thumbnail": {"url": "https://ci.example/t.png"},
            "footer": {"text": "ci", "icon_url": "https://ci.example/f.png"},
            "fallback": "deploy done",
        }])
    );
    let warnings = post.warnings.into_list();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
}

#[test]
fn attachments_have_limits_and_forgive_the_rest() {
    for (attachment, reason) in [
        (json!({"title": "x".repeat(257)}), "title_too_long"),
        (json!({"text": "x".repeat(4097)}), "text_too_long"),
        (json!({"text": {}}), "text_not_string"),
        (json!({"footer": "x".repeat(2049)}), "footer_too_long"),
        (
            json!({"author_name": "x".repeat(257)}),
            "author_name_too_long",
        ),
        (
            json!({"fields": vec![json!({"title": "t"}); 26]}),
            "fields_too_many",
        ),
        (
            json!({"fields": [{"title": "t", "value": "x".repeat(1025)}]}),
            "field_0_value_too_long",
        ),
        (
            json!({"fields": [{"title": "t", "short": "yes"}]}),
            "field_0_short_not_boolean",
        ),
    ] {
        let payload = json!({"attachments": [{"text": "a"}, attachment]});
        let refused = read(&payload).expect_err(reason);
        assert_eq!(refused.code(), format!("attachment_1:{reason}"));
    }
    let long = json!({"text": "x".repeat(4000)});
    let refused = read(&json!({"attachments": [long, long]})).expect_err("long");
    assert_eq!(refused.code(), "attachment_1:total_too_long");

    let post = slack(&json!({"attachments": [
        {"text": "a", "color": "mauve", "ts": "soon", "title_link": "x", "image_url": "http://a.example/x"},
    ]}));
    assert_eq!(post.warnings.list().len(), 4, "{:?}", post.warnings);
    let only = slack(&json!({"attachments": [{"fallback": "5 * 3"}]}));
    assert_eq!(only.embeds[0].description.as_deref(), Some(r"5 \* 3"));
}

#[test]
fn blocks_become_cards_in_their_order() {
    let post = slack(&json!({
        "text": "Build failed",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Build &lt;512&gt;"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "*main* is <https://a.example|red>"},
             "accessory": {"type": "image", "image_url": "https://a.example/t.png", "alt_text": "t"}},
            {"type": "divider"},
            {"type": "section", "text": {"type": "plain_text", "text": "*as it is*"}},
            {"type": "section", "fields": [
                {"type": "mrkdwn", "text": "*Branch:*\nmain"}, {"type": "mrkdwn", "text": "_alone_"},
            ]},
            {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "i"},
            {"type": "context", "elements": [
                {"type": "mrkdwn", "text": "by *ci*"}, {"type": "plain_text", "text": "5 s"},
                {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x"},
            ]},
            {"type": "actions", "elements": [
                {"type": "button", "text": {"type": "plain_text", "text": "Log"}, "url": "https://a.example/log"},
                {"type": "button", "text": {"type": "plain_text", "text": "Retry"}, "action_id": "r"},
            ]},
            {"type": "markdown", "text": "**ours**"},
            {"type": "input", "element": {}},
        ],
    }));

    assert_eq!(post.content, "");
    let cards = serde_json::to_value(&post.embeds).expect("serialisable");
    assert_eq!(
        cards,
        json!([
            {
                "title": "Build <512>",
                "description": "**main** is [red](https://a.example/)\n\n---\n\n\\*as it is\\*",
                "fields": [
                    {"name": "Branch:", "value": "main", "inline": true},
                    {"name": "", "value": "_alone_", "inline": true},
                ],
                "image": {"url": "https://a.example/i.png"},
                "thumbnail": {"url": "https://a.example/t.png"},
                "fallback": "Build failed",
            },
            {"description": "by **ci** · 5 s\n\n[Log](https://a.example/log)\n\n**ours**"},
        ])
    );
    assert_eq!(post.warnings.list().len(), 3, "{:?}", post.warnings);
}

#[test]
fn blocks_are_bounded() {
    let section =
        |n: usize| json!({"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(n)}});
    for (blocks, code) in [
        (json!([section(4097)]), "block_0:text_too_long"),
        (
            json!([section(3000), section(3000), section(3)]),
            "block_2:total_too_long",
        ),
        (
            json!([{"type": "header", "text": {"type": "plain_text", "text": "x".repeat(2000)}}]),
            "block_0:text_too_long",
        ),
        (
            json!([{"type": "section", "text": "x"}]),
            "block_0:text_invalid",
        ),
        (
            json!([{"type": "section", "fields": {}}]),
            "block_0:fields_not_array",
        ),
        (json!({"type": "section"}), "blocks_not_array"),
    ] {
        let refused = read(&json!({ "blocks": blocks })).expect_err(code);
        assert_eq!(refused.code(), code);
    }
    let images = vec![json!({"type": "image", "image_url": "https://a.example/x.png"}); 50];
    let post = slack(&json!({ "blocks": images }));
    assert_eq!(post.embeds.len(), 10);
    assert_eq!(post.warnings.list().len(), 40);
    let refused = read(&json!({"blocks": [{"type": "rich_text"}]})).expect_err("nothing shown");
    assert_eq!(refused.code(), "content_required");
    let refused = read(&json!({"attachments": [{"blocks": [{"type": "section", "text": 5}]}]}));
    let refused = refused.expect_err("no text");
    assert_eq!(refused.code(), "block_0:text_invalid");
    assert_eq!(refused.pointer(), Some("/attachments/0/blocks/0/text"));
}
