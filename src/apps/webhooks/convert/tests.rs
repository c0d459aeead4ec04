//! Payloads as the services document them, shortened to what matters, and what is said of them.

mod monitoring;

use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::Service;
use crate::{
    apps::webhooks::{embed::Embed, mentions::Mentions},
    chat::{mentions, render},
};

/// What a message cannot say: it must come out as these characters and do nothing.
const HOSTILE: &str = "@everyone **x** <!here> [a](javascript:b) <img src=x>";

fn card(service: Service, event: &str, payload: &Value) -> Option<Embed> {
    let mut headers = HeaderMap::new();
    let name = match service {
        Service::Github => "x-github-event",
        _ => "x-gitea-event",
    };
    headers.insert(name, HeaderValue::from_str(event).expect("a value"));
    let post = service.convert(&headers, payload.as_object().expect("an object"))?;
    assert_eq!(post.mentions, Mentions::none());
    assert_eq!(post.embeds.len(), 1);
    post.embeds.into_iter().next()
}

fn github(event: &str, mut payload: Value) -> Option<Embed> {
    payload["repository"] = json!({
        "full_name": "octo/app", "html_url": "https://github.com/octo/app", "stargazers_count": 7,
    });
    payload["sender"] = json!({
        "login": "mona", "html_url": "https://github.com/mona", "avatar_url": "https://a.example/m",
    });
    card(Service::Github, event, &payload)
}

fn gitlab(mut payload: Value) -> Option<Embed> {
    payload["project"] = json!({
        "path_with_namespace": "mike/app", "web_url": "http://gitlab.local/mike/app",
    });
    payload["user"] = json!({"name": "Mike", "avatar_url": "https://a.example/m"});
    payload["user_name"] = json!("Mike");
    card(Service::Gitlab, "", &payload)
}

/// Title, first of all: it says what happened.
fn titles(cards: impl IntoIterator<Item = Option<Embed>>) -> Vec<String> {
    let titles = cards
        .into_iter()
        .map(|card| card.and_then(|card| card.title));
    titles.map(Option::unwrap_or_default).collect()
}

#[test]
fn services_are_known_by_their_address() {
    for service in Service::ALL {
        assert_eq!(Service::parse(service.as_str()), Some(service));
    }
    assert_eq!(Service::parse("slack"), None);
}

#[test]
fn a_push_lists_its_commits() {
    let commit = |n: usize| {
        json!({
            "id": format!("{n:07}abcdef"), "url": format!("https://github.com/octo/app/commit/{n}"),
            "message": format!("Fix {n}\n\nlong story"), "author": {"name": "Mona", "username": "mona"},
        })
    };
    let commits: Vec<_> = (1..=12).map(commit).collect();
    let push = github(
        "push",
        json!({
            "ref": "refs/heads/main", "forced": true, "commits": commits,
            "compare": "https://github.com/octo/app/compare/a...b",
        }),
    );

    let card = push.expect("a card");
    assert_eq!(
        card.title.as_deref(),
        Some("[octo/app] 12 new commits on main (forced)")
    );
    assert_eq!(
        card.url.as_deref(),
        Some("https://github.com/octo/app/compare/a...b")
    );
    assert_eq!(card.author.expect("an actor").name, "mona");
    assert_eq!(
        card.fallback.as_deref(),
        Some("mona: [octo/app] 12 new commits on main")
    );
    let description = card.description.expect("commits");
    let lines: Vec<_> = description.lines().collect();
    assert_eq!(lines.len(), 11);
    assert_eq!(
        lines[0],
        "[0000001](https://github.com/octo/app/commit/1) Fix 1 – mona"
    );
    assert_eq!(lines[10], "and 2 more");

    assert_eq!(
        github("push", json!({"ref": "refs/heads/main", "commits": []})),
        None
    );
    assert_eq!(
        github("push", json!({"ref": "refs/tags/v1", "commits": [{}]})),
        None
    );
}

