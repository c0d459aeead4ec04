//! Where a message that is a command leaves the way of messages.
//!
//! Which commands there are is not for this feature to know: the one that has them is asked about
//! everything that begins with a slash. What it takes is neither stored nor told to anybody else.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Chat, model::Place, pace::Doing, send::Draft};
use crate::{account::User, kernel::Result};

/// What somebody typed that may be a command.
#[derive(Clone, Debug)]
pub struct Typed {
    /// Who.
    pub user: Arc<User>,
    /// Where.
    pub place: Place,
    /// What, from the slash on.
    pub text: String,
}

/// Answers commands: with words for the one who typed it alone, or with none when it is a message
/// like any other.
pub type Commands = Box<dyn Fn(Typed) -> BoxFuture<'static, Option<Result<String>>> + Send + Sync>;

/// The answer to a command, where a message would have been answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Commanded {
    /// Always true: nothing was sent.
    pub command: bool,
    /// What came of it, as plain text. It comes as a private `system_message`, too.
    pub text: String,
}

impl Chat {
    /// Has `commands` be asked from now on.
    pub fn answer_commands(&self, commands: Commands) {
        // There is one place where the features are wired together, and it does so once.
        drop(self.commands.set(commands));
    }

    /// Counts a command that somebody types somewhere else than in a conversation.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn count_command(&self, user: &User) -> Result<()> {
        self.pace.count(user.id, Doing::Commanding)
    }

    /// What came of the draft as a command; none when it is none.
    pub(super) async fn try_command(
        &self,
        user: &Arc<User>,
        place: &Place,
        draft: &Draft,
    ) -> Option<Result<Commanded>> {
        let commands = self.commands.get()?;
        if !draft.source.starts_with('/') || draft.has_file() {
            return None;
        }
        // A client that did not get the answer sends it again; it is not to be done twice.
        let key = draft.nonce.clone().map(|nonce| (user.id, nonce));
        if let Some(key) = &key
            && self.commanded.contains_key(key)
        {
            return Some(Ok(said("Done.".to_owned())));
        }
        let typed = Typed {
            user: user.clone(),
            place: place.clone(),
            text: draft.source.clone(),
        };
        // A path that begins with a slash costs a command as well: nobody writes many.
        if let Err(error) = self.pace.count(user.id, Doing::Commanding) {
            return Some(Err(error));
        }
        let outcome = commands(typed).await?;
        if let (Ok(_), Some(key)) = (&outcome, key) {
            self.commanded.insert(key, ());
        }
        Some(outcome.map(said))
    }
}

fn said(text: String) -> Commanded {
    Commanded {
        command: true,
        text,
    }
}
