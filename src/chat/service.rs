//! What people can do in conversations: everything that can be refused is refused here.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dashmap::DashMap;
use entity::{ConversationId, MessageId, UserId, conversation::Kind};

use super::{
    Groups,
    antispam::{AntispamSettings, AntispamState},
    attachment::Attachments,
    event::{Changed, ReadState, Sent, SystemMessage},
    history::History,
    mentions,
    model::{
        Amendment, Audience, Body, Change, ConversationName, NewMessage, Nonce, Place, Reply,
        Stored,
    },
    publish::Publisher,
    render,
    rights::{self, MessageFacts},
    split, store,
    typing::Typing,
    writer::{Answer, Writer},
};
use crate::{
    account::{Directory, User},
    kernel::{Cache, Clock, Db, Error, Result, Tasks, error::ErrorKind},
    settings::{Key, Settings},
    socket::{Arrival, Delivery, Room},
};

/// DMs whose id is kept in memory.
const DM_CAPACITY: u64 = 100_000;
/// How often the memory of quiet senders is given up.
const ANTISPAM_SWEEP: Duration = Duration::from_mins(1);

/// The chat service. Cheap to clone.
#[derive(Clone)]
pub struct Chat {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) groups: Groups,
    pub(super) history: History,
    clock: Clock,
    settings: Settings,
    delivery: Delivery,
    writer: Writer,
    tasks: Tasks,
    typing: Typing,
    attachments: Attachments,
    public: ConversationId,
    dms: Cache<(UserId, UserId), ConversationId>,
    /// None while limits are off.
    antispam: Option<Arc<DashMap<UserId, AntispamState>>>,
    started: Instant,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Who is in which group.
    pub groups: Groups,
    /// Switches.
    pub settings: Settings,
    /// Live sockets.
    pub delivery: Delivery,
    /// Background tasks.
    pub tasks: Tasks,
    /// Where uploaded files are.
    pub files: std::path::PathBuf,
    /// Whether anti-spam is on.
    pub limits: bool,
}

/// What somebody wants to say, before any of it is checked.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Markdown.
    pub source: String,
    /// Stored name of a file.
    pub attachment: Option<String>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The sender's own key for it.
    pub nonce: Option<String>,
}

impl Chat {
    /// Starts the service.
    pub async fn start(parts: Parts) -> Result<Self> {
        let public = store::public_conversation(parts.db.reader()).await?;
        let typing = Typing::start(parts.delivery.clone(), &parts.tasks);
        let publisher = Publisher::new(parts.delivery.clone(), typing.clone());
        let writer = Writer::start(
            parts.db.clone(),
            parts.clock.clone(),
            publisher,
            &parts.tasks,
        );
        let chat = Self {
            history: History::new(parts.directory.clone()),
            db: parts.db,
            directory: parts.directory,
            groups: parts.groups,
            clock: parts.clock,
            settings: parts.settings,
            delivery: parts.delivery,
            writer,
            tasks: parts.tasks.clone(),
            typing,
            attachments: Attachments::new(parts.files),
            public,
            dms: Cache::new(DM_CAPACITY),
            antispam: parts.limits.then(Arc::default),
            started: Instant::now(),
        };
        let sweeping = chat.clone();
        parts.tasks.every(ANTISPAM_SWEEP, move || {
            sweeping.forget_quiet_senders();
            std::future::ready(())
        });
        Ok(chat)
    }

    /// Who is typing.
    pub fn typing(&self) -> &Typing {
        &self.typing
    }

    /// The account behind a caller, for as long as it may act.
    pub async fn require_user(&self, id: UserId) -> Result<Arc<User>> {
        let user = self.directory.find(id).await?;
        let user = user.ok_or_else(Error::unauthenticated)?;
        if user.banned_at.is_some() {
            return Err(Error::refused(
                "banned",
                "You are banned and cannot send messages",
            ));
        }
        Ok(user)
    }

    /// Puts a new socket into the rooms of its person's groups. Returns as of which
    /// [change](Groups::changes) of memberships.
    pub async fn join_rooms(&self, arrival: &Arrival) -> Result<u64> {
        loop {
            let before = self.groups.changes();
            let groups = self.groups.of(arrival.caller.user).await?;
            for group in &groups {
                arrival.join(Room::Conversation(*group));
            }
            // A change that fell between the look-up and the joining may have been missed.
            if self.groups.changes() == before {
                return Ok(before);
            }
            for group in &groups {
                arrival.leave(Room::Conversation(*group));
            }
        }
    }

