//! The open documents: finds a document's task, or starts it.
//!
//! Owns which documents are open, and which sockets are in which. Invariants: a document has one
//! task at a time, however many ask for it at once; a task that ends is gone before the next one
//! begins; and whoever asks an open document too much waits for its mailbox and is never dropped.
//!
//! What is open is bounded, by number and by memory: beyond half of that documents with nobody in
//! them are closed at once, and beyond all of it no other one is opened.
//!
//! Cost of asking: a look into a map and a slot in the document's mailbox.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use dashmap::DashMap;
use entity::{DocId, RevisionId, Timestamp, UserId, doc_member::Role};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    command::{Command, Content, Reply},
    log::{self, Stored},
    memory::Memory,
    model::{DocName, MemberChange, RevisionName},
    task,
    writer::Writer,
};
use crate::{
    account::Directory,
    kernel::{Clock, Db, Error, Result, Tasks, metrics},
    socket::{Delivery, Sid},
};

/// Commands that may wait for one document; beyond them those who ask wait.
const MAILBOX: usize = 64;
/// Documents that may be open at once; beyond them opening another is refused with `busy`.
const MAX_OPEN: usize = 10_000;
/// When more documents than these are open, those with nobody in them are closed at once.
const MANY_OPEN: usize = MAX_OPEN / 10;
/// Documents that one socket may have open.
const MAX_OF_SOCKET: usize = 64;
/// Documents that may be read at the same time: whatever their size, that takes several times as
/// much memory.
const OPENING: usize = 8;

/// The open documents. Cheap to clone.
#[derive(Clone)]
pub(super) struct Engine(Arc<Shared>);

/// What the tasks of all documents share.
pub(super) struct Shared {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) directory: Directory,
    pub(super) delivery: Delivery,
    /// When the engine started: before that another one may have had documents open.
    pub(super) started: Timestamp,
    /// What the open documents occupy.
    pub(super) memory: Memory,
    /// Permits to read a document.
    opening: Semaphore,
    /// Permits to work for long: no more of that at once than there are cores. What is short needs
    /// none.
    pub(super) working: Semaphore,
    tasks: Tasks,
    open: DashMap<DocId, Handle>,
    /// What sockets have open, and what their people may do with it.
    joined: DashMap<Sid, HashMap<DocId, Role>>,
    /// Taken away when the server stops, so that the writer ends with the last open document.
    writer: Mutex<Option<Writer>>,
}

/// The way to one document's task.
#[derive(Clone)]
struct Handle {
    /// None once the task is ending.
    mailbox: Option<mpsc::Sender<Command>>,
    /// Cancelled when it has ended, and another one can begin.
    ended: CancellationToken,
}

impl Engine {
    /// An engine with no document open.
    pub(super) fn start(
        db: Db,
        clock: Clock,
        directory: Directory,
        delivery: Delivery,
        tasks: Tasks,
    ) -> Self {
        let writer = Writer::start(db.clone(), clock.clone(), &tasks);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let engine = Self(Arc::new(Shared {
            started: clock.now(),
            db,
            clock,
            directory,
            delivery,
            memory: Memory::default(),
            opening: Semaphore::new(OPENING),
            working: Semaphore::new(cores),
            tasks,
            open: DashMap::new(),
            joined: DashMap::new(),
            writer: Mutex::new(Some(writer)),
        }));
        let (stopping, shared) = (engine.0.tasks.stopping(), engine.0.clone());
        engine.0.tasks.spawn(async move {
            stopping.cancelled().await;
            shared.take_writer();
        });
        engine
    }

    /// Asks the document `id`, opening it if it is not open, and waits for the answer.
    pub(super) async fn ask<T>(
        &self,
        id: DocId,
        command: impl FnOnce(Reply<T>) -> Command,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.tell(id, command(reply)).await?;
        answer.await.unwrap_or_else(|_| Err(Error::busy()))
    }

