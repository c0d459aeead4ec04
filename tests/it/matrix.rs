//! Everybody at every route of a server and its apps: who is let do what is theirs, and nobody else.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    matrix_routes::{Account, Membership, Ownership, Permission, ROUTES, Route, Voice},
    oauth_site::Site,
    support::{Community, Person, Reply, TestApp, number},
};

/// A server with all that the routes speak of.
struct Scene {
    club: Community,
    channel: i64,
    role: i64,
    victim: i64,
    app: i64,
    token: i64,
    webhook: i64,
    widget: i64,
    invite: i64,
}

impl Scene {
    async fn of(owner: &Person, victim: &Person, members: &[&Person]) -> Self {
        let club = Community::of(owner, members).await;
        club.admits(victim).await;
        let role = club.makes_role("low", &[]).await;
        let app = club.makes_integration(owner).await;
        let (token, _) = owner.makes_token(app, &["read_roles"]).await;
        let channel = club.makes_channel("news").await;
        let webhook = json!({"kind": "webhook", "name": "CI", "channelId": channel});
        let widget = json!({"kind": "widget", "name": "Uptime"});
        let (webhook, widget) = (
            club.makes_app(owner, webhook).await,
            club.makes_app(owner, widget).await,
        );
        club.invites(5).await;
        let invites = owner.reads(&club.path("/invites")).await;
        Self {
            channel,
            webhook: number(&webhook["app"]["id"]),
            widget: number(&widget["app"]["id"]),
            invite: number(&invites["invites"][0]["id"]),
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
            ("{webhook}", self.webhook),
            ("{widget}", self.widget),
            ("{inviteId}", self.invite),
        ]
        .iter()
        .fold(path.to_owned(), |path, (name, id)| {
            path.replace(name, &id.to_string())
        })
    }

    /// What a route answers to a token that `person` sends along with their cookie, if they have one.
    async fn with_token(
        &self,
        person: &Person,
        token: &str,
        (method, path, body, _): &Route,
    ) -> Reply {
        let request = person.request(method.parse().expect("a method"), &self.fill(path));
        let request = match serde_json::from_str::<Value>(body) {
            Ok(body) => request.json(&body),
            Err(_) => request,
        };
        Reply::of(request.bearer_auth(token)).await
    }

    async fn asks(&self, person: &Person, (method, path, body, _): &Route) -> Reply {
        let request = person.request(method.parse().expect("a method"), &self.fill(path));
        let request = match serde_json::from_str::<Value>(body) {
            Ok(body) => request.json(&body),
            Err(_) => request,
        };
        if path.ends_with("/events") {
            return head(request).await;
        }
        Reply::of(request).await
    }
}

/// What is answered by a stream, which has no end to wait for, or else the whole refusal.
async fn head(request: reqwest::RequestBuilder) -> Reply {
    let again = request.try_clone().expect("a request without a body");
    let response = request.send().await.expect("an answer");
    if !response.status().is_success() {
        return Reply::of(again).await;
    }
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: Value::Null,
    }
}

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
    let known: BTreeSet<_> = ROUTES
        .iter()
        .map(|(method, path, ..)| {
            let path = path.replace("{webhook}", "{appId}");
            let path = path.replace("{widget}", "{appId}");
            ((*method).to_owned(), path)
        })
        .collect();
    let missing: Vec<_> = documented.difference(&known).collect();
    assert_eq!(missing, Vec::<&(String, String)>::new());
}

#[tokio::test]
async fn nobody_does_what_is_not_theirs() {
    let app = TestApp::spawn().await;
    let [owner, victim, member, late, banned, kept_out, outsider] = app
        .users([
            "owner", "victim", "member", "late", "banned", "kept", "outsider",
        ])
        .await;
    let members = [&member, &late, &banned, &kept_out];
    let scene = Scene::of(&owner, &victim, &members).await;
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
    let tools = Tools::of(&app).await;
    let stranger = app.stranger();

    // A manager of nearly everything whom the one channel is hidden from.
    club.gives(&kept_out, &[most]).await;
    let hidden = format!(
        "/channels/{}/overwrites/members/{}",
        scene.channel,
        kept_out.id().await
    );
    let body = json!({"allow": [], "deny": ["view_channel"]});
    let hide = owner
        .does(Method::PUT, &club.path(&hidden), Some(body))
        .await;
    assert!(hide.status < 300, "{}", hide.body);

    for route in ROUTES {
        let (_, path, _, needs) = route;
        let is_of_app = path.starts_with("/apps/");
        let hidden = if is_of_app {
            "app_not_found"
        } else {
            "server_not_found"
        };
        for (who, person) in [("outsider", &outsider), ("banned", &banned)] {
            let reply = scene.asks(person, route).await;
            if *needs == Account {
                assert!(reply.status < 300, "{who}: {route:?}: {}", reply.body);
            } else {
                let said = (reply.status, reply.code());
                assert_eq!(said, (404, hidden), "{who}: {route:?}");
            }
        }
        let reply = scene.asks(&stranger, route).await;
        let said = (reply.status, reply.code());
        assert_eq!(said, (401, "unauthorized"), "{route:?}");
        let reply = scene.with_token(&owner, &tokens.access, route).await;
        let said = (reply.status, reply.code());
        let expected = match tools.scope(route) {
            Some(_) => (403, "insufficient_scope"),
            None => (403, "token_not_allowed"),
        };
        assert_eq!(said, expected, "an OAuth client: {route:?}");
        for (who, person, is_late) in [("member", &member, false), ("timed out", &late, true)] {
            let reply = scene.asks(person, route).await;
            match *needs {
                Account | Membership => {
                    assert!(reply.status < 300, "{who}: {route:?}: {}", reply.body);
                }
                Voice if is_late => reply.refuses(403, "timed_out"),
                // Every member who is not timed out may ask others in.
                Permission("create_invite") | Voice if !is_late => {
                    assert_eq!(reply.status, 201, "{who}: {route:?}: {}", reply.body);
                }
                _ => {
                    let said = (reply.status, reply.code());
                    assert_eq!(said, (403, "forbidden"), "{who}: {route:?}");
                }
            }
        }
        if path.contains("{channelId}") {
            let reply = scene.asks(&kept_out, route).await;
            let said = (reply.status, reply.code());
            assert_eq!(said, (404, "channel_not_found"), "kept out: {route:?}");
        } else if path.contains("{webhook}") {
            let reply = scene.asks(&kept_out, route).await;
            assert_eq!(reply.status, 404, "kept out: {route:?}: {}", reply.body);
        }
    }
    let whole = owner.reads(&club.path("")).await;
    assert_eq!(whole["channels"].as_array().map(Vec::len), Some(2));
    assert_eq!(whole["server"]["name"], "Club");
}

