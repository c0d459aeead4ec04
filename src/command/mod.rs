//! Slash commands: things that are done by typing, in any conversation and in custom channels.
//!
//! What there is, where, and for whom is one [table]; a command is an entry in it and a function
//! that other features' services do the work for. The answer is for the one who typed it alone.
//! Something with a slash that is no command is a message, except that admins, who would have meant
//! one, are told so.

mod call;
mod files;
mod messages;
mod people;
mod table;

use std::sync::Arc;

use entity::user::Role;

use self::{
    call::{Call, Scene},
    table::{COMMANDS, Command, Where, Who},
};
use crate::{
    account::User,
    admin::Admin,
    chat::{Audience, Chat, Typed},
    file::Files,
    kernel::{Error, Result},
    permission::Permission,
    presence::Presence,
    settings::Settings,
};

/// The parts that commands are made of. Cheap to clone.
#[derive(Clone)]
pub struct Commands {
    /// Conversations.
    pub chat: Chat,
    /// Shared files.
    pub files: Files,
    /// Who is there.
    pub presence: Presence,
    /// What admins can do.
    pub admin: Admin,
    /// Switches.
    pub settings: Settings,
}

impl Commands {
    /// Has the chat ask here about what begins with a slash.
    pub fn start(self) {
        let chat = self.chat.clone();
        chat.answer_commands(Box::new(move |typed| {
            let commands = self.clone();
            Box::pin(async move { commands.answer(typed).await })
        }));
    }

    async fn answer(&self, typed: Typed) -> Option<Result<String>> {
        let scene = Scene::Conversation(typed.place);
        let call = Call::read(typed.user, scene, &typed.text)?;
        let answer = self.run(&call).await;
        if answer.is_none() && call.user.role.is_admin() {
            return Some(Err(unknown(&call)));
        }
        answer
    }

    /// What came of what `user` typed in a custom channel, of which there is `about` to say.
    ///
    /// # Errors
    /// `unknown_command` for what the channel itself may know; `rate_limited`; those of commands.
    pub async fn answer_in_custom_channel(
        &self,
        user: Arc<User>,
        about: String,
        typed: &str,
    ) -> Result<String> {
        self.chat.count_command(&user)?;
        let text = "A command begins with a slash, such as /help.";
        let call = Call::read(user, Scene::CustomChannel(about), typed)
            .ok_or_else(|| Error::invalid("unknown_command", text))?;
        let answer = self.run(&call).await;
        answer.unwrap_or_else(|| Err(unknown(&call)))
    }

    /// What came of a command; none when there is none of its name.
    async fn run(&self, call: &Call) -> Option<Result<String>> {
        match self.find(call).await {
            Ok(Some(command)) => Some((command.run)(self, call).await),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// The command that was typed, for who may use it where they typed it.
    async fn find(&self, call: &Call) -> Result<Option<&'static Command>> {
        let named: Vec<&Command> = COMMANDS.iter().filter(|one| call.names(one.name)).collect();
        if named.is_empty() {
            // The first word of a longer one: say how it goes on.
            let mut longer = COMMANDS
                .iter()
                .filter(|one| one.name.split(' ').next() == Some(call.name()));
            if let Some(first) = longer.next() {
                let usages = std::iter::once(first).chain(longer).map(Command::usage);
                let text = usages.collect::<Vec<_>>().join("\n");
                return Err(Error::invalid("bad_params", text));
            }
            return Ok(None);
        }
        for command in &named {
            if command.place.is(call.scene.audience()) {
                if self.may(command.who, call).await? {
                    return Ok(Some(command));
                }
                return Err(Error::refused("forbidden", "You may not do this."));
            }
        }
        Err(not_here())
    }

    async fn may(&self, who: Who, call: &Call) -> Result<bool> {
        let role = call.user.role;
        Ok(match (who, call.scene.audience()) {
            (Who::Everybody, _) => true,
            (Who::Superadmin, _) => role == Role::Superadmin,
            (Who::Moderator, Some(Audience::Gdm(group))) => {
                role.is_admin() || group.owner == call.user.id
            }
            (Who::Moderator, Some(Audience::Channel(channel))) => {
                let access = self
                    .chat
                    .servers()
                    .access(channel.server_id(), call.user.id)
                    .await?;
                access.is_some_and(|access| {
                    let found = access.server.channel(channel.id);
                    found.is_some_and(|channel| {
                        access
                            .in_channel(channel)
                            .contains(Permission::ManageMessages)
                    })
                })
            }
            (Who::Admin | Who::Moderator, _) => role.is_admin(),
        })
    }

    /// What the caller can use here, one a line.
    async fn help(&self, call: &Call) -> Result<String> {
        let mut lines = Vec::new();
        for command in COMMANDS {
            if command.place.is(call.scene.audience()) && self.may(command.who, call).await? {
                lines.push(format!("{}: {}", command.usage(), command.about));
            }
        }
        Ok(lines.join("\n"))
    }
}

impl Where {
    fn is(self, audience: Option<&Audience>) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public => matches!(audience, Some(Audience::Public)),
            Self::Dm => matches!(audience, Some(Audience::Dm(_))),
            Self::Group => matches!(audience, Some(Audience::Gdm(_))),
            Self::Channel => matches!(audience, Some(Audience::Channel(_))),
        }
    }
}

fn unknown(call: &Call) -> Error {
    let text = format!("Unknown command: /{}. Type /help.", call.name());
    Error::invalid("unknown_command", text)
}

fn not_here() -> Error {
    let text = "This command is not for this kind of conversation.";
    Error::invalid("not_here", text)
}
