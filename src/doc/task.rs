//! One open document: everything that happens to it happens here, one thing after another.
//!
//! The task owns the document's text, who may do what with it and who has it open. It takes what
//! is in its mailbox, applies the edits among it to the text, stores them together, and only then
//! tells anybody: while a commit is under way the next edits gather. Everything that is not an edit
//! waits until the edits before it are stored.
//!
//! Since the text in memory is ahead of the database while a commit is under way, a commit that
//! fails costs the text: it is read again, and whoever has it open is given what was read.
//!
//! Cost of an edit: the merge (`reader.rs`, `text.rs`), its share of a commit (`writer.rs`), one
//! message to each Yjs editor; and to clients with whole texts one text at a time, at their pace.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use entity::{DocId, RevisionId, UserId, doc_member::Role};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    audience::Audience,
    awareness::Awareness,
    command::{Absence, Command, Reply, access_denied, edit_access_denied, unavailable},
    document::Document,
    engine::Shared,
    event::{DocEdited, DocSynced},
    log::{self, Append, Update},
    revision::{self, Keep},
    store,
    writer::Writer,
};
use crate::{
    kernel::{Error, Result},
    socket::{Room, Sid},
};

/// Commands that are taken at once.
const TURN: usize = 64;
/// How long a document stays open with nobody in it.
const IDLE: Duration = Duration::from_mins(1);
/// The same while somebody may come back whose last words are still on the way.
const IDLE_EXPECTING: Duration = Duration::from_mins(10);
/// When more documents than these are open, those with nobody in them are closed at once.
const MANY_OPEN: usize = 1_000;
/// After how many updates, or bytes of them, the log is folded into a snapshot.
const COMPACT_UPDATES: usize = 500;
const COMPACT_BYTES: usize = 64 * 1024;
/// How often the state of a document that is being edited is kept as a revision.
const REVISION_EVERY: Duration = Duration::from_mins(10);
/// From this many bytes that have to be looked at, work is done where it holds up nobody else.
const MUCH: usize = 16 * 1024;

/// Whose screen a text is on: one person in one session, over however many sockets.
pub(super) type Keeper = (UserId, Arc<str>);
/// The text and those who follow it with whole texts.
pub(super) type Text = Document<Sid, Keeper>;

/// An open document.
pub(super) struct Task {
    pub(super) id: DocId,
    pub(super) shared: Arc<Shared>,
    writer: Writer,
    /// Taken out only while it is worked on elsewhere.
    text: Option<Text>,
    /// The version that is in the database.
    pub(super) stored: i64,
    pub(super) name: String,
    pub(super) roles: HashMap<UserId, Role>,
    pub(super) audience: Audience,
    pub(super) awareness: Awareness,
    /// Edits that are in the text, but not in the database yet.
    batch: Vec<Pending>,
    /// Who edited last, and who else before.
    pub(super) editors: [Option<Editor>; 2],
    /// When the oldest edit was made that no revision has.
    unkept_since: Option<Instant>,
    /// Says when the snapshot is stored that is being stored.
    storing: Option<oneshot::Receiver<()>>,
    /// When somebody last wanted something.
    used: Instant,
    /// Set when the document was deleted or could not be read again.
    pub(super) absence: Option<Absence>,
}

/// Somebody who edited.
pub(super) type Editor = (UserId, Arc<str>);

/// An edit that waits to be stored.
struct Pending {
    editor: Editor,
    /// The socket that it came from.
    origin: Option<Sid>,
    /// None for an edit that changed nothing.
    update: Option<Vec<u8>>,
    version: i64,
    answer: Answer,
}

/// Who waits for an edit to be stored.
pub(super) enum Answer {
    /// A client with whole texts; whether it wants the merged text in the answer.
    Text(Reply<DocEdited>, bool),
    Sync(Reply<DocSynced>),
    Version(Reply<i64>),
}