#[test]
fn foreign_text_neither_formats_nor_mentions() {
    let push = github(
        "push",
        json!({
            "ref": "refs/heads/main",
            "commits": [{"id": "1234567", "message": HOSTILE, "url": "https://a.example", "author": {"name": HOSTILE}}],
        }),
    );
    let issue = github(
        "issues",
        json!({"action": "opened", "issue": {"number": 1, "body": HOSTILE}}),
    );
    let alert = card(
        Service::Alertmanager,
        "",
        &json!({
            "status": "firing", "alerts": [{"annotations": {"summary": HOSTILE}, "labels": {"a": HOSTILE}}],
        }),
    );
    let down = card(
        Service::UptimeKuma,
        "",
        &json!({
            "heartbeat": {"status": 0, "msg": HOSTILE}, "monitor": {"name": HOSTILE}, "msg": "x",
        }),
    );
    for card in [push, issue, alert, down] {
        let description = card.expect("a card").description.expect("a text");
        assert!(
            mentions::candidates(&description).is_empty(),
            "{description}"
        );
        let html = render::render(&description);
        for tag in ["<strong", "<img", "<em", "javascript:b\""] {
            assert!(!html.contains(tag), "{html}");
        }
        let shown = html_escape::decode_html_entities(&html).into_owned();
        assert!(shown.contains(HOSTILE), "{shown}");
    }
}

#[test]
fn long_texts_are_cut() {
    let long = "x".repeat(100_000);
    let push = github(
        "push",
        json!({
            "ref": format!("refs/heads/{long}"),
            "commits": vec![json!({"id": long, "message": long, "author": {"name": long}}); 10],
        }),
    );
    let issue = json!({"action": "opened", "issue": {"title": long, "body": long, "number": 1}});
    let alerts = vec![
        json!({"labels": {"alertname": long, "b": long}, "annotations": {"summary": long}});
        50
    ];
    let alert = card(
        Service::Grafana,
        "",
        &json!({"status": "firing", "title": long, "alerts": alerts}),
    );
    for card in [push, github("issues", issue), alert] {
        let card = card.expect("a card");
        assert!(
            card.title
                .as_ref()
                .is_some_and(|title| title.chars().count() <= 256)
        );
        assert!(card.length() <= 6000, "{}", card.length());
        assert!(
            card.description
                .is_some_and(|text| text.chars().count() <= 4096)
        );
    }
}

#[test]
fn github_tells_what_happens_to_tickets() {
    let pull = |action: &str, more: Value| {
        let mut pull = json!({"number": 3, "title": "Add x", "html_url": "https://github.com/octo/app/pull/3", "body": "why"});
        for (name, value) in more.as_object().expect("an object") {
            pull[name] = value.clone();
        }
        github(
            "pull_request",
            json!({"action": action, "pull_request": pull}),
        )
    };
    let issue = |action: &str| {
        let issue = json!({"number": 4, "title": "Bug", "html_url": "https://github.com/octo/app/issues/4"});
        github("issues", json!({"action": action, "issue": issue}))
    };
    let titles = titles([
        pull("opened", json!({})),
        pull("opened", json!({"draft": true})),
        pull("closed", json!({"merged": true})),
        pull("closed", json!({"merged": false})),
        pull("ready_for_review", json!({})),
        issue("opened"),
        issue("closed"),
        issue("reopened"),
    ]);
    assert_eq!(
        titles,
        [
            "[octo/app] Pull request opened: #3 Add x",
            "[octo/app] Pull request opened as a draft: #3 Add x",
            "[octo/app] Pull request merged: #3 Add x",
            "[octo/app] Pull request closed: #3 Add x",
            "[octo/app] Pull request ready for review: #3 Add x",
            "[octo/app] Issue opened: #4 Bug",
            "[octo/app] Issue closed: #4 Bug",
            "[octo/app] Issue reopened: #4 Bug",
        ]
    );
    assert_eq!(
        pull("opened", json!({}))
            .and_then(|card| card.description)
            .as_deref(),
        Some("why")
    );
    assert_eq!(pull("synchronize", json!({})), None);
    assert_eq!(issue("labeled"), None);
}

