//! One open document: everything that happens to it happens here, one thing after another.
//!
//! The task owns the document's text, who may do what with it and who has it open. It takes what
//! is in its mailbox, applies the edits among it to the text, stores them together, and only then
//! tells anybody: while a commit is under way the next edits gather. Everything that is not an edit
//! waits until the edits before it are stored.
//!
//! Since the text in memory is ahead of the database while a commit is under way, a commit that
//! fails costs the text: it is read again, and whoever has it open is given what was read (see
//! `outage`).
//!
//! Cost of an edit: the merge (`reader.rs`, `text.rs`), its share of a commit (`writer.rs`), one
//! message to each Yjs editor; and to clients with whole texts one text at a time, at their pace.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use entity::{DocId, UserId, doc_member::Role};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    absent,
    audience::Audience,
    awareness::Awareness,
    batch::Pending,
    command::{Absence, Command, unavailable},
    document::Document,
    engine::Shared,
    log,
    memory::{Hold, Share},
    outage::Outage,
    rights::{access_denied, edit_access_denied},
    store,
    upkeep::REVISION_EVERY,
    writer::Writer,
};
use crate::{
    kernel::{Db, Error, Result},
    socket::{Room, Sid},
};

/// Commands that are taken at once.
const TURN: usize = 64;
/// How long a document stays open with nobody in it.
const IDLE: Duration = Duration::from_mins(1);
/// The same while somebody may come back whose last words are still on the way.
const IDLE_EXPECTING: Duration = Duration::from_mins(10);
/// From this many bytes that have to be looked at, work is done where it holds up nobody else.
const MUCH: usize = 16 * 1024;
/// From this many on, that is milliseconds, it is done when it is its turn.
const LONG: usize = 4 * 1024 * 1024;

/// Whose screen a text is on: one person in one session, over however many sockets.
pub(super) type Keeper = (UserId, Arc<str>);
/// The text and those who follow it with whole texts.
pub(super) type Text = Document<Sid, Keeper>;

impl absent::Keeper for Keeper {
    type Author = UserId;

    fn author(&self) -> UserId {
        self.0
    }
}

impl Text {
    /// A document that was just read. If it `was_open` until then, clients may come back that were
    /// shown what it was.
    pub(super) fn opened(stored: log::Stored, was_open: bool) -> Self {
        let text = Self::new(stored.text, stored.version);
        if was_open {
            text.with_past(stored.past, Instant::now())
        } else {
            text
        }
    }
}

/// An open document.
pub(super) struct Task {
    pub(super) id: DocId,
    pub(super) shared: Arc<Shared>,
    pub(super) writer: Writer,
    /// Taken out only while it is worked on elsewhere.
    pub(super) text: Option<Text>,
    /// The version that is in the database.
    pub(super) stored: i64,
    pub(super) name: String,
    pub(super) roles: HashMap<UserId, Role>,
    pub(super) audience: Audience,
    pub(super) awareness: Awareness,
    /// Edits that are in the text, but not in the database yet.
    pub(super) batch: Vec<Pending>,
    /// Who edited last, and who else before.
    pub(super) editors: [Option<Editor>; 2],
    /// When the oldest edit was made that no revision has.
    pub(super) unkept_since: Option<Instant>,
    /// Says when the snapshot is stored that is being stored, and whether it is.
    pub(super) storing: Option<oneshot::Receiver<bool>>,
    /// Before that nothing is folded or kept again, since it has just failed.
    pub(super) upkeep_from: Instant,
    /// When the text was last kept because most of it was about to go.
    pub(super) swept: Option<Instant>,
    /// Set while edits cannot be stored.
    pub(super) outage: Option<Outage>,
    /// What it occupies.
    pub(super) share: Share,
    /// For each person who has it open, what that counts for them.
    pub(super) holds: HashMap<UserId, Hold>,
    /// When somebody last wanted something.
    used: Instant,
    /// Set when the document is gone.
    pub(super) absence: Option<Absence>,
}

/// What a document is beside its text.
pub(super) struct Members {
    pub(super) name: String,
    pub(super) roles: HashMap<UserId, Role>,
}