    /// Hands `command` to the document `id`, opening it if it is not open, and waits for a place in
    /// its mailbox. A command that could not be handed over is dropped.
    pub(super) async fn tell(&self, id: DocId, mut command: Command) -> Result<()> {
        loop {
            let Handle { mailbox, ended } = self.open(id)?;
            if let Some(mailbox) = mailbox {
                match mailbox.send(command).await {
                    Ok(()) => return Ok(()),
                    Err(refused) => command = refused.0,
                }
            }
            // It is just being closed: not before it is gone can it be opened again.
            ended.cancelled().await;
        }
    }

    /// The text of the document `id`.
    pub(super) async fn content(&self, id: DocId) -> Result<Content> {
        self.ask(id, Command::Content).await
    }

    /// Makes `change` to who is in the document, for `actor`.
    pub(super) async fn change_members(
        &self,
        id: DocId,
        change: MemberChange,
        actor: UserId,
    ) -> Result<()> {
        self.ask(id, |reply| Command::ChangeMembers(change, actor, reply))
            .await
    }

    /// Gives the document another name, for `actor`.
    pub(super) async fn rename(&self, id: DocId, name: DocName, actor: UserId) -> Result<()> {
        self.ask(id, |reply| Command::Rename(name, actor, reply))
            .await
    }

    /// Deletes the document, for `actor`.
    pub(super) async fn delete(&self, id: DocId, actor: UserId) -> Result<()> {
        self.ask(id, |reply| Command::Delete(actor, reply)).await
    }

    /// Keeps the document's text as it is now under `name`, for `actor`.
    pub(super) async fn keep_revision(
        &self,
        id: DocId,
        name: RevisionName,
        actor: UserId,
    ) -> Result<RevisionId> {
        self.ask(id, |reply| Command::KeepRevision(name, actor, reply))
            .await
    }

    /// Makes the document's text again what it was, for `actor`; returns the new version.
    pub(super) async fn restore(
        &self,
        id: DocId,
        revision: RevisionId,
        actor: UserId,
    ) -> Result<i64> {
        self.ask(id, |reply| Command::Restore(revision, actor, reply))
            .await
    }

    /// Hands `command` to the document `id` behind all that was handed to it before, if it is open;
    /// whether it is.
    pub(super) async fn tell_open(&self, id: DocId, command: Command) -> bool {
        // A document that is not open, or is just being closed, has nobody in it.
        let mailbox = self.0.handle(id).and_then(|handle| handle.mailbox);
        match mailbox {
            Some(mailbox) => mailbox.send(command).await.is_ok(),
            None => false,
        }
    }

    /// What the socket's person may do with the document, if the socket has it open.
    pub(super) fn role(&self, sid: Sid, id: DocId) -> Option<Role> {
        self.0.joined.get(&sid)?.get(&id).copied()
    }

    /// Who is who.
    pub(super) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// Live sockets.
    pub(super) fn delivery(&self) -> &Delivery {
        &self.0.delivery
    }

    /// Takes a socket that is gone out of its documents.
    pub(super) fn left(&self, sid: Sid) {
        let Some((_, docs)) = self.0.joined.remove(&sid) else {
            return;
        };
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            for id in docs.into_keys() {
                // Nobody waits for it.
                let (reply, _) = oneshot::channel();
                engine.tell_open(id, Command::Leave(sid, reply)).await;
            }
        });
    }

    /// The way to the document's task, which is started if there is none.
    fn open(&self, id: DocId) -> Result<Handle> {
        if let Some(handle) = self.0.handle(id) {
            return Ok(handle);
        }
        if self.0.open.len() >= MAX_OPEN || self.0.memory.is_full() {
            return Err(Error::busy());
        }
        let writer = self.0.writer();
        let writer = writer.ok_or_else(Error::busy)?;
        let entry = self.0.open.entry(id).or_insert_with(|| {
            let (mailbox, commands) = mpsc::channel(MAILBOX);
            let ended = CancellationToken::new();
            let (shared, guard) = (self.0.clone(), ended.clone().drop_guard());
            let stopping = self.0.tasks.stopping();
            self.0.tasks.spawn(async move {
                // However it ends, those who wait for its end hear of it, after it is gone.
                let _guard = Ending {
                    id,
                    shared: shared.clone(),
                    _ended: guard,
                };
                task::run(id, shared, writer, commands, stopping).await;
            });
            Handle {
                mailbox: Some(mailbox),
                ended,
            }
        });
        let handle = entry.clone();
        drop(entry);
        let open = self.0.open.len();
        metrics::docs_open(open);
        if open == MANY_OPEN + 1 {
            self.0.memory.wake_all();
        }
        Ok(handle)
    }
}