impl Answer {
    fn fail(self, error: Error) {
        match self {
            Self::Text(reply, _) => drop(reply.send(Err(error))),
            Self::Sync(reply) => drop(reply.send(Err(error))),
            Self::Version(reply) => drop(reply.send(Err(error))),
        }
    }
}

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
        let reader = shared.db.reader();
        let Some((text, stored)) = log::load(&shared.db, id).await? else {
            return Ok(None);
        };
        let Some(row) = store::doc(reader, id).await? else {
            return Ok(None);
        };
        let members = store::members(reader, id).await?;
        let roles = members
            .into_iter()
            .map(|it| (it.user_id, it.role))
            .collect();
        let now = Instant::now();
        Ok(Some(Self {
            id,
            shared: shared.clone(),
            writer,
            // What the log holds may not be in a revision yet, if the server ended unasked.
            unkept_since: (text.log_len() > 0).then_some(now),
            text: Some(Document::new(text, stored)),
            stored,
            name: row.name,
            roles,
            audience: Audience::default(),
            awareness: Awareness::default(),
            batch: Vec::new(),
            editors: [None, None],
            storing: None,
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
                () = tokio::time::sleep_until(wake) => {
                    if self.is_idle() && self.shared.let_go(self.id, commands) {
                        break;
                    }
                }
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
            self.send_texts();
            self.keep_up().await;
        }
        self.end(stopping.is_cancelled()).await;
        self.absence.unwrap_or(Absence::Unreadable)
    }

    async fn carry_out(&mut self, command: Command) {
        self.used = Instant::now();
        match command {
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
                self.carry_out_settled(other).await;
            }
        }
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

    /// Lets `work` do something with the text that looks at so many `bytes`: here when that is
    /// quick, else where it holds up nobody. If it panics the text is given up and read again.
    pub(super) async fn with_bytes<R: Send + 'static>(
        &mut self,
        bytes: usize,
        work: impl FnOnce(&mut Text) -> R + Send + 'static,
    ) -> Result<R> {
        let mut text = self.text.take().ok_or_else(unavailable)?;
        let outcome = if bytes < MUCH {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut text)));
            outcome.ok().map(|outcome| (text, outcome))
        } else {
            let work = move || {
                let outcome = work(&mut text);
                (text, outcome)
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

    /// Puts an edit that is in the text now among those to be stored.
    pub(super) fn push(
        &mut self,
        editor: Editor,
        origin: Option<Sid>,
        (update, version): (Option<Vec<u8>>, i64),
        answer: Answer,
    ) {
        self.batch.push(Pending {
            editor,
            origin,
            update,
            version,
            answer,
        });
    }

    /// Stores the edits that are in the text, then tells everybody and answers.
    pub(super) async fn settle(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let mut updates = Vec::with_capacity(self.batch.len());
        for pending in &self.batch {
            updates.extend(pending.update.as_ref().map(|data| Update {
                author: pending.editor.0,
                data: data.clone(),
            }));
        }
        if !updates.is_empty() {
            let count = i64::try_from(updates.len()).unwrap_or(i64::MAX);
            let append = Append {
                doc: self.id,
                version: self.stored,
                updates,
            };
            if let Err(error) = self.writer.append(append).await {
                error.log("storing edits");
                return self.reload().await;
            }
            self.stored += count;
            self.unkept_since.get_or_insert_with(Instant::now);
        }
        for pending in std::mem::take(&mut self.batch) {
            if let Some(update) = &pending.update {
                self.tell_editors(&pending.editor, pending.origin, update, pending.version);
                self.note_editor(&pending.editor);
            }
            self.answer(pending);
        }
    }

    fn answer(&mut self, pending: Pending) {
        // Who does not wait any more needs no answer.
        match pending.answer {
            Answer::Text(reply, wants_text) => {
                let merged = wants_text.then(|| self.text_for(pending.origin)).flatten();
                let (version, content) = match merged {
                    Some((content, version)) => (version, Some(content)),
                    None => (pending.version, None),
                };
                drop(reply.send(Ok(DocEdited {
                    doc_id: self.id,
                    version,
                    content,
                })));
            }
            Answer::Sync(reply) => drop(reply.send(Ok(DocSynced {
                doc_id: self.id,
                version: pending.version,
            }))),
            Answer::Version(reply) => drop(reply.send(Ok(pending.version))),
        }
    }

    /// The current text as an answer to the socket, which then counts as having it.
    fn text_for(&mut self, sid: Option<Sid>) -> Option<(Arc<str>, i64)> {
        let text = self.text.as_mut()?;
        text.answered(sid?, Instant::now());
        Some((text.content(), text.version()))
    }

    fn note_editor(&mut self, editor: &Editor) {
        if self.editors[0]
            .as_ref()
            .is_none_or(|last| last.0 != editor.0)
        {
            self.editors.swap(0, 1);
            self.editors[0] = Some(editor.clone());
        }
    }

    /// Gives the text up, and with it what was not stored, and reads it again.
    async fn reload(&mut self) {
        for pending in std::mem::take(&mut self.batch) {
            pending.answer.fail(unavailable());
        }
        self.wait_for_snapshot().await;
        match log::load(&self.shared.db, self.id).await {
            Ok(Some((text, stored))) => {
                self.text = Some(Document::new(text, stored));
                self.stored = stored;
                self.tell_reloaded();
            }
            Ok(None) => self.absence = Some(Absence::Gone),
            Err(error) => {
                error.log("reading a document again");
                self.absence = Some(Absence::Unreadable);
            }
        }
    }

    fn wake_at(&self) -> Instant {
        let text = self.text.as_ref();
        let due = text.and_then(Document::next_due);
        let idle = self
            .audience
            .is_empty()
            .then(|| self.used + self.patience());
        let keep = self.unkept_since.map(|since| since + REVISION_EVERY);
        let wakes = [due, idle, keep];
        let soonest = wakes.into_iter().flatten().min();
        soonest.unwrap_or_else(|| Instant::now() + REVISION_EVERY)
    }

    fn is_idle(&self) -> bool {
        self.audience.is_empty() && self.used.elapsed() >= self.patience()
    }

    fn patience(&self) -> Duration {
        let is_expecting = self.text.as_ref().is_some_and(Document::expects_somebody);
        if self.shared.open_docs() > MANY_OPEN {
            Duration::ZERO
        } else if is_expecting {
            IDLE_EXPECTING
        } else {
            IDLE
        }
    }

    /// Folds the log into a snapshot when it has grown, and keeps a revision when it is time.
    async fn keep_up(&mut self) {
        let Some(text) = &self.text else { return };
        let (updates, bytes) = (text.text().log_len(), text.text().log_bytes());
        // Of a large text so much has to be written that it is done less often.
        let enough = COMPACT_BYTES.max(text.text().as_str().len() / 4);
        let is_time = |since: Instant| since.elapsed() >= REVISION_EVERY;
        if updates >= COMPACT_UPDATES || bytes >= enough {
            self.compact().await;
        } else if self.unkept_since.is_some_and(is_time)
            && let Err(error) = self.keep_revision(Keep::Automatic).await
        {
            error.log("keeping a revision");
            // Not again with every edit, nor all the time without any.
            self.unkept_since = Some(Instant::now());
        }
    }

    /// Takes a snapshot of the text and begins to store it, with a revision; edits go on meanwhile.
    /// If it cannot be stored the log stays what it is, and the next snapshot has it all.
    async fn compact(&mut self) {
        self.wait_for_snapshot().await;
        // Read anew from its own snapshot, the text takes a fraction of the memory.
        let compacted = self.with_text(|text| {
            let snapshot = text.compact()?;
            Ok::<_, Error>((snapshot, text.content()))
        });
        let (snapshot, content) = match compacted.await.flatten() {
            Ok(compacted) => compacted,
            Err(error) => return error.log("taking a snapshot"),
        };
        let (shared, id, version) = (self.shared.clone(), self.id, self.stored);
        let (done, stored) = oneshot::channel();
        self.shared.beside(async move {
            if let Err(error) = store_snapshot(&shared, id, version, snapshot, &content).await {
                error.log("storing a snapshot");
            }
            // A task that is gone does not wait for it.
            let _ = done.send(());
        });
        self.storing = Some(stored);
        self.unkept_since = None;
    }

    /// Waits until the snapshot is stored that is being stored, if one is.
    pub(super) async fn wait_for_snapshot(&mut self) {
        if let Some(stored) = self.storing.take() {
            // However it ended, it is not under way any more.
            drop(stored.await);
        }
    }

    /// Keeps the text as it is now.
    pub(super) async fn keep_revision(&mut self, keep: Keep) -> Result<Option<RevisionId>> {
        self.wait_for_snapshot().await;
        let content = self.text.as_mut().ok_or_else(unavailable)?.content();
        let now = self.shared.clock.now();
        let tx = self.shared.db.begin().await?;
        let kept = revision::checkpoint(&tx, self.id, self.stored, &content, now, keep).await?;
        tx.commit().await?;
        self.unkept_since = None;
        Ok(kept)
    }

    /// Leaves nobody behind; and when there is time, the edits in a revision and the next opening
    /// quick.
    async fn end(&mut self, is_urgent: bool) {
        for sid in self.audience.all() {
            self.shared.delivery.leave_socket(sid, Room::Doc(self.id));
            self.shared.note_left(sid, self.id);
        }
        let has_log = self.text.as_ref().is_some_and(|it| it.text().log_len() > 0);
        if self.absence.is_none() && has_log && !is_urgent {
            self.compact().await;
        }
        self.wait_for_snapshot().await;
    }
}

async fn store_snapshot(
    shared: &Shared,
    id: DocId,
    version: i64,
    snapshot: Vec<u8>,
    content: &Arc<str>,
) -> Result<()> {
    let now = shared.clock.now();
    let tx = shared.db.begin().await?;
    revision::checkpoint(&tx, id, version, content, now, Keep::Automatic).await?;
    log::save_snapshot(&tx, id, version, snapshot, now).await?;
    tx.commit().await?;
    Ok(())
}
