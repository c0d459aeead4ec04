//! Why something is done, for the record: whatever is recorded of a server, its reason goes with it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    apps::one_of_each,
    support::{Community, Person, Reply, TestApp, number},
};

/// A reason as it is sent, and as it is shown.
const REASON: (&str, &str) = ("f%C3%BCr%20die Liga", "für die Liga");

/// One change of something that is recorded.
struct Step {
    method: Method,
    path: String,
    body: Value,
}

impl Step {
    fn new(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self {
            method,
            path: path.into(),
            body,
        }
    }

    async fn is_done_by(&self, person: &Person, reason: &str) -> Reply {
        let request = person
            .request(self.method.clone(), &self.path)
            .header("x-audit-log-reason", reason)
            .json(&self.body);
        Reply::of(request).await
    }
}

/// How much is on record, of all servers and of the installation.
async fn recorded(app: &TestApp) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM server_audit) + (SELECT count(*) FROM audit_entry)";
    app.number(sql, []).await
}

/// Does `step`, which is refused without an effect when its reason is none.
async fn does(app: &TestApp, person: &Person, step: Step) -> Value {
    let said = format!("{} {}", step.method, step.path);
    let before = recorded(app).await;
    let long = "x".repeat(513);
    for (reason, code) in [
        ("%FF", "reason_invalid"),
        ("100%", "reason_invalid"),
        ("a%0", "reason_invalid"),
        (&*long, "reason_too_long"),
    ] {
        let refused = step.is_done_by(person, reason).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{said}");
    }
    assert_eq!(recorded(app).await, before, "{said}");
    let done = step.is_done_by(person, REASON.0).await;
    assert!(done.status < 300, "{said}: {}", done.body);
    assert_eq!(recorded(app).await, before + 1, "{said}");
    done.body
}

/// The reasons that are on record of a server, the newest first, each with what was done.
async fn reasons(person: &Person, club: &Community) -> Vec<Value> {
    let log = person.reads(&club.path("/audit?limit=200")).await;
    let entries = log["entries"].as_array().expect("entries").iter();
    entries
        .map(|entry| json!([entry["action"], entry["reason"]]))
        .collect()
}

#[tokio::test]
async fn whatever_is_changed_in_a_server_is_on_record_with_its_reason() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[]).await;
    let began = reasons(&alice, &club).await.len();
    let step = |method: Method, rest: &str, body: Value| Step::new(method, club.path(rest), body);
    let bobs = |what: &str, id: i64| format!("/{what}/{id}");
    let id = bob.id().await;

    let name = json!({"name": "x"});
    does(&app, &alice, step(Method::PATCH, "", name.clone())).await;
    let made = does(&app, &alice, step(Method::POST, "/channels", name.clone())).await;
    let channel = format!("/channels/{}", made["channel"]["id"]);
    let topic = json!({"topic": "y"});
    does(&app, &alice, step(Method::PATCH, &channel, topic)).await;
    let made = does(&app, &alice, step(Method::POST, "/roles", name.clone())).await;
    let role = number(&made["role"]["id"]);
    let overwrite = format!("{channel}/overwrites/roles/{role}");
    let deny = json!({"deny": ["send_messages"]});
    does(&app, &alice, step(Method::PUT, &overwrite, deny)).await;
    does(&app, &alice, step(Method::DELETE, &overwrite, json!({}))).await;
    does(&app, &alice, step(Method::DELETE, &channel, json!({}))).await;
    let of_role = format!("/roles/{role}");
    let color = json!({"color": "#112233"});
    does(&app, &alice, step(Method::PATCH, &of_role, color)).await;
    let uses = json!({"maxUses": 9});
    let made = does(&app, &alice, step(Method::POST, "/invites", uses)).await;
    let code = made["invite"]["code"].as_str().expect("a code");
    let accept = format!("/invites/{code}/accept");
    does(&app, &bob, Step::new(Method::POST, accept, json!({}))).await;
    let invites = alice.reads(&club.path("/invites")).await;
    let invite = format!("/invites/{}", invites["invites"][0]["id"]);
    does(&app, &alice, step(Method::DELETE, &invite, json!({}))).await;
    let membership = bobs("memberships", id);
    let roles = json!({"roleIds": [role]});
    does(&app, &alice, step(Method::PATCH, &membership, roles)).await;
    does(&app, &alice, step(Method::DELETE, &membership, json!({}))).await;
    does(&app, &alice, step(Method::DELETE, &of_role, json!({}))).await;
    let ban = bobs("bans", id);
    does(&app, &alice, step(Method::PUT, &ban, json!({}))).await;
    does(&app, &alice, step(Method::DELETE, &ban, json!({}))).await;

    let log = reasons(&alice, &club).await;
    assert_eq!(log.len(), began + 16);
    for entry in &log[..16] {
        assert_eq!(entry[1], REASON.1, "{entry}");
    }
    // What nobody gave a reason for has none.
    alice
        .patch(&club.path(""), json!({"name": "z"}))
        .await
        .succeeds();
    let log = reasons(&alice, &club).await;
    assert_eq!(log[0], json!(["server.update", null]));

    let made = does(&app, &alice, Step::new(Method::POST, "/servers", name)).await;
    let path = format!("/servers/{}/audit", made["server"]["id"]);
    let log = alice.reads(&path).await;
    assert_eq!(log["entries"][0]["reason"], REASON.1);
    does(&app, &alice, step(Method::DELETE, "", json!({}))).await;
    let sql = "SELECT count(*) FROM server_audit WHERE action = 'server.delete' AND reason = $1";
    assert_eq!(app.number(sql, [REASON.1.into()]).await, 1);
}

