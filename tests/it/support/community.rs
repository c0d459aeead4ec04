//! A server of the platform, as its owner sets it up for a test.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, Reply};

/// One server and its owner.
#[derive(Clone, Debug)]
pub(crate) struct Community {
    pub(crate) id: i64,
    /// The channel that it began with.
    pub(crate) general: i64,
    owner: Person,
}

impl Community {
    /// A new server of `owner`, and the people who are let in.
    pub(crate) async fn of(owner: &Person, members: &[&Person]) -> Self {
        let made = owner.post("/servers", json!({"name": "Club"})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = number(&made.body["server"]["id"]);
        let whole = owner.reads(&format!("/servers/{id}")).await;
        let community = Self {
            id,
            general: number(&whole["channels"][0]["id"]),
            owner: owner.clone(),
        };
        for person in members {
            community.admits(person).await;
        }
        community
    }

    /// A path below the server's.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/servers/{}{rest}", self.id)
    }

    /// The path of somebody's membership.
    pub(crate) async fn membership_of(&self, person: &Person) -> String {
        self.path(&format!("/memberships/{}", person.id().await))
    }

    /// An invite for so many.
    pub(crate) async fn invites(&self, max_uses: i64) -> String {
        let body = json!({"maxUses": max_uses});
        let made = self.owner.post(&self.path("/invites"), body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let code = made.body["invite"]["code"].as_str();
        code.expect("a code").to_owned()
    }

    /// Lets somebody in.
    pub(crate) async fn admits(&self, person: &Person) {
        let code = self.invites(1).await;
        person.accepts(&code).await.succeeds();
    }

    /// A new role above all others.
    pub(crate) async fn makes_role(&self, name: &str, permissions: &[&str]) -> i64 {
        let body = json!({"name": name, "permissions": permissions, "position": 250});
        let made = self.owner.post(&self.path("/roles"), body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        number(&made.body["role"]["id"])
    }

    /// Makes somebody's roles these.
    pub(crate) async fn gives(&self, person: &Person, roles: &[i64]) {
        let path = self.membership_of(person).await;
        let body = json!({"roleIds": roles});
        self.owner.patch(&path, body).await.succeeds();
    }

    /// A new channel.
    pub(crate) async fn makes_channel(&self, name: &str) -> i64 {
        let path = self.path("/channels");
        let made = self.owner.post(&path, json!({"name": name})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        number(&made.body["channel"]["id"])
    }

    /// The id of the role that everybody has.
    pub(crate) async fn everyone(&self) -> i64 {
        let roles = self.owner.reads(&self.path("/roles")).await;
        number(&roles["roles"][0]["id"])
    }

    /// What a channel allows and denies to a role, as its owner says.
    pub(crate) async fn overwrites(&self, channel: i64, role: i64, allow: &[&str], deny: &[&str]) {
        let path = self.path(&format!("/channels/{channel}/overwrites/roles/{role}"));
        let body = json!({"allow": allow, "deny": deny});
        let reply = self.owner.does(Method::PUT, &path, Some(body)).await;
        assert_eq!(reply.status, 204, "{}", reply.body);
    }
}

/// The number that is in an answer.
#[track_caller]
pub(crate) fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

impl Person {
    /// The id of their account.
    pub(crate) async fn id(&self) -> i64 {
        number(&self.reads("/api/whoami").await["user_id"])
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.does(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.does(Method::DELETE, path, None).await
    }

    pub(crate) async fn does(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        Reply::of(request).await
    }

    /// Comes into a server with an invite.
    pub(crate) async fn accepts(&self, code: &str) -> Reply {
        self.post(&format!("/invites/{code}/accept"), json!({}))
            .await
    }
}

impl Reply {
    /// Asserts that a route of the platform refused with `status` and `code`.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, code: &str) {
        let said = (self.status, &self.body["error"]);
        assert_eq!(said, (status, &json!(code)), "{}", self.body);
        assert_eq!(self.body["ok"], false);
    }

    /// Asserts that it was done and there is nothing to say.
    #[track_caller]
    pub(crate) fn is_done(&self) {
        assert_eq!(self.status, 204, "{}", self.body);
    }
}