impl Members {
    /// As they are stored; none when there is no such document.
    pub(super) async fn read(db: &Db, id: DocId) -> Result<Option<Self>> {
        let db = db.reader();
        let Some(doc) = store::doc(db, id).await? else {
            return Ok(None);
        };
        let members = store::members(db, id).await?.into_iter();
        Ok(Some(Self {
            name: doc.name,
            roles: members.map(|it| (it.user_id, it.role)).collect(),
        }))
    }
}

/// Somebody who edited.
pub(super) type Editor = (UserId, Arc<str>);

/// Opens the document `id` and works off `commands` until nobody needs it any more.
pub(super) async fn run(
    id: DocId,
    shared: Arc<Shared>,
    writer: Writer,
    mut commands: mpsc::Receiver<Command>,
    stopping: CancellationToken,
) {
    let absence = match Task::open(id, shared, writer).await {
        Ok(Some(task)) => task.work(&mut commands, &stopping).await,
        Ok(None) => Absence::Gone,
        Err(error) => {
            error.log("opening a document");
            Absence::Unreadable
        }
    };
    commands.close();
    while let Some(command) = commands.recv().await {
        command.refuse(absence);
    }
}

impl Task {
    async fn open(id: DocId, shared: Arc<Shared>, writer: Writer) -> Result<Option<Self>> {
        let Some(stored) = shared.load(id).await? else {
            return Ok(None);
        };
        let Some(members) = Members::read(&shared.db, id).await? else {
            return Ok(None);
        };
        let now = Instant::now();
        let share = shared.memory.share(stored.text.memory());
        let share = share.ok_or_else(Error::busy)?;
        let was_open = stored.updated_at.is_some_and(|at| at < shared.started);
        Ok(Some(Self {
            id,
            shared: shared.clone(),
            writer,
            // What the log holds may not be in a revision yet, if the server ended unasked.
            unkept_since: (stored.text.log_len() > 0).then_some(now),
            stored: stored.version,
            text: Some(Text::opened(stored, was_open)),
            name: members.name,
            roles: members.roles,
            audience: Audience::default(),
            awareness: Awareness::default(),
            batch: Vec::new(),
            editors: [None, None],
            storing: None,
            upkeep_from: now,
            swept: None,
            outage: None,
            share,
            holds: HashMap::new(),
            used: now,
            absence: None,
        }))
    }

    async fn work(
        mut self,
        commands: &mut mpsc::Receiver<Command>,
        stopping: &CancellationToken,
    ) -> Absence {
        let mut taken = Vec::with_capacity(TURN);
        while self.absence.is_none() {
            let crowded = self.shared.memory.crowded();
            let wake = tokio::time::Instant::from_std(self.wake_at());
            tokio::select! {
                biased;
                received = commands.recv_many(&mut taken, TURN) => {
                    if received == 0 {
                        break;
                    }
                }
                // What was asked before is still done.
                () = stopping.cancelled(), if !commands.is_closed() => commands.close(),
                () = tokio::time::sleep_until(wake) => {}
                () = crowded => {}
            }
            if taken.is_empty() && self.is_idle() && self.shared.let_go(self.id, commands) {
                break;
            }
            let mut asked = taken.drain(..);
            for command in asked.by_ref() {
                self.carry_out(command).await;
                if self.absence.is_some() {
                    break;
                }
            }
            if let Some(absence) = self.absence {
                asked.for_each(|command| command.refuse(absence));
                break;
            }
            drop(asked);
            self.settle().await;
            self.recover().await;
            if !self.is_unread() {
                self.send_texts();
                self.keep_up().await;
            }
            self.note_memory();
        }
        self.end(stopping.is_cancelled()).await;
        self.absence.unwrap_or(Absence::Unreadable)
    }

    async fn carry_out(&mut self, command: Command) {
        self.used = Instant::now();
        match command {
            Command::Leave(sid, reply) => {
                if self.audience.get(sid).is_some() {
                    self.settle().await;
                    self.leave(sid);
                }
                // Who does not wait any more needs no answer.
                drop(reply.send(Ok(())));
            }
            other if self.is_unread() => other.refuse(Absence::Unreadable),
            Command::Edit {
                person,
                content,
                base_version,
                reply,
            } => self.edit(&person, content, base_version, reply).await,
            Command::Sync(person, message, reply) => self.sync(&person, &message, reply).await,
            Command::Awareness(person, message, reply) => {
                drop(reply.send(self.hear(&person, &message)));
            }
            other => {
                self.settle().await;
                match self.missing() {
                    Some(absence) => other.refuse(absence),
                    None => self.carry_out_settled(other).await,
                }
            }
        }
    }

