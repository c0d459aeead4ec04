//! The commands there are.

use futures_util::future::BoxFuture;

use super::{Commands, call::Call, files, messages, people};
use crate::kernel::Result;

/// One command.
pub(super) struct Command {
    /// Its words, without the slash.
    pub(super) name: &'static str,
    /// What comes after them.
    pub(super) takes: &'static str,
    /// What it does.
    pub(super) about: &'static str,
    /// Where it can be typed.
    pub(super) place: Where,
    /// Who may.
    pub(super) who: Who,
    /// Does it.
    pub(super) run: Run,
}

impl Command {
    /// How it is typed.
    pub(super) fn usage(&self) -> String {
        format!("/{} {}", self.name, self.takes)
            .trim_end()
            .to_owned()
    }
}

/// Does what was typed, and says what came of it.
type Run = for<'a> fn(&'a Commands, &'a Call) -> BoxFuture<'a, Result<String>>;

/// Where a command can be typed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Where {
    Anywhere,
    Public,
    Dm,
    Group,
    Channel,
}

/// Who may use a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    Everybody,
    Admin,
    Superadmin,
    /// Who may delete what others say there: a group's owner, the moderators of a channel, admins.
    Moderator,
}

const fn entry(
    name: &'static str,
    takes: &'static str,
    about: &'static str,
    (place, who): (Where, Who),
    run: Run,
) -> Command {
    Command {
        name,
        takes,
        about,
        place,
        who,
        run,
    }
}

const ALL: (Where, Who) = (Where::Anywhere, Who::Everybody);

/// Every command. One that is there twice does different things in different places.
pub(super) const COMMANDS: &[Command] = &[
    entry("help", "", "what you can type here", ALL, |all, call| {
        Box::pin(all.help(call))
    }),
    entry(
        "user info",
        "<name>",
        "what is known of a person",
        ALL,
        |all, call| Box::pin(people::info(all, call)),
    ),
    entry("user list", "", "who is online", ALL, |all, _| {
        Box::pin(people::list(all))
    }),
    entry("channel info", "", "where you are", ALL, |all, call| {
        Box::pin(messages::channel_info(all, call))
    }),
    entry(
        "message send",
        "<channel> <text>",
        "say something in another channel",
        ALL,
        |all, call| Box::pin(messages::send(all, call)),
    ),
    entry("file list", "", "your shared files", ALL, |all, call| {
        Box::pin(files::list(all, call))
    }),
    entry(
        "file info",
        "<id>",
        "what is known of a file",
        ALL,
        |all, call| Box::pin(files::info(all, call)),
    ),
    entry(
        "file delete",
        "<id>",
        "delete a file of yours",
        ALL,
        |all, call| Box::pin(files::delete(all, call)),
    ),
    entry(
        "file upload",
        "<url>",
        "share a file that is on the Internet",
        (Where::Anywhere, Who::Admin),
        |all, call| Box::pin(files::upload(all, call)),
    ),
    entry(
        "clear",
        "<number>",
        "delete the newest messages",
        (Where::Public, Who::Admin),
        |all, call| Box::pin(messages::clear(all, call)),
    ),
    entry(
        "clear",
        "<number>",
        "delete the newest messages",
        (Where::Channel, Who::Moderator),
        |all, call| Box::pin(messages::clear(all, call)),
    ),
    entry(
        "clearall",
        "",
        "delete all messages",
        (Where::Public, Who::Admin),
        |all, call| Box::pin(messages::clear_all(all, call)),
    ),
    entry(
        "clearall",
        "",
        "delete all messages of this group",
        (Where::Group, Who::Moderator),
        |all, call| Box::pin(messages::clear_all(all, call)),
    ),
    entry(
        "clearall",
        "",
        "delete this conversation for both",
        (Where::Dm, Who::Superadmin),
        |all, call| Box::pin(messages::clear_all(all, call)),
    ),
    entry(
        "addadmin",
        "<name>",
        "make somebody an admin",
        (Where::Anywhere, Who::Superadmin),
        |all, call| Box::pin(people::set_admin(all, call, true)),
    ),
    entry(
        "rmadmin",
        "<name>",
        "make an admin an ordinary user",
        (Where::Anywhere, Who::Superadmin),
        |all, call| Box::pin(people::set_admin(all, call, false)),
    ),
];