    /// Joins again when memberships changed after `as_of`: from now on changes find the socket by
    /// themselves, but one in between may have missed it.
    pub fn join_again(&self, arrival: Arrival, as_of: u64) {
        if self.groups.changes() != as_of {
            let chat = self.clone();
            self.tasks.spawn(async move {
                if let Err(error) = chat.join_rooms(&arrival).await {
                    error.log("connect");
                }
            });
        }
    }

    /// The public chat.
    pub fn public(&self) -> Place {
        Place {
            id: self.public,
            audience: Audience::Public,
        }
    }

    /// The DM of `user` with the person called `peer`, made if there is none.
    pub async fn dm(&self, user: &Arc<User>, peer: &str) -> Result<Place> {
        let peer = self
            .directory
            .find_by_name(peer)
            .await?
            .ok_or_else(Error::user_not_found)?;
        let pair = (user.id.min(peer.id), user.id.max(peer.id));
        let opened = self
            .dms
            .get_or_load(&pair, async || {
                if let Some(id) = store::find_dm(self.db.reader(), pair).await? {
                    return Ok(Some(id));
                }
                let tx = self.db.begin().await?;
                let id = store::open_dm(&tx, pair, self.clock.now()).await?;
                tx.commit().await?;
                Ok::<_, Error>(Some(id))
            })
            .await?;
        Ok(Place {
            id: opened.ok_or_else(Error::not_found)?,
            audience: Audience::Dm([user.clone(), peer]),
        })
    }

    /// The group `id`, for one of its members.
    pub async fn group(&self, user: &User, id: ConversationId) -> Result<Place> {
        let group = self.groups.require_member(id, user.id).await?;
        Ok(Place {
            id,
            audience: Audience::Gdm(group),
        })
    }

