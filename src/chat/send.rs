//! Saying something: everything that can be refused is refused before the writer sees it.

use std::sync::Arc;

use entity::{ConversationId, MessageId, UserId};
use futures_util::future::BoxFuture;

use super::{
    Chat, Turn,
    antispam::AntispamSettings,
    attachment,
    channels::is_outdated,
    event::Sent,
    model::{Audience, Author, NewMessage, Nonce, Place, Reply, Stored},
    render, split, store,
    writer::{self, Answer},
};
use crate::{
    account::User,
    file::Inline,
    kernel::{Error, Result, error::ErrorKind},
    settings::Key,
};

/// What somebody wants to say, before any of it is checked.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Markdown.
    pub source: String,
    /// Stored name of a file, or a JSON array of some.
    pub attachment: Option<String>,
    /// Files that come along instead.
    pub files: Vec<Inline>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The sender's own key for it.
    pub nonce: Option<String>,
}

impl Draft {
    /// Whether it is more than a text.
    pub(super) fn has_file(&self) -> bool {
        !self.files.is_empty()
            || self
                .attachment
                .as_ref()
                .is_some_and(|name| !name.is_empty())
    }
}

/// One attempt to say something in a server that may be changing.
struct Attempt {
    /// How many may follow.
    left: usize,
    /// Held while nobody may change the server, until it is said.
    turn: Option<Turn>,
}

impl Attempt {
    const fn first() -> Self {
        Self {
            left: writer::RETRIES,
            turn: None,
        }
    }
}

impl Chat {
    /// Says `draft` at `place`. `answer` is called once it is stored and published, or refused;
    /// the caller may go on to its next event meanwhile, whose order is kept.
    pub(super) async fn send(
        &self,
        user: Arc<User>,
        place: Place,
        draft: Draft,
        answer: impl FnOnce(Result<Sent>) + Send + 'static,
    ) {
        match self
            .keep_files(&user, &place, draft, Box::new(answer))
            .await
        {
            Ok((draft, answer)) => {
                let attempt = Attempt::first();
                self.try_send(user, place, draft, answer, attempt).await;
            }
            Err((error, answer)) => answer(Err(error)),
        }
    }

    /// The same, again as long as attempts are left and a server changes between the decision that
    /// something may be said in its channel and the storing. During the last one it does not.
    async fn try_send(
        &self,
        user: Arc<User>,
        place: Place,
        draft: Draft,
        answer: Box<dyn FnOnce(Result<Sent>) + Send>,
        attempt: Attempt,
    ) {
        let Attempt { left, turn } = attempt;
        let name = place.audience.name_for(user.id).to_string();
        let (id, nonce) = (place.id, draft.nonce.clone());
        let is_channel = place.audience.channel().is_some();
        let again = (is_channel && left > 0).then(|| (user.clone(), draft.clone()));
        let mut messages = match self.prepare(&user, place, draft).await {
            Ok(messages) => messages,
            Err(error) => {
                if let Some((user, draft)) = again.filter(|_| is_outdated(&error)) {
                    let chat = self.clone();
                    return chat.send_again(user, id, draft, answer, left - 1).await;
                }
                // What was stored stays stored, whatever would be said of it today.
                let before = self.stored_before(&user, id, nonce.as_deref()).await;
                return answer(match before {
                    Ok(Some(stored)) => Ok(sent(&stored, name, None)),
                    Ok(None) | Err(_) => Err(error),
                });
            }
        };
        if messages.len() == 1 {
            let message = messages.swap_remove(0);
            let (chat, text) = (self.clone(), message.body.source.clone());
            let answer: Answer = Box::new(move |stored| {
                if let Err(error) = &stored {
                    chat.forgive(user.id, &text, error);
                    if let Some((user, draft)) = again.filter(|_| is_outdated(error)) {
                        let tasks = chat.tasks.clone();
                        return tasks.spawn(chat.send_again(user, id, draft, answer, left - 1));
                    }
                }
                drop(turn);
                answer(stored.map(|stored| sent(&stored, name, None)));
            });
            return self.writer.send(message, answer);
        }
        answer(self.send_parts(messages, name).await);
    }

