//! A server of the platform with everything that is measured on it. It is made once per data folder and kept in a file
//! beside the database, since the tokens of its apps are shown once.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{accounts::Account, rest::Rest};

const FILE: &str = "community.json";
const WIDGETS: usize = 10;
/// How many roles each member has.
const ROLES: usize = 2;

/// One server, owned by the first account; the other accounts are its members.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Community {
    pub(crate) server: u64,
    /// The channel that it began with.
    pub(crate) channel: u64,
    /// Where the webhook of that channel is posted to.
    pub(crate) webhook: String,
    pub(crate) widgets: Vec<Widget>,
    /// The token of an integration that may read members.
    pub(crate) token: String,
    /// The ids of the accounts, in their order.
    pub(crate) members: Vec<u64>,
}

/// A widget that all members see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Widget {
    pub(crate) app: u64,
    /// Where it is posted to.
    pub(crate) path: String,
}

/// Reads the server of a data folder, or none where there is none yet.
pub(crate) fn load(folder: &Path) -> Result<Option<Community>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path)?;
    let community = serde_json::from_str(&text);
    community.with_context(|| format!("{} is damaged", path.display()))
}

/// Makes sure that there is a server of all `accounts`, and answers it.
pub(crate) fn ensure(rest: &Rest, folder: &Path, accounts: &[Account]) -> Result<Community> {
    if let Some(community) = load(folder)? {
        ensure!(
            community.members.len() >= accounts.len(),
            "the server in {} has only {} members",
            folder.display(),
            community.members.len()
        );
        return Ok(community);
    }
    let community = make(rest, accounts)?;
    fs::write(folder.join(FILE), serde_json::to_string(&community)?)?;
    Ok(community)
}

fn make(rest: &Rest, accounts: &[Account]) -> Result<Community> {
    let owner = &accounts.first().context("no account")?.cookie;
    let server = rest.make(owner, "/servers", &json!({"name": "Benchmark"}))?;
    let server = number(&server["server"]["id"])?;
    let below = |rest: &str| format!("/servers/{server}{rest}");
    let roles = (1..=ROLES)
        .map(|number_of| {
            let role = json!({"name": format!("Role {number_of}"), "permissions": [], "position": number_of});
            number(&rest.make(owner, &below("/roles"), &role)?["role"]["id"])
        })
        .collect::<Result<Vec<_>>>()?;
    let invite = json!({"maxUses": accounts.len()});
    let invite = rest.make(owner, &below("/invites"), &invite)?;
    let accept = format!("/invites/{}/accept", text(&invite["invite"]["code"])?);
    let mut members = Vec::with_capacity(accounts.len());
    for account in accounts {
        let id = number(&rest.read(&account.cookie, "/api/whoami")?["user_id"])?;
        if !members.is_empty() {
            rest.make(&account.cookie, &accept, &json!({}))?;
        }
        let membership = below(&format!("/memberships/{id}"));
        rest.change(owner, &membership, &json!({"roleIds": roles}))?;
        members.push(id);
    }
    let channel = number(&rest.read(owner, &below(""))?["channels"][0]["id"])?;
    let app = |body: Value| rest.make(owner, &below("/apps"), &body);
    let webhook = app(json!({"kind": "webhook", "name": "CI", "channelId": channel}))?;
    let integration = app(json!({"kind": "integration", "name": "Members"}))?;
    let tokens = format!("/apps/{}/tokens", number(&integration["app"]["id"])?);
    let token = json!({"name": "bench", "scopes": ["read_member_profile"]});
    let token = rest.make(owner, &tokens, &token)?;
    let widgets = (1..=WIDGETS).map(|number_of| {
        let made = app(json!({"kind": "widget", "name": format!("Widget {number_of}")}))?;
        let id = number(&made["app"]["id"])?;
        rest.change(owner, &format!("/apps/{id}"), &json!({"visible": true}))?;
        Ok(Widget {
            app: id,
            path: path(&made["url"])?,
        })
    });
    Ok(Community {
        server,
        channel,
        webhook: path(&webhook["url"])?,
        widgets: widgets.collect::<Result<_>>()?,
        token: text(&token["secret"])?.to_owned(),
        members,
    })
}

fn number(value: &Value) -> Result<u64> {
    value.as_u64().context("an answer without the id")
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("an answer without the text")
}

/// The path of an address, which may come with its host or without.
fn path(url: &Value) -> Result<String> {
    let url = text(url)?;
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let begin = behind.find('/').context("an address without a path")?;
    Ok(behind[begin..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_with_its_host_and_without() -> Result<()> {
        for url in [
            "/webhooks/7/chtw_x",
            "http://localhost:3000/webhooks/7/chtw_x",
        ] {
            assert_eq!(path(&json!(url))?, "/webhooks/7/chtw_x");
        }
        assert!(path(&json!("http://localhost")).is_err());
        Ok(())
    }
}
