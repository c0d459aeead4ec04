//! Everybody at every route of a server and its apps: who is let do what is theirs, and nobody else.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    oauth_site::Site,
    support::{Community, Person, Reply, TestApp},
};

/// What somebody needs to be let in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Needs {
    /// To be a member.
    Membership,
    /// A permission that not every member has.
    Permission(&'static str),
    /// To be the owner.
    Ownership,
}

use Needs::{Membership, Ownership, Permission};

/// Every route of a server and its apps, in an order in which all can be called: what is deleted is
/// deleted last. `{..}` are filled in by [`Scene::fill`].
const ROUTES: &[(&str, &str, &str, Needs)] = &[
    ("GET", "/servers/{serverId}", "", Membership),
    ("GET", "/servers/{serverId}/channels", "", Membership),
    ("GET", "/servers/{serverId}/roles", "", Membership),
    ("GET", "/servers/{serverId}/memberships", "", Membership),
    (
        "GET",
        "/servers/{serverId}/memberships/{userId}",
        "",
        Membership,
    ),
    (
        "GET",
        "/servers/{serverId}/channels/{channelId}/messages",
        "",
        Membership,
    ),
    (
        "PATCH",
        "/servers/{serverId}",
        r#"{"name":"Club"}"#,
        Permission("manage_server"),
    ),
    (
        "POST",
        "/servers/{serverId}/channels",
        r#"{"name":"x"}"#,
        Permission("manage_channels"),
    ),
    (
        "PATCH",
        "/servers/{serverId}/channels/{channelId}",
        r#"{"topic":"x"}"#,
        Permission("manage_channels"),
    ),
    (
        "POST",
        "/servers/{serverId}/roles",
        r#"{"name":"x"}"#,
        Permission("manage_roles"),
    ),
    (
        "PATCH",
        "/servers/{serverId}/roles/{roleId}",
        r#"{"name":"y"}"#,
        Permission("manage_roles"),
    ),
    (
        "PUT",
        "/servers/{serverId}/channels/{channelId}/overwrites/roles/{roleId}",
        r#"{"allow":[],"deny":["send_messages"]}"#,
        Permission("manage_roles"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/channels/{channelId}/overwrites/roles/{roleId}",
        "",
        Permission("manage_roles"),
    ),
    (
        "PUT",
        "/servers/{serverId}/channels/{channelId}/overwrites/members/{userId}",
        r#"{"allow":[],"deny":["send_messages"]}"#,
        Permission("manage_roles"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/channels/{channelId}/overwrites/members/{userId}",
        "",
        Permission("manage_roles"),
    ),
    (
        "PATCH",
        "/servers/{serverId}/memberships/{userId}",
        r#"{"nickname":"x"}"#,
        Permission("manage_members"),
    ),
    (
        "GET",
        "/servers/{serverId}/audit",
        "",
        Permission("view_audit_log"),
    ),
    (
        "GET",
        "/servers/{serverId}/apps",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/servers/{serverId}/apps",
        r#"{"kind":"widget","name":"x"}"#,
        Permission("manage_server"),
    ),
    ("GET", "/apps/{appId}", "", Permission("manage_server")),
    (
        "PATCH",
        "/apps/{appId}",
        r#"{"name":"x"}"#,
        Permission("manage_server"),
    ),
    (
        "GET",
        "/apps/{appId}/tokens",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/apps/{appId}/tokens",
        r#"{"name":"x","scopes":["read_roles"]}"#,
        Permission("manage_server"),
    ),
    (
        "DELETE",
        "/apps/{appId}/tokens/{tokenId}",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/apps/{appId}/adopt",
        "{}",
        Permission("manage_server"),
    ),
    (
        "GET",
        "/apps/{appId}/deliveries",
        "",
        Permission("manage_server"),
    ),
    ("DELETE", "/apps/{appId}", "", Permission("manage_server")),
    (
        "PUT",
        "/servers/{serverId}/bans/{userId}",
        "{}",
        Permission("ban_members"),
    ),
    (
        "GET",
        "/servers/{serverId}/bans",
        "",
        Permission("ban_members"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/bans/{userId}",
        "",
        Permission("ban_members"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/channels/{channelId}",
        "",
        Permission("manage_channels"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/roles/{roleId}",
        "",
        Permission("manage_roles"),
    ),
    ("DELETE", "/servers/{serverId}", "", Ownership),
];

/// Routes that are tried elsewhere: what every member may do, and what is one's own.
const ELSEWHERE: &[(&str, &str)] = &[
    ("GET", "/apps"),
    ("POST", "/apps"),
    ("POST", "/apps/{appId}/rotate"),
    ("POST", "/apps/{appId}/signing"),
    ("DELETE", "/apps/{appId}/signing"),
    ("GET", "/servers"),
    ("POST", "/servers"),
    ("GET", "/servers/{serverId}/invites"),
    ("POST", "/servers/{serverId}/invites"),
    ("DELETE", "/servers/{serverId}/invites/{inviteId}"),
    ("DELETE", "/servers/{serverId}/memberships/{userId}"),
    ("POST", "/servers/{serverId}/channels/{channelId}/messages"),
    ("GET", "/servers/{serverId}/events"),
    ("GET", "/servers/{serverId}/widgets"),
    ("PUT", "/servers/{serverId}/widgets/{appId}/pin"),
    ("DELETE", "/servers/{serverId}/widgets/{appId}/pin"),
    ("POST", "/servers/{serverId}/widgets/{appId}/badge"),
    ("DELETE", "/servers/{serverId}/widgets/{appId}/badge"),
];

/// A server with all that the routes speak of.
struct Scene {
    club: Community,
    channel: i64,
    role: i64,
    victim: i64,
    app: i64,
    token: i64,
}

impl Scene {
    async fn of(owner: &Person, victim: &Person, members: &[&Person]) -> Self {
        let club = Community::of(owner, members).await;
        club.admits(victim).await;
        let role = club.makes_role("low", &[]).await;
        let app = club.makes_integration(owner).await;
        let (token, _) = owner.makes_token(app, &["read_roles"]).await;
        Self {
            channel: club.makes_channel("news").await,
            role,
            victim: victim.id().await,
            app,
            token,
            club,
        }
    }

    fn fill(&self, path: &str) -> String {
        [
            ("{serverId}", self.club.id),
            ("{channelId}", self.channel),
            ("{roleId}", self.role),
            ("{userId}", self.victim),
            ("{appId}", self.app),
            ("{tokenId}", self.token),
        ]
        .iter()
        .fold(path.to_owned(), |path, (name, id)| {
            path.replace(name, &id.to_string())
        })
    }

    async fn asks(&self, person: &Person, (method, path, body, _): &Route) -> Reply {
        let request = person.request(method.parse().expect("a method"), &self.fill(path));
        let request = match serde_json::from_str::<Value>(body) {
            Ok(body) => request.json(&body),
            Err(_) => request,
        };
        Reply::of(request).await
    }
}

type Route = (&'static str, &'static str, &'static str, Needs);

#[tokio::test]
async fn no_route_is_left_out() {
    let app = TestApp::spawn().await;
    let document = app.stranger().reads("/api/openapi.json").await;
    let mut documented = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        if path.starts_with("/servers") || path.starts_with("/apps") {
            let methods = operations.as_object().expect("operations").keys();
            documented.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
        }
    }
    let tried = ROUTES.iter().map(|(method, path, ..)| (method, path));
    let elsewhere = ELSEWHERE.iter().map(|(method, path)| (method, path));
    let known: BTreeSet<_> = tried
        .chain(elsewhere)
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    let missing: Vec<_> = documented.difference(&known).collect();
    assert_eq!(missing, Vec::<&(String, String)>::new());
}

#[tokio::test]
async fn nobody_does_what_is_not_theirs() {
    let app = TestApp::spawn().await;
    let [owner, victim, member, late, banned, outsider] = app
        .users(["owner", "victim", "member", "late", "banned", "outsider"])
        .await;
    let scene = Scene::of(&owner, &victim, &[&member, &late, &banned]).await;
    let club = &scene.club;
    let everything = club.makes_role("all", &["administrator"]).await;
    let most = [
        "manage_server",
        "manage_channels",
        "manage_roles",
        "manage_members",
        "ban_members",
        "view_audit_log",
    ];
    let most = club.makes_role("most", &most).await;
    club.gives(&late, &[most]).await;
    let until = app.clock.now().plus_seconds(86_400).to_string();
    let timeout = json!({"timedOutUntil": until});
    let path = club.membership_of(&late).await;
    owner.patch(&path, timeout).await.succeeds();
    club.gives(&banned, &[everything]).await;
    let ban = club.path(&format!("/bans/{}", banned.id().await));
    let ban = owner.does(Method::PUT, &ban, Some(json!({}))).await;
    ban.is_done();
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&owner).await;
    let stranger = app.stranger();

    for route in ROUTES {
        let (method, path, body, needs) = route;
        let of_app = path.starts_with("/apps");
        let hidden = if of_app {
            "app_not_found"
        } else {
            "server_not_found"
        };
        for (who, person) in [("outsider", &outsider), ("banned", &banned)] {
            let reply = scene.asks(person, route).await;
            assert_eq!(
                (reply.status, reply.code()),
                (404, hidden),
                "{who}: {route:?}"
            );
        }
        let reply = scene.asks(&stranger, route).await;
        assert_eq!(
            (reply.status, reply.code()),
            (401, "unauthorized"),
            "{route:?}"
        );
        let request = owner.request(method.parse().expect("a method"), &scene.fill(path));
        let request = request.bearer_auth(&tokens.access).body(*body);
        let reply = Reply::of(request).await;
        assert_eq!(
            (reply.status, reply.code()),
            (403, "token_not_allowed"),
            "OAuth: {route:?}"
        );
        for (who, person) in [("member", &member), ("timed out", &late)] {
            let reply = scene.asks(person, route).await;
            if *needs == Membership {
                assert_eq!(reply.status, 200, "{who}: {route:?}: {}", reply.body);
            } else {
                assert_eq!(reply.status, 403, "{who}: {route:?}: {}", reply.body);
                assert_eq!(reply.code(), "forbidden", "{who}: {route:?}");
            }
        }
    }
    let whole = owner.reads(&club.path("")).await;
    assert_eq!(whole["channels"].as_array().map(Vec::len), Some(2));
    assert_eq!(whole["server"]["name"], "Club");
}

#[tokio::test]
async fn who_holds_a_permission_may_use_it_and_no_other() {
    let app = TestApp::spawn().await;
    let [owner, victim, admin] = app.users(["owner", "victim", "admin"]).await;
    let scene = Scene::of(&owner, &victim, &[&admin]).await;
    let all = scene.club.makes_role("all", &["administrator"]).await;
    scene.club.gives(&admin, &[all]).await;
    for route in ROUTES {
        let reply = scene.asks(&admin, route).await;
        if route.3 == Ownership {
            assert_eq!(
                (reply.status, reply.code()),
                (403, "forbidden"),
                "{route:?}"
            );
        } else {
            assert!(reply.status < 300, "{route:?}: {}", reply.body);
        }
    }
    let deleted = owner.delete(&scene.club.path("")).await;
    deleted.is_done();

    let permissions: BTreeSet<_> = ROUTES
        .iter()
        .filter_map(|route| match route.3 {
            Permission(name) => Some(name),
            Membership | Ownership => None,
        })
        .collect();
    assert!(permissions.len() >= 6);
    for held in permissions {
        let scene = Scene::of(&owner, &victim, &[&admin]).await;
        let role = scene.club.makes_role("one", &[held]).await;
        scene.club.gives(&admin, &[role]).await;
        for route in ROUTES {
            let reply = scene.asks(&admin, route).await;
            let is_allowed = route.3 == Membership || route.3 == Permission(held);
            if is_allowed {
                assert!(reply.status < 300, "{held}: {route:?}: {}", reply.body);
            } else {
                assert_eq!(reply.status, 403, "{held}: {route:?}: {}", reply.body);
            }
        }
    }
}