/// Takes a document's task off the list of open documents when the task ends.
struct Ending {
    id: DocId,
    shared: Arc<Shared>,
    // Dropped after `drop` below: a field outlives the body of its struct's destructor.
    _ended: tokio_util::sync::DropGuard,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.shared.open.remove(&self.id);
        metrics::docs_open(self.shared.open.len());
        // Nobody is left behind, unless it panicked. They hear no more of it, and have to come anew.
        let joined = self.shared.joined.iter();
        let behind = joined.filter(|socket| socket.contains_key(&self.id));
        let behind: Vec<_> = behind.map(|socket| *socket.key()).collect();
        for sid in behind {
            self.shared.note_left(sid, self.id);
            self.shared.delivery.cut(sid);
        }
    }
}

impl Shared {
    /// A document as it is stored; none when there is no such document.
    pub(super) async fn load(&self, id: DocId) -> Result<Option<Stored>> {
        // Never closed.
        let _permit = self.opening.acquire().await.ok();
        log::load(&self.db, id).await
    }

    /// Notes that a socket has opened a document and what its person may do with it; false when it
    /// has too many open.
    pub(super) fn note_joined(&self, sid: Sid, id: DocId, role: Role) -> bool {
        let mut docs = self.joined.entry(sid).or_default();
        if docs.len() >= MAX_OF_SOCKET && !docs.contains_key(&id) {
            return false;
        }
        docs.insert(id, role);
        true
    }

    /// Notes what the person of a socket that has the document open may do with it from now on.
    pub(super) fn note_role(&self, sid: Sid, id: DocId, role: Role) {
        if let Some(mut docs) = self.joined.get_mut(&sid) {
            docs.entry(id).and_modify(|known| *known = role);
        }
    }

    /// Notes that a socket has a document open no more.
    pub(super) fn note_left(&self, sid: Sid, id: DocId) {
        if let Some(mut docs) = self.joined.get_mut(&sid) {
            docs.remove(&id);
        }
        self.joined.remove_if(&sid, |_, docs| docs.is_empty());
    }

    /// Lets a document's task end, unless somebody has asked or is just asking it something; whether
    /// it may. Whoever asks from then on waits until it has ended.
    pub(super) fn let_go(&self, id: DocId, commands: &mpsc::Receiver<Command>) -> bool {
        let Some(mut handle) = self.open.get_mut(&id) else {
            return true;
        };
        // Those who ask hold a sender while they wait for a slot, and get it under this lock.
        let is_asked = handle
            .mailbox
            .as_ref()
            .is_some_and(|mailbox| mailbox.strong_count() > 1 || !commands.is_empty());
        if !is_asked {
            handle.mailbox = None;
        }
        !is_asked
    }

    /// Does something for a document beside its task; the server waits for it when it stops.
    pub(super) fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Whether so much is open that what nobody is in has to be closed.
    pub(super) fn is_crowded(&self) -> bool {
        self.open.len() > MANY_OPEN || self.memory.is_crowded()
    }

    fn handle(&self, id: DocId) -> Option<Handle> {
        self.open.get(&id).map(|handle| handle.clone())
    }

    fn writer(&self) -> Option<Writer> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.clone()
    }

    fn take_writer(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        *writer = None;
    }
}