#[test]
fn github_tells_the_rest_of_what_people_use() {
    let comment =
        json!({"body": "LGTM", "html_url": "https://github.com/c", "commit_id": "1234567890"});
    let run = json!({"name": "CI", "run_number": 9, "conclusion": "failure", "head_branch": "main", "html_url": "https://github.com/r"});
    let titles = titles([
        github(
            "issue_comment",
            json!({"action": "created", "comment": comment, "issue": {"number": 4, "title": "Bug"}}),
        ),
        github(
            "issue_comment",
            json!({"action": "created", "comment": comment, "issue": {"number": 3, "title": "Add x", "pull_request": {}}}),
        ),
        github(
            "commit_comment",
            json!({"action": "created", "comment": comment}),
        ),
        github(
            "pull_request_review",
            json!({"action": "submitted", "review": {"state": "approved"}, "pull_request": {"number": 3, "title": "Add x"}}),
        ),
        github(
            "release",
            json!({"action": "published", "release": {"tag_name": "v1", "name": null}}),
        ),
        github(
            "workflow_run",
            json!({"action": "completed", "workflow_run": run}),
        ),
        github(
            "check_run",
            json!({"action": "completed", "check_run": {"name": "lint", "conclusion": "timed_out"}}),
        ),
        github("star", json!({"action": "created"})),
        github(
            "fork",
            json!({"forkee": {"full_name": "mona/app", "html_url": "https://github.com/mona/app"}}),
        ),
        github("create", json!({"ref": "feature", "ref_type": "branch"})),
        github("delete", json!({"ref": "v1", "ref_type": "tag"})),
        github("ping", json!({"zen": "Keep it logically awesome."})),
    ]);
    assert_eq!(
        titles,
        [
            "[octo/app] New comment on issue #4 Bug",
            "[octo/app] New comment on pull request #3 Add x",
            "[octo/app] New comment on commit 1234567",
            "[octo/app] Pull request approved: #3 Add x",
            "[octo/app] Release published: v1",
            "[octo/app] CI #9: failure",
            "[octo/app] lint: timed out",
            "[octo/app] New star, 7 now",
            "[octo/app] Forked to mona/app",
            "[octo/app] Branch created: feature",
            "[octo/app] Tag deleted: v1",
            "[octo/app] This webhook is connected",
        ]
    );
    for (event, payload) in [
        (
            "issue_comment",
            json!({"action": "edited", "comment": comment}),
        ),
        ("release", json!({"action": "created", "release": {}})),
        (
            "workflow_run",
            json!({"action": "requested", "workflow_run": run}),
        ),
        (
            "check_run",
            json!({"action": "completed", "check_run": {"conclusion": "success"}}),
        ),
        (
            "check_run",
            json!({"action": "completed", "check_run": {"conclusion": "failure", "app": {"slug": "github-actions"}}}),
        ),
        ("star", json!({"action": "deleted"})),
        ("watch", json!({"action": "started"})),
        ("create", json!({"ref_type": "repository"})),
        ("", json!({})),
    ] {
        assert_eq!(github(event, payload), None, "{event}");
    }
}