    /// Looks the channel up anew, as its server is by now.
    fn send_again(
        self,
        user: Arc<User>,
        channel: ConversationId,
        draft: Draft,
        answer: Box<dyn FnOnce(Result<Sent>) + Send>,
        left: usize,
    ) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            match self.prepare_attempt(&user, channel, left).await {
                Ok((place, attempt)) => self.try_send(user, place, draft, answer, attempt).await,
                Err(error) => answer(Err(error)),
            }
        })
    }

    async fn prepare_attempt(
        &self,
        user: &User,
        channel: ConversationId,
        left: usize,
    ) -> Result<(Place, Attempt)> {
        let turn = match left {
            0 => self.turn_in(channel).await?,
            _ => None,
        };
        let place = self.channel(user.id, channel).await?;
        Ok((place, Attempt { left, turn }))
    }

    async fn send_parts(&self, messages: Vec<NewMessage>, name: String) -> Result<Sent> {
        let mut parts = Vec::with_capacity(messages.len());
        for message in messages {
            parts.push(self.writer.send_and_wait(message).await?);
        }
        let last = parts.last().ok_or_else(Error::bad_params)?;
        let ids = parts.iter().map(|part| part.id).collect();
        Ok(sent(last, name, Some(ids)))
    }

    /// Refuses what cannot be sent to anybody, before a DM is opened for it.
    pub(super) fn require_sendable(&self, user: &User, draft: &Draft) -> Result<()> {
        self.require_not_timed_out(user)?;
        self.require_switched_on(Key::DmEnabled)?;
        if draft.source.trim().is_empty() && !draft.has_file() {
            return Err(empty());
        }
        split_source(&draft.source, &self.antispam_settings()).map(drop)
    }

    /// Checks a draft and makes it into one message, or several when it is too long for one.
    async fn prepare(
        &self,
        user: &Arc<User>,
        place: Place,
        draft: Draft,
    ) -> Result<Vec<NewMessage>> {
        self.require_not_timed_out(user)?;
        self.require_may_send(user, &place, &draft).await?;
        let nonce = draft.nonce.map(Nonce::parse).transpose()?;
        let attachment = match draft.attachment.filter(|name| !name.is_empty()) {
            Some(name) => Some(attachment::check(&self.files, name).await?),
            None => None,
        };
        let source = draft.source.as_str();
        if source.trim().is_empty() && attachment.is_none() {
            return Err(empty());
        }
        let antispam = self.antispam_settings();
        let sources = split_source(source, &antispam);
        let answered = self.readable_answered(user, &place, draft.reply_to).await?;
        let reply = self.reply(&place, answered, Some(user)).await?;
        if !self.is_resend(user, nonce.as_ref()).await? {
            // What is sent in parts is judged by its first one; what cannot be divided, by its length
            // among the rest.
            let judged = sources.as_ref().map_or(source, |parts| parts[0].as_str());
            self.check_spam(user, judged, &antispam)?;
            self.remember_accepted(user, nonce.as_ref());
        }
        let sources = sources?;
        let logged =
            matches!(place.audience, Audience::Dm(_)) && self.settings.is_on(Key::GdSaveDmLogs);
        let mut messages = Vec::with_capacity(sources.len());
        for (index, source) in sources.into_iter().enumerate() {
            let mut body = self.body(user, &place, source).await?;
            if user.shadow_banned_at.is_some() {
                body.calls_nobody();
            }
            messages.push(NewMessage {
                body,
                place: place.clone(),
                author: Author::User(user.clone()),
                card: None,
                attachment: attachment.clone().filter(|_| index == 0),
                reply: reply.clone().filter(|_| index == 0),
                nonce: nonce.as_ref().map(|nonce| nonce.part(index)),
                logged,
            });
        }
        Ok(messages)
    }

    /// Refuses who may say nothing for a while, wherever it is.
    pub fn require_not_timed_out(&self, user: &User) -> Result<()> {
        let left = user
            .timed_out_until
            .map(|until| until.0 - self.clock.now().0)
            .filter(|left| *left > 0);
        left.map_or(Ok(()), |milliseconds| {
            let seconds = u64::try_from(milliseconds)
                .unwrap_or_default()
                .div_ceil(1000);
            Err(Error::refused("timed_out", "You are timed out").after(seconds))
        })
    }

    pub(super) fn require_no_maintenance(&self) -> Result<()> {
        if self.settings.is_on(Key::MaintenanceMode) {
            let text = "The server is under maintenance";
            return Err(Error::refused("maintenance", text));
        }
        Ok(())
    }

    pub(super) fn require_switched_on(&self, switch: Key) -> Result<()> {
        self.require_no_maintenance()?;
        if self.settings.is_on(switch) {
            Ok(())
        } else {
            Err(Error::disabled())
        }
    }

    pub(super) async fn require_may_send(
        &self,
        user: &User,
        place: &Place,
        draft: &Draft,
    ) -> Result<()> {
        match &place.audience {
            Audience::Public => self.require_switched_on(Key::PublicEnabled)?,
            Audience::Dm(_) => self.require_switched_on(Key::DmEnabled)?,
            Audience::Gdm(_) => self.require_switched_on(Key::GdmEnabled)?,
            Audience::Channel(channel) => {
                self.require_no_maintenance()?;
                return self.require_may_speak(user, channel, draft).await;
            }
        }
        let settings = self.settings.current();
        match &place.audience {
            Audience::Public if settings.is_on(Key::AnnouncementsOnly) && !user.role.is_admin() => {
                Err(Error::refused(
                    "announcements_only",
                    "Only admins may post here",
                ))
            }
            Audience::Dm(pair) if pair.iter().any(|one| one.id == UserId::SYSTEM) => {
                Err(Error::refused("no_reply", "System does not read messages"))
            }
            Audience::Gdm(group) if !group.may_send(user) => {
                Err(Error::refused("locked", "This group is locked"))
            }
            _ => Ok(()),
        }
    }

    /// The message that is answered, if it is in the same conversation. Another id - deleted,
    /// elsewhere, made up - leaves no reply, as the documented API has it. What is hidden is
    /// answered by what is hidden alone: the answer quotes it.
    pub(super) async fn reply(
        &self,
        place: &Place,
        id: Option<MessageId>,
        by: Option<&User>,
    ) -> Result<Option<Reply>> {
        let Some(id) = id else { return Ok(None) };
        let found = store::find_message(self.db.reader(), id).await?;
        let Some((row, _)) =
            found.filter(|(row, _)| row.conversation_id == place.id && !row.is_deleted())
        else {
            return Ok(None);
        };
        let hidden = by.filter(|user| user.shadow_banned_at.is_some());
        let is_quotable = row
            .hidden_for()
            .is_none_or(|author| hidden.is_some_and(|user| user.id == author));
        if !is_quotable {
            return Ok(None);
        }
        Ok(Some(Reply {
            id,
            user: row.sender_id,
            username: self.history.author(&row).await?,
            snippet: render::snippet(&row.text),
        }))
    }

    /// Whether this nonce was accepted before: a resend must not look like spam, whether the first
    /// one is stored, still on its way, or was refused because the server was busy.
    async fn is_resend(&self, user: &User, nonce: Option<&Nonce>) -> Result<bool> {
        let (Some(_), Some(nonce)) = (&self.antispam, nonce) else {
            return Ok(false);
        };
        let key = (user.id, nonce.as_str().to_owned());
        Ok(self.accepted.contains_key(&key)
            || store::find_by_nonce(self.db.reader(), user.id, nonce.as_str())
                .await?
                .is_some())
    }

    pub(super) async fn stored_before(
        &self,
        user: &User,
        conversation: ConversationId,
        nonce: Option<&str>,
    ) -> Result<Option<Stored>> {
        let Some(nonce) = nonce else { return Ok(None) };
        let found = store::find_by_nonce(self.db.reader(), user.id, nonce).await?;
        Ok(found
            .filter(|(place, _)| *place == conversation)
            .map(|(_, stored)| stored))
    }

    fn remember_accepted(&self, user: &User, nonce: Option<&Nonce>) {
        if let (Some(_), Some(nonce)) = (&self.antispam, nonce) {
            self.accepted
                .insert((user.id, nonce.as_str().to_owned()), ());
        }
    }

    /// Takes back that anti-spam counted a message which the server then could not store: sending
    /// it again is what its sender was told to do.
    fn forgive(&self, user: UserId, source: &str, error: &Error) {
        let states = self.antispam.as_ref();
        if error.kind() == ErrorKind::Unavailable
            && let Some(mut state) = states.and_then(|states| states.get_mut(&user))
        {
            state.forget_last(Some(source));
        }
    }

    fn check_spam(&self, user: &User, source: &str, settings: &AntispamSettings) -> Result<()> {
        let Some(states) = self
            .antispam
            .as_ref()
            .filter(|_| !user.role.is_superadmin())
        else {
            return Ok(());
        };
        let text = (!source.trim().is_empty()).then_some(source);
        let now = self.started.elapsed();
        states
            .entry(user.id)
            .or_default()
            .check(settings, text, now)
            .map_err(|refusal| {
                Error::rate_limited(refusal.code, refusal.message, refusal.retry_after)
            })
    }

    pub(super) fn forget_quiet_senders(&self) {
        if let Some(states) = &self.antispam {
            let settings = self.antispam_settings();
            let now = self.started.elapsed();
            states.retain(|_, state| !state.is_idle(&settings, now));
        }
    }

    pub(super) fn antispam_settings(&self) -> AntispamSettings {
        let values = self.settings.current();
        AntispamSettings::read(|name| Key::parse(name).map(|key| values.get(key)))
    }
}

fn sent(stored: &Stored, conversation: String, ids: Option<Vec<MessageId>>) -> Sent {
    Sent {
        id: stored.id,
        seq: stored.seq,
        rev: stored.rev,
        conversation,
        created_at: stored.at,
        ids,
    }
}

pub(super) fn require_no_control_characters(source: &str) -> Result<()> {
    if render::contains_forbidden(source) {
        return Err(Error::invalid(
            "bad_params",
            "bad params: the text contains control characters",
        ));
    }
    Ok(())
}

pub(super) fn empty() -> Error {
    Error::invalid("empty_message", "message is empty")
}

/// The texts that a message is sent as: itself, or its parts when it is too long.
fn split_source(source: &str, antispam: &AntispamSettings) -> Result<Vec<String>> {
    if antispam.limits.check(source).is_ok() {
        return Ok(vec![source.to_owned()]);
    }
    split::split(source, &antispam.limits).map_err(too_long)
}

pub(super) fn too_long(error: split::TooLong) -> Error {
    Error::new(ErrorKind::TooLarge, error.code(), error.to_string())
}