    /// The conversation that `user` calls `name`, if it exists and they may read it. Unlike
    /// [`Chat::dm`] it makes nothing.
    pub async fn find_place(
        &self,
        user: &Arc<User>,
        name: &ConversationName,
    ) -> Result<Option<Place>> {
        match name {
            ConversationName::Public => Ok(Some(self.public())),
            ConversationName::Gdm(id) => match self.group(user, *id).await {
                Ok(place) => Ok(Some(place)),
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) =>
                {
                    Ok(None)
                }
                Err(error) => Err(error),
            },
            ConversationName::Dm(peer) => {
                let Some(peer) = self.directory.find_by_name(peer).await? else {
                    return Ok(None);
                };
                let pair = (user.id.min(peer.id), user.id.max(peer.id));
                let found = self
                    .dms
                    .get_or_load(&pair, || store::find_dm(self.db.reader(), pair))
                    .await?;
                Ok(found.map(|id| Place {
                    id,
                    audience: Audience::Dm([user.clone(), peer]),
                }))
            }
        }
    }

    /// Says `draft` at `place`. `answer` is called once it is stored and published, or refused;
    /// the caller may go on to its next event meanwhile, whose order is kept.
    pub(super) async fn send(
        &self,
        user: Arc<User>,
        place: Place,
        draft: Draft,
        answer: impl FnOnce(Result<Sent>) + Send + 'static,
    ) {
        let name = place.audience.name_for(user.id).to_string();
        let mut messages = match self.prepare(&user, place, draft).await {
            Ok(messages) => messages,
            Err(error) => return answer(Err(error)),
        };
        if messages.len() == 1 {
            let answer: Answer = Box::new(move |stored| {
                answer(stored.map(|stored| sent(&stored, name, None)));
            });
            return self.writer.send(messages.swap_remove(0), answer);
        }
        answer(self.send_parts(messages, name).await);
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

    /// Checks a draft and makes it into one message, or several when it is too long for one.
    async fn prepare(
        &self,
        user: &Arc<User>,
        place: Place,
        draft: Draft,
    ) -> Result<Vec<NewMessage>> {
        self.require_may_send(user, &place)?;
        let nonce = draft.nonce.map(Nonce::parse).transpose()?;
        let attachment = match draft.attachment.filter(|name| !name.is_empty()) {
            Some(name) => Some(self.attachments.check(name).await?),
            None => None,
        };
        let source = draft.source.as_str();
        if source.trim().is_empty() && attachment.is_none() {
            return Err(Error::invalid("empty_message", "message is empty"));
        }
        let antispam = self.antispam_settings();
        let sources = split_source(source, &antispam)?;
        let reply = self.reply(&place, draft.reply_to).await?;
        if !self.is_resend(user, nonce.as_ref()).await? {
            self.check_spam(user, source, &antispam)?;
        }
        let logged =
            matches!(place.audience, Audience::Dm(_)) && self.settings.is_on(Key::GdSaveDmLogs);
        let mut messages = Vec::with_capacity(sources.len());
        for (index, source) in sources.into_iter().enumerate() {
            messages.push(NewMessage {
                body: self.body(&place, source).await?,
                place: place.clone(),
                sender: Some(user.clone()),
                attachment: attachment.clone().filter(|_| index == 0),
                reply: reply.clone().filter(|_| index == 0),
                nonce: nonce.as_ref().map(|nonce| nonce.part(index)),
                logged,
            });
        }
        Ok(messages)
    }

    fn require_may_send(&self, user: &User, place: &Place) -> Result<()> {
        let settings = self.settings.current();
        if settings.is_on(Key::MaintenanceMode) {
            return Err(Error::refused(
                "maintenance",
                "The server is under maintenance",
            ));
        }
        let switch = match &place.audience {
            Audience::Public => Key::PublicEnabled,
            Audience::Dm(_) => Key::DmEnabled,
            Audience::Gdm(_) => Key::GdmEnabled,
        };
        if !settings.is_on(switch) {
            return Err(Error::disabled());
        }
        match &place.audience {
            Audience::Public if settings.is_on(Key::AnnouncementsOnly) && !user.role.is_admin() => {
                Err(Error::refused(
                    "announcements_only",
                    "Only admins may post here",
                ))
            }
            Audience::Gdm(group) if !group.may_send(user) => {
                Err(Error::refused("locked", "This group is locked"))
            }
            _ => Ok(()),
        }
    }

    /// Renders a text and finds whom it mentions among those who can read it.
    async fn body(&self, place: &Place, source: String) -> Result<Body> {
        if render::contains_forbidden(&source) {
            return Err(Error::invalid(
                "bad_params",
                "bad params: the text contains control characters",
            ));
        }
        let mut known = std::collections::HashMap::new();
        for folded in mentions::candidates(&source) {
            if let Some(user) = self.directory.find_by_name(&folded).await?
                && place.audience.includes(user.id)
            {
                known.insert(folded, user);
            }
        }
        let ids = mentions::resolve(&source, |folded| known.get(folded).map(|user| user.id));
        let mentions = ids
            .into_iter()
            .filter_map(|id| {
                let user = known.values().find(|user| user.id == id)?;
                Some((id, user.username.clone()))
            })
            .collect();
        Ok(Body {
            text: render::render(&source),
            mentions,
            source,
        })
    }

    /// The message that is answered, if it is in the same conversation. Another id - deleted,
    /// elsewhere, made up - leaves no reply, as the documented API has it.
    async fn reply(&self, place: &Place, id: Option<MessageId>) -> Result<Option<Reply>> {
        let Some(id) = id else { return Ok(None) };
        let found = store::find_message(self.db.reader(), id).await?;
        let Some((row, _)) =
            found.filter(|(row, _)| row.conversation_id == place.id && row.deleted_at.is_none())
        else {
            return Ok(None);
        };
        Ok(Some(Reply {
            id,
            user: row.sender_id,
            username: self.history.author(row.sender_id).await?,
            snippet: render::snippet(&row.text),
        }))
    }

    /// Whether this nonce is stored already: a resend must not look like spam.
    async fn is_resend(&self, user: &User, nonce: Option<&Nonce>) -> Result<bool> {
        match (&self.antispam, nonce) {
            (Some(_), Some(nonce)) => {
                store::has_nonce(self.db.reader(), user.id, nonce.as_str()).await
            }
            _ => Ok(false),
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

    fn forget_quiet_senders(&self) {
        if let Some(states) = &self.antispam {
            let settings = self.antispam_settings();
            let now = self.started.elapsed();
            states.retain(|_, state| !state.is_idle(&settings, now));
        }
    }

    fn antispam_settings(&self) -> AntispamSettings {
        let values = self.settings.current();
        AntispamSettings::read(|name| Key::parse(name).map(|key| values.get(key)))
    }

    /// Gives a message another text.
    pub(super) async fn edit(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
        source: &str,
    ) -> Result<Changed> {
        let (place, facts, row) = self.changeable(user, kind, id).await?;
        rights::require_edit(user, &facts, &self.settings.current())?;
        if source.trim().is_empty() {
            return Err(Error::invalid("empty_message", "message is empty"));
        }
        let antispam = self.antispam_settings();
        antispam.limits.check(source).map_err(too_long)?;
        if row.source == source {
            return Ok(Changed {
                id,
                rev: row.rev,
                conversation: place.audience.name_for(user.id).to_string(),
            });
        }
        let body = self.body(&place, source.to_owned()).await?;
        self.amend(user, place, &row, Amendment::Edit(body)).await
    }

    /// Leaves only a tombstone of a message.
    pub(super) async fn delete(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
    ) -> Result<Changed> {
        let (place, facts, row) = self.changeable(user, kind, id).await?;
        rights::require_delete(user, &facts, &self.settings.current())?;
        self.amend(user, place, &row, Amendment::Delete).await
    }

    async fn amend(
        &self,
        user: &Arc<User>,
        place: Place,
        row: &store::Row,
        what: Amendment,
    ) -> Result<Changed> {
        let conversation = place.audience.name_for(user.id).to_string();
        let change = Change {
            place,
            message: row.id,
            seq: row.seq,
            by: user.clone(),
            what,
        };
        let stored = self.writer.change(change).await?;
        Ok(Changed {
            id: stored.id,
            rev: stored.rev,
            conversation,
        })
    }

    /// A message that `user` may know of, and what its rights depend on. One they may not know of
    /// is not found, like one that does not exist.
    async fn changeable(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
    ) -> Result<(Place, MessageFacts, store::Row)> {
        let found = store::find_message(self.db.reader(), id).await?;
        let (row, conversation) = found
            .filter(|(row, conversation)| conversation.kind == kind && row.deleted_at.is_none())
            .ok_or_else(Error::not_found)?;
        let place = self.history.place(&self.groups, &conversation).await?;
        let place = place.ok_or_else(Error::not_found)?;
        let author = match row.sender_id {
            Some(id) => self.directory.find(id).await?,
            None => None,
        };
        let facts = MessageFacts {
            kind,
            author: row.sender_id,
            author_is_admin: author.is_some_and(|author| author.role.is_admin()),
            group: match &place.audience {
                Audience::Gdm(group) => Some(group.clone()),
                _ => None,
            },
            readable: place.audience.includes(user.id),
        };
        if !facts.readable && !user.role.is_admin() {
            return Err(Error::not_found());
        }
        Ok((place, facts, row))
    }

    /// Notes that `user` has read up to `seq`, and tells their other sockets.
    pub(super) async fn mark_read(
        &self,
        user: &Arc<User>,
        name: &ConversationName,
        seq: i64,
        caller: Option<&crate::socket::Caller>,
    ) -> Result<ReadState> {
        if seq < 0 {
            return Err(Error::invalid(
                "bad_params",
                "bad params: seq is never negative",
            ));
        }
        let place = self.find_place(user, name).await?;
        let place = place.ok_or_else(Error::not_found)?;
        self.writer.mark_read(place.id, user.id, seq).await?;
        let standings = store::standings(self.db.reader(), user.id, Some(&[place.id])).await?;
        let state = ReadState {
            conversation: place.audience.name_for(user.id).to_string(),
            read_seq: standings.first().map_or(0, |standing| standing.read_seq),
            unread: standings.first().map_or(0, store::Standing::unread),
            mentions: standings.first().map_or(0, |standing| standing.mentions),
        };
        let room = [Room::User(user.id)];
        match caller {
            Some(caller) => self
                .delivery
                .emit_to_others(&room, "read_state", &state, caller),
            None => self.delivery.emit(&room, "read_state", &state),
        }
        Ok(state)
    }

    /// A private notice for one socket.
    pub(super) fn notice(&self, text: &str) -> SystemMessage {
        SystemMessage::new(text, self.clock.now())
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

/// The texts that a message is sent as: itself, or its parts when it is too long.
fn split_source(source: &str, antispam: &AntispamSettings) -> Result<Vec<String>> {
    if antispam.limits.check(source).is_ok() {
        return Ok(vec![source.to_owned()]);
    }
    split::split(source, &antispam.limits).map_err(too_long)
}

fn too_long(error: split::TooLong) -> Error {
    Error::new(ErrorKind::TooLarge, error.code(), error.to_string())
}