/// Tools that people have let in, and what they may be let do, as the document says.
struct Tools(Value);

impl Tools {
    async fn of(app: &TestApp) -> Self {
        Self(app.stranger().reads("/api/openapi.json").await)
    }

    /// The scope that a tool needs at a route; none where no tool is taken.
    fn scope(&self, (method, path, ..): &Route) -> Option<&str> {
        let path = path.replace("{webhook}", "{appId}");
        let path = path.replace("{widget}", "{appId}");
        let security = &self.0["paths"][path][method.to_lowercase()]["security"];
        let callers = security.as_array().expect("callers");
        callers
            .iter()
            .find_map(|caller| caller["oauth"][0].as_str())
    }
}

const PORTAL: [&str; 3] = ["apps:read", "apps:write", "servers:read"];

#[tokio::test]
async fn a_tool_may_do_what_its_person_may_where_tools_are_taken_and_nothing_elsewhere() {
    let app = TestApp::spawn().await;
    let [owner, victim, member, outsider] =
        app.users(["owner", "victim", "member", "outsider"]).await;
    let scene = Scene::of(&owner, &victim, &[&member]).await;
    let (portal, tools) = (Site::tool(&app), Tools::of(&app).await);
    let mut access = Vec::new();
    for person in [&outsider, &member, &owner] {
        let mut of_person = Vec::new();
        for scope in PORTAL {
            of_person.push((scope, portal.is_let_in(person, scope).await.access));
        }
        access.push(of_person);
    }
    let stranger = app.stranger();
    let mut taken = BTreeSet::new();
    for route in ROUTES {
        let (method, path, _, needs) = route;
        let needed = tools.scope(route);
        let reads = *method == "GET";
        let expected = match needed {
            None => None,
            Some(_) if path.starts_with("/apps") || path.ends_with("/apps") => {
                Some(if reads { "apps:read" } else { "apps:write" })
            }
            Some(_) if path.contains("{widget}") => Some("apps:write"),
            Some(_) if reads => Some("servers:read"),
            Some(other) => panic!("{other} at {route:?}"),
        };
        assert_eq!(needed, expected, "{route:?}");
        let is_of_app = path.starts_with("/apps");
        assert!(needed.is_some() || !is_of_app, "of the portal: {route:?}");
        taken.extend(needed);
        for (who, tokens) in access.iter().enumerate() {
            for (scope, token) in tokens {
                let reply = scene.with_token(&stranger, token, route).await;
                let said = (reply.status, reply.code());
                let hidden = if is_of_app {
                    "app_not_found"
                } else {
                    "server_not_found"
                };
                match (needed, who, needs) {
                    (None, ..) => assert_eq!(said, (403, "token_not_allowed"), "{route:?}"),
                    (Some(needed), ..) if needed != *scope => {
                        assert_eq!(said, (403, "insufficient_scope"), "{scope}: {route:?}");
                    }
                    (_, _, Account) | (_, 2, _) | (_, 1, Membership) => {
                        assert!(reply.status < 300, "{who}: {route:?}: {}", reply.body);
                    }
                    (_, 1, _) => assert_eq!(said, (403, "forbidden"), "{route:?}"),
                    _ => assert_eq!(said, (404, hidden), "{route:?}"),
                }
            }
        }
    }
    assert_eq!(taken, PORTAL.into());
    let whole = owner.reads(&scene.club.path("")).await;
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
            Account | Membership | Voice | Ownership => None,
        })
        .collect();
    assert!(permissions.len() >= 6);
    for held in permissions {
        let scene = Scene::of(&owner, &victim, &[&admin]).await;
        let role = scene.club.makes_role("one", &[held]).await;
        scene.club.gives(&admin, &[role]).await;
        for route in ROUTES {
            let reply = scene.asks(&admin, route).await;
            let is_everybodys = [Account, Membership, Voice, Permission("create_invite")];
            let is_allowed = is_everybodys.contains(&route.3) || route.3 == Permission(held);
            if is_allowed {
                assert!(reply.status < 300, "{held}: {route:?}: {}", reply.body);
            } else {
                assert_eq!(reply.status, 403, "{held}: {route:?}: {}", reply.body);
            }
        }
    }
}