    /// Why nothing can be done with the text, if nothing can.
    pub(super) fn missing(&self) -> Option<Absence> {
        let unread = self.is_unread().then_some(Absence::Unreadable);
        self.absence.or(unread)
    }

    /// What `user` may do, if they are a member.
    pub(super) fn require_member(&self, user: UserId) -> Result<Role> {
        self.roles.get(&user).copied().ok_or_else(access_denied)
    }

    /// Refuses who may not edit.
    pub(super) fn require_editor(&self, user: UserId) -> Result<()> {
        if self.require_member(user)?.may_edit() {
            Ok(())
        } else {
            Err(edit_access_denied())
        }
    }

    /// Lets `work` do something with the text that looks at all of it.
    pub(super) async fn with_text<R: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Text) -> R + Send + 'static,
    ) -> Result<R> {
        let bytes = self.text.as_ref().map_or(0, |it| it.text().as_str().len());
        self.with_bytes(bytes, work).await
    }

    /// Lets `work` do something with the text and its history that is as much as to look at so many
    /// `bytes`: here when that is quick, else where it holds up nobody. If it panics the text is
    /// given up and read again.
    pub(super) async fn with_bytes<R: Send + 'static>(
        &mut self,
        bytes: usize,
        work: impl FnOnce(&mut Text) -> R + Send + 'static,
    ) -> Result<R> {
        let mut text = self.text.take().ok_or_else(unavailable)?;
        let bytes = bytes.max(text.text().effort());
        let outcome = if bytes < MUCH {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut text)));
            outcome.ok().map(|outcome| (text, outcome))
        } else {
            let work = move || {
                let outcome = work(&mut text);
                (text, outcome)
            };
            // Never closed.
            let working = &self.shared.working;
            let _permit = match bytes {
                ..LONG => None,
                _ => working.acquire().await.ok(),
            };
            tokio::task::spawn_blocking(work).await.ok()
        };
        if let Some((text, outcome)) = outcome {
            self.text = Some(text);
            return Ok(outcome);
        }
        tracing::error!(doc = %self.id, "working on a document panicked");
        self.reload().await;
        Err(unavailable())
    }

    /// The text, which is there whenever nothing is under way.
    pub(super) fn text(&mut self) -> Option<&mut Text> {
        self.text.as_mut()
    }

    fn wake_at(&self) -> Instant {
        let text = self.text.as_ref().filter(|_| !self.is_unread());
        let due = text.and_then(Document::next_due);
        let idle = self
            .audience
            .is_empty()
            .then(|| self.used + self.patience());
        let unkept_since = self.unkept_since.filter(|_| !self.is_unread());
        let keep = unkept_since.map(|since| since + REVISION_EVERY);
        let keep = keep.map(|keep| keep.max(self.upkeep_from));
        let wakes = [due, idle, keep, self.recovery_due()];
        let soonest = wakes.into_iter().flatten().min();
        soonest.unwrap_or_else(|| Instant::now() + REVISION_EVERY)
    }

    fn is_idle(&self) -> bool {
        self.audience.is_empty() && self.used.elapsed() >= self.patience()
    }

    fn patience(&self) -> Duration {
        let is_expecting = self.text.as_ref().is_some_and(Document::expects_somebody);
        if self.shared.is_crowded() {
            Duration::ZERO
        } else if is_expecting {
            IDLE_EXPECTING
        } else {
            IDLE
        }
    }

    /// Leaves nobody behind; and when there is time, the edits in a revision and the next opening
    /// quick.
    async fn end(&mut self, is_urgent: bool) {
        for sid in self.audience.all() {
            self.shared.delivery.leave_socket(sid, Room::Doc(self.id));
            self.shared.note_left(sid, self.id);
        }
        let has_log = self.text.as_ref().is_some_and(|it| it.text().log_len() > 0);
        if self.absence.is_none() && !self.is_unread() && has_log && !is_urgent {
            self.compact().await;
        }
        self.wait_for_snapshot().await;
    }
}