#[tokio::test]
async fn whatever_is_done_with_its_apps_too() {
    let app = TestApp::spawn().await;
    let [_, alice] = app.users(["root", "alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let [webhook, widget, integration] = one_of_each(&club, &alice).await;
    let began = reasons(&alice, &club).await.len();
    let of = |made: &Value, rest: &str| format!("/apps/{}{rest}", made["app"]["id"]);
    let on_tile = |rest: &str| club.path(&format!("/widgets/{}{rest}", widget["app"]["id"]));
    let (name, nothing) = (json!({"name": "x"}), json!({}));
    let scopes = json!({"name": "x", "scopes": ["read_roles"]});

    let new = json!({"kind": "widget", "name": "y"});
    let mut steps = vec![Step::new(Method::POST, club.path("/apps"), new)];
    for made in [&webhook, &widget, &integration] {
        steps.push(Step::new(Method::PATCH, of(made, ""), name.clone()));
    }
    for made in [&webhook, &widget] {
        steps.push(Step::new(
            Method::POST,
            of(made, "/rotate"),
            nothing.clone(),
        ));
    }
    let signing = of(&webhook, "/signing");
    steps.push(Step::new(Method::POST, &signing, nothing.clone()));
    steps.push(Step::new(Method::DELETE, &signing, nothing.clone()));
    for (method, rest) in [
        (Method::PUT, "/pin"),
        (Method::DELETE, "/pin"),
        (Method::POST, "/badge"),
        (Method::DELETE, "/badge"),
    ] {
        steps.push(Step::new(method, on_tile(rest), nothing.clone()));
    }
    let mut count = steps.len();
    for step in steps {
        does(&app, &alice, step).await;
    }
    let tokens = of(&integration, "/tokens");
    let made = does(&app, &alice, Step::new(Method::POST, &tokens, scopes)).await;
    let token = format!("{tokens}/{}", made["token"]["id"]);
    does(
        &app,
        &alice,
        Step::new(Method::DELETE, token, nothing.clone()),
    )
    .await;
    for made in [&webhook, &widget, &integration] {
        let delete = Step::new(Method::DELETE, of(made, ""), nothing.clone());
        does(&app, &alice, delete).await;
    }
    count += 5;

    let log = reasons(&alice, &club).await;
    assert_eq!(log.len(), began + count);
    for entry in &log[..count] {
        assert_eq!(entry[1], REASON.1, "{entry}");
    }
}

#[tokio::test]
async fn whoever_takes_over_an_integration_says_why() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let manager = club.makes_role("manager", &["manage_server"]).await;
    club.gives(&bob, &[manager]).await;
    let integration = club.makes_integration(&bob).await;
    bob.makes_token(integration, &["read_roles"]).await;
    club.gives(&bob, &[]).await;

    let adopt = format!("/apps/{integration}/adopt");
    does(&app, &alice, Step::new(Method::POST, adopt, json!({}))).await;

    let log = reasons(&alice, &club).await;
    assert_eq!(log[0], json!(["app.adopt", REASON.1]));
}

#[tokio::test]
async fn the_installation_has_it_on_record_of_clients_and_suspensions() {
    let app = TestApp::spawn().await;
    let [root, alice] = app.users(["root", "alice"]).await;
    let new = json!({"kind": "oauth", "name": "Site", "redirectUris": ["https://site.example/"]});
    let nothing = json!({});

    let made = does(&app, &alice, Step::new(Method::POST, "/apps", new)).await;
    let path = format!("/apps/{}", made["app"]["id"]);
    let admin = format!("/api/admin{path}");
    let name = json!({"name": "x"});
    does(&app, &alice, Step::new(Method::PATCH, &path, name)).await;
    let rotate = format!("{path}/rotate");
    does(
        &app,
        &alice,
        Step::new(Method::POST, rotate, nothing.clone()),
    )
    .await;
    let suspend = format!("{admin}/suspend");
    does(
        &app,
        &root,
        Step::new(Method::POST, suspend, nothing.clone()),
    )
    .await;
    let shown = alice.reads(&path).await;
    assert_eq!(shown["app"]["suspended"]["reason"], REASON.1);
    let lift = format!("{admin}/unsuspend");
    does(&app, &root, Step::new(Method::POST, lift, nothing.clone())).await;
    does(&app, &alice, Step::new(Method::DELETE, &path, nothing)).await;

    let log = root.reads("/api/admin/audit").await;
    let entries = log["entries"].as_array().expect("entries").iter();
    let entries: Vec<_> = entries
        .map(|entry| json!([entry["action"], entry["detail"]["reason"]]))
        .collect();
    let actions = [
        "delete",
        "unsuspend",
        "suspend",
        "rotate",
        "update",
        "create",
    ];
    for (entry, action) in entries.iter().zip(actions) {
        assert_eq!(*entry, json!([format!("app.{action}"), REASON.1]));
    }
}
