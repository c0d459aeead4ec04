//! Making accounts, giving them new passwords, ending them, finding them.

use std::sync::Arc;

use entity::user::Role;
use serde_json::json;

use super::Moderation;
use crate::{
    account::{User, Username, username::UsernameError},
    kernel::{Error, Result},
    settings::Key,
    socket::Room,
};

/// The most people that a search finds.
const FOUND: u64 = 50;

impl Moderation {
    /// Makes an account for somebody else; its name.
    pub(super) async fn create_user(
        &self,
        actor: &Arc<User>,
        username: &str,
        password: String,
        role: Role,
    ) -> Result<String> {
        if let Err(error) = Username::parse(username) {
            return Err(invalid_name(error));
        }
        if password.is_empty() {
            return Err(Error::invalid("bad_params", "Provide password"));
        }
        let account = self
            .accounts
            .prepare_account(username, password, role)
            .await?;
        let (actor, username) = (actor.clone(), username.to_owned());
        self.complete(async move |it: Self| {
            let detail = json!({"role": role});
            let tx = it
                .begin(Some(&actor), "user.create", username, detail)
                .await?;
            Ok(it.accounts.create_with(tx, account).await?.username)
        })
        .await
    }

    /// Gives somebody else's account a new password; all of their sessions end.
    pub(super) async fn reset_password(
        &self,
        actor: &Arc<User>,
        name: &str,
        password: String,
    ) -> Result<()> {
        if name.is_empty() || password.is_empty() {
            return Err(Error::invalid("bad_params", "missing username or password"));
        }
        let target = self.person(name).await?;
        if target.role.is_superadmin() && target.id != actor.id {
            return Err(Error::forbidden());
        }
        let password = self.accounts.prepare_password(password).await?;
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let name = &target.username;
            let tx = it
                .begin(Some(&actor), "user.reset_password", name, json!({}))
                .await?;
            it.accounts.set_password_with(tx, &target, password).await
        })
        .await
    }

    /// Ends somebody's account, and takes away what they said; whether there was one.
    ///
    /// What others said to them stays theirs. Their messages go in the background: under the name of
    /// a deleted account they are nobody's from the moment on at which this returns.
    pub(super) async fn delete_user(&self, actor: &Arc<User>, name: &str) -> Result<bool> {
        let target = match self.person(name).await {
            Err(error) if error.code() == "user_not_found" => return Ok(false),
            target => target?,
        };
        if target.role.is_superadmin() {
            return Err(Error::invalid(
                "forbidden",
                "Cannot delete another superadmin",
            ));
        }
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let name = &target.username;
            let tx = it
                .begin(Some(&actor), "user.delete", name, json!({}))
                .await?;
            it.accounts.delete_with(tx, &target).await?;
            let news = json!({"deleted": name});
            it.delivery
                .emit(&[Room::Everyone], "user_list_refresh", &news);
            let notice = format!("{name} was deleted.");
            it.chat.notify(&[Room::Everyone], &notice);
            let emptying = it.clone();
            let id = target.id;
            it.tasks
                .spawn(async move { emptying.remove_messages_of(id).await });
            Ok(true)
        })
        .await
    }

    /// The names of people in which `text` occurs, whatever its case.
    pub(super) async fn find_people(&self, text: &str) -> Result<Vec<String>> {
        self.require_on(Key::UmSearchUser)?;
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.accounts.directory().containing(text, FOUND).await?;
        Ok(found.into_iter().map(|user| user.username).collect())
    }
}

fn invalid_name(error: UsernameError) -> Error {
    let text = if error == UsernameError::Reserved {
        "Reserved username"
    } else {
        "Invalid username (max 20 characters)"
    };
    Error::invalid("invalid_username", text)
}