#[test]
fn gitea_differs_from_github_where_it_does() {
    let gitea = |event: &str, mut payload: Value| {
        if payload.get("repository").is_none() {
            payload["repository"] = json!({"full_name": "octo/app"});
        }
        card(Service::Gitea, event, &payload)
    };
    let pull = json!({"number": 3, "title": "Add x"});
    let titles = titles([
        gitea(
            "push",
            json!({"ref": "refs/heads/main", "compare_url": "https://git.example/c", "total_commits": 30, "commits": [{"id": "1234567", "message": "m"}]}),
        ),
        gitea(
            "pull_request_approved",
            json!({"action": "reviewed", "pull_request": pull, "review": {"content": "ok"}}),
        ),
        gitea(
            "issue_comment",
            json!({"action": "created", "is_pull": true, "comment": {"body": "x"}, "issue": pull}),
        ),
        gitea(
            "fork",
            json!({"forkee": {"full_name": "octo/app"}, "repository": {"full_name": "mona/app"}}),
        ),
        gitea("create", json!({"ref": "v1", "ref_type": "tag"})),
        gitea(
            "release",
            json!({"action": "published", "release": {"tag_name": "v1", "name": "One"}}),
        ),
    ]);
    assert_eq!(
        titles,
        [
            "[octo/app] 30 new commits on main",
            "[octo/app] Pull request approved: #3 Add x",
            "[octo/app] New comment on pull request #3 Add x",
            "[octo/app] Forked to mona/app",
            "[octo/app] Tag created: v1",
            "[octo/app] Release published: One",
        ]
    );
    assert_eq!(gitea("wiki", json!({})), None);
}

#[test]
fn gitlab_tells_what_people_use() {
    let zeros = "0".repeat(40);
    let commit = json!({"id": "1234567890", "message": "Fix", "url": "http://gitlab.local/c", "author": {"name": "Mike"}});
    let attributes = |kind: &str, attributes: Value| {
        gitlab(json!({"object_kind": kind, "object_attributes": attributes}))
    };
    let titles = titles([
        gitlab(
            json!({"object_kind": "push", "ref": "refs/heads/main", "before": "a1", "after": "b2", "total_commits_count": 25, "commits": [commit]}),
        ),
        gitlab(
            json!({"object_kind": "push", "ref": "refs/heads/new", "before": zeros, "after": "b2", "commits": []}),
        ),
        gitlab(
            json!({"object_kind": "push", "ref": "refs/heads/old", "before": "a1", "after": zeros, "commits": []}),
        ),
        gitlab(
            json!({"object_kind": "tag_push", "ref": "refs/tags/v1", "before": zeros, "after": "b2"}),
        ),
        attributes(
            "merge_request",
            json!({"iid": 3, "title": "Add x", "action": "merge"}),
        ),
        attributes(
            "issue",
            json!({"iid": 4, "title": "Bug", "action": "open", "description": "d"}),
        ),
        gitlab(
            json!({"object_kind": "note", "object_attributes": {"note": "hm", "noteable_type": "MergeRequest", "action": "create"}, "merge_request": {"iid": 3, "title": "Add x"}}),
        ),
        attributes(
            "pipeline",
            json!({"id": 31, "status": "failed", "ref": "main"}),
        ),
        gitlab(json!({"object_kind": "release", "action": "create", "tag": "v1", "name": "One"})),
    ]);
    assert_eq!(
        titles,
        [
            "[mike/app] 25 new commits on main",
            "[mike/app] Branch created: new",
            "[mike/app] Branch deleted: old",
            "[mike/app] Tag created: v1",
            "[mike/app] Merge request merged: !3 Add x",
            "[mike/app] Issue opened: #4 Bug",
            "[mike/app] New comment on merge request !3 Add x",
            "[mike/app] Pipeline #31: failed",
            "[mike/app] Release published: One",
        ]
    );
    let pipeline = attributes(
        "pipeline",
        json!({"id": 31, "status": "success", "ref": "main"}),
    );
    let pipeline = pipeline.expect("a card");
    assert_eq!(
        pipeline.url.as_deref(),
        Some("http://gitlab.local/mike/app/-/pipelines/31")
    );
    assert_eq!(pipeline.fields[0].value, "`main`");
    for (kind, attributes_of) in [
        ("pipeline", json!({"status": "running"})),
        ("merge_request", json!({"action": "update"})),
        ("issue", json!({"action": "update"})),
        (
            "note",
            json!({"noteable_type": "Issue", "action": "update"}),
        ),
        ("note", json!({"noteable_type": "Issue", "system": true})),
        ("build", json!({})),
    ] {
        assert_eq!(attributes(kind, attributes_of), None, "{kind}");
    }
}
