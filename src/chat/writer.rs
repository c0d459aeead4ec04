//! The one task through which every message and every change to a message passes.
//!
//! It takes what is queued, stores it in one statement, publishes in order and then answers:
//! nothing is acknowledged before it is durable, and what is published is in the order of `rev`. An
//! idle server stores a message by itself at once; under load the batches grow by themselves, and
//! one is published while the next is being stored. Nothing waits for a timer. Cost of a message on
//! its way: two queue slots and its share of one statement and one commit.
//!
//! A message that fails - its sender left, its nonce is taken, a constraint - fails alone.

use std::{collections::HashMap, sync::Arc, time::Instant};

use entity::{ConversationId, UserId};
use futures_util::future::BoxFuture;
use sea_orm::{DbErr, SqlErr};
use tokio::sync::{Notify, mpsc, oneshot};

use super::{
    amendment, batch, change_store,
    model::{Audience, Change, NewMessage, Stored},
    nonce,
    publish::Publisher,
};
use crate::kernel::{Clock, Db, Error, Result, Tasks, error::ErrorKind, metrics};

/// Commands that may wait. When they are that many, sending is refused with `busy`.
const QUEUE: usize = 8192;
/// The most messages of one statement.
const BATCH: usize = 256;

/// Called with what came of a command.
pub(super) type Answer = Box<dyn FnOnce(Result<Stored>) + Send>;

enum Command {
    Send(Box<NewMessage>, Answer),
    Change(Box<Change>, Answer),
    Read(ConversationId, UserId, i64, oneshot::Sender<Result<()>>),
    InTurn(Work),
}

/// Something that is done between other changes. Dropped, it is not done.
type Work = Box<dyn FnOnce(Turn) -> BoxFuture<'static, ()> + Send>;

/// What work in the writer's turn has at hand.
#[derive(Clone)]
pub(super) struct Turn {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) publisher: Publisher,
}

/// The way into the writer. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Command>,
}

impl Writer {
    /// Starts the writer.
    pub(super) fn start(
        db: Db,
        clock: Clock,
        publisher: Publisher,
        stored_some: Arc<Notify>,
        tasks: &Tasks,
    ) -> Self {
        let (queue, commands) = mpsc::channel(QUEUE);
        let run = Run {
            db,
            clock,
            publisher,
            stored_some,
            stored: None,
        };
        tasks.spawn(run.work(commands, tasks.stopping()));
        Self { queue }
    }

    /// Stores `message`; `answer` is called once it is durable and published, or refused.
    pub(super) fn send(&self, message: NewMessage, answer: Answer) {
        self.enqueue(Command::Send(Box::new(message), answer));
    }

    /// Stores `message` and waits for it.
    pub(super) async fn send_and_wait(&self, message: NewMessage) -> Result<Stored> {
        let (answer, stored) = answer_channel();
        self.send(message, answer);
        stored.await.unwrap_or_else(|_| Err(Error::busy()))
    }

    /// Makes `change` and waits for it.
    pub(super) async fn change(&self, change: Change) -> Result<Stored> {
        let (answer, stored) = answer_channel();
        self.enqueue(Command::Change(Box::new(change), answer));
        stored.await.unwrap_or_else(|_| Err(Error::busy()))
    }

    /// Notes that `user` has read up to `seq`, and waits until it is stored.
    pub(super) async fn mark_read(
        &self,
        conversation: ConversationId,
        user: UserId,
        seq: i64,
    ) -> Result<()> {
        let (answer, marked) = oneshot::channel();
        self.enqueue(Command::Read(conversation, user, seq, answer));
        marked.await.unwrap_or_else(|_| Err(Error::busy()))
    }

    /// Does `work` when everything that was queued before is stored and published, and nothing else
    /// meanwhile: whatever moves a conversation's `rev` in a way of its own.
    pub(super) async fn in_turn<T, F, Fut>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Turn) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T>> + Send + 'static,
    {
        let (answer, done) = oneshot::channel();
        let work: Work = Box::new(move |turn| {
            Box::pin(async move {
                let result = work(turn).await;
                // A caller that is gone does not need its answer.
                drop(answer.send(result));
            })
        });
        self.enqueue(Command::InTurn(work));
        done.await.unwrap_or_else(|_| Err(Error::busy()))
    }

    fn enqueue(&self, command: Command) {
        // Full, or shutting down. Either way nothing was done and trying again is right.
        if let Err(refused) = self.queue.try_send(command) {
            refused.into_inner().fail(Error::busy());
        }
    }
}

fn answer_channel() -> (Answer, oneshot::Receiver<Result<Stored>>) {
    let (sender, receiver) = oneshot::channel();
    // A caller that is gone does not need its answer.
    let answer = Box::new(move |result| drop(sender.send(result)));
    (answer, receiver)
}

impl Command {
    fn fail(self, error: Error) {
        match self {
            Self::Send(_, answer) | Self::Change(_, answer) => answer(Err(error)),
            Self::Read(_, _, _, answer) => drop(answer.send(Err(error))),
            Self::InTurn(work) => drop(work),
        }
    }
}

struct Run {
    db: Db,
    clock: Clock,
    publisher: Publisher,
    /// Tells the search that there is something new.
    stored_some: Arc<Notify>,
    /// Messages that are stored but not yet published and answered: that is done while the next
    /// batch is being stored, or at once when there is none.
    stored: Option<StoredBatch>,
}

struct StoredBatch {
    messages: Vec<NewMessage>,
    answers: Vec<Answer>,
    stored: Vec<Option<Stored>>,
}

impl Run {
    async fn work(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        stopping: tokio_util::sync::CancellationToken,
    ) {
        let mut taken = Vec::with_capacity(BATCH);
        loop {
            if commands.is_empty() {
                self.publish_stored();
            }
            let received = tokio::select! {
                biased;
                received = commands.recv_many(&mut taken, BATCH) => received,
                // From here on sends are refused; what is queued is still written.
                () = stopping.cancelled(), if !commands.is_closed() => {
                    commands.close();
                    continue;
                }
            };
            if received == 0 {
                return self.publish_stored();
            }
            self.work_off(&mut taken).await;
        }
    }

    /// Works off commands in order: runs of messages together, changes one by one.
    async fn work_off(&mut self, commands: &mut Vec<Command>) {
        let (mut messages, mut answers, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for command in commands.drain(..) {
            match command {
                Command::Send(message, answer) => {
                    messages.push(*message);
                    answers.push(answer);
                }
                Command::Change(change, answer) => {
                    self.store(&mut messages, &mut answers).await;
                    self.publish_stored();
                    self.apply(*change, answer).await;
                }
                Command::InTurn(work) => {
                    self.store(&mut messages, &mut answers).await;
                    self.publish_stored();
                    work(Turn {
                        db: self.db.clone(),
                        clock: self.clock.clone(),
                        publisher: self.publisher.clone(),
                    })
                    .await;
                }
                Command::Read(conversation, user, seq, answer) => {
                    marks.push((conversation, user, seq, answer));
                }
            }
        }
        self.store(&mut messages, &mut answers).await;
        self.mark(marks).await;
    }

    /// Stores a run of messages, and meanwhile publishes the run before it. Leaves both lists empty.
    async fn store(&mut self, messages: &mut Vec<NewMessage>, answers: &mut Vec<Answer>) {
        if messages.is_empty() {
            return;
        }
        let (messages, mut answers) = (std::mem::take(messages), std::mem::take(answers));
        let previous = self.stored.take();
        let began = Instant::now();
        let publisher = &self.publisher;
        let (inserted, ()) = tokio::join!(
            biased;
            batch::insert(self.db.writer(), &messages, self.clock.now()),
            async { finish(publisher, previous) },
        );
        match inserted {
            Ok(stored) => {
                metrics::stored(stored.iter().flatten().count(), began.elapsed());
                self.stored_some.notify_one();
                self.stored = Some(StoredBatch {
                    messages,
                    answers,
                    stored,
                });
            }
            Err(error) if is_about_one_row(&error) => self.store_singly(messages, answers).await,
            Err(error) => fail_all(&mut answers, &error),
        }
    }

    fn publish_stored(&mut self) {
        finish(&self.publisher, self.stored.take());
    }

    /// The way of a batch that could not be stored as one: resends are answered with what is there,
    /// the others are stored one by one.
    async fn store_singly(&mut self, messages: Vec<NewMessage>, answers: Vec<Answer>) {
        let mut known = match nonce::find_by_nonce(self.db.writer(), &messages).await {
            Ok(known) => known,
            Err(error) => return fail_all(&mut { answers }, &error),
        };
        for (message, answer) in messages.into_iter().zip(answers) {
            let key = nonce::nonce_key(&message).map(|(owner, key)| (owner, key.to_owned()));
            if let Some(found) = key.as_ref().and_then(|key| known.get(key)) {
                answer(resent(&message, *found));
                continue;
            }
            let one = std::slice::from_ref(&message);
            let began = Instant::now();
            match batch::insert(self.db.writer(), one, self.clock.now()).await {
                Ok(stored) => match stored.into_iter().next().flatten() {
                    Some(stored) => {
                        metrics::stored(1, began.elapsed());
                        self.stored_some.notify_one();
                        self.publisher.sent(&message, &stored);
                        // A repeat may follow in the same batch.
                        known.extend(key.map(|key| (key, (message.place.id, stored))));
                        answer(Ok(stored));
                    }
                    None => answer(Err(not_a_member(&message))),
                },
                Err(error) => answer(self.answer_to_taken_nonce(&message, error).await),
            }
        }
    }

    /// Another node may have stored the same nonce between our look-up and our insert.
    async fn answer_to_taken_nonce(
        &mut self,
        message: &NewMessage,
        error: DbErr,
    ) -> Result<Stored> {
        let one = std::slice::from_ref(message);
        let key = nonce::nonce_key(message).map(|(owner, key)| (owner, key.to_owned()));
        if let (true, Some(key)) = (is_about_one_row(&error), key)
            && let Some(found) = nonce::find_by_nonce(self.db.writer(), one).await?.get(&key)
        {
            return resent(message, *found);
        }
        Err(Error::from(error))
    }

    async fn apply(&mut self, change: Change, answer: Answer) {
        match self.try_apply(&change).await {
            Ok(stored) => {
                self.publisher.changed(&change, &stored);
                answer(Ok(stored));
            }
            Err(error) => answer(Err(error)),
        }
    }

    async fn try_apply(&mut self, change: &Change) -> Result<Stored> {
        let tx = self.db.begin().await?;
        let rev = change_store::next_rev(&tx, change.place.id, 1).await?;
        if let Some(channel) = change.place.audience.channel() {
            change_store::require_version(&tx, channel).await?;
        }
        let at = self.clock.now();
        amendment::apply(&tx, change, rev, at).await?;
        tx.commit().await?;
        Ok(Stored {
            id: change.message,
            seq: change.seq,
            rev,
            at,
        })
    }

    /// Stores how far people have read, in one statement: the furthest mark of each counts.
    async fn mark(
        &mut self,
        marks: Vec<(ConversationId, UserId, i64, oneshot::Sender<Result<()>>)>,
    ) {
        if marks.is_empty() {
            return;
        }
        // Messages do not wait for somebody's reading.
        self.publish_stored();
        let mut furthest: HashMap<(ConversationId, UserId), i64> = HashMap::new();
        for (conversation, user, seq, _) in &marks {
            let mark = furthest.entry((*conversation, *user)).or_default();
            *mark = (*mark).max(*seq);
        }
        let rows: Vec<_> = furthest
            .into_iter()
            .map(|((conversation, user), seq)| (conversation, user, seq))
            .collect();
        let marked = batch::mark_read(self.db.writer(), &rows).await;
        for (.., answer) in marks {
            let result = match &marked {
                Ok(()) => Ok(()),
                Err(error) => Err(Error::internal(anyhow::anyhow!("marking read: {error}"))),
            };
            drop(answer.send(result));
        }
    }
}

/// Publishes and then answers what was stored, in order.
fn finish(publisher: &Publisher, batch: Option<StoredBatch>) {
    let Some(batch) = batch else { return };
    for (message, stored) in batch.messages.iter().zip(&batch.stored) {
        if let Some(stored) = stored {
            publisher.sent(message, stored);
        }
    }
    let outcomes = batch.messages.iter().zip(batch.stored);
    for ((message, stored), answer) in outcomes.zip(batch.answers) {
        answer(stored.ok_or_else(|| not_a_member(message)));
    }
}

/// Whether the failure is of one row (and so not of the connection or the disk): then the others
/// can be stored without it.
fn is_about_one_row(error: &DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_))
    )
}

fn fail_all(answers: &mut Vec<Answer>, error: &DbErr) {
    tracing::error!(
        messages = answers.len(),
        "messages could not be stored: {error}"
    );
    for answer in answers.drain(..) {
        answer(Err(Error::new(
            ErrorKind::Unavailable,
            "unavailable",
            "The message could not be stored. Please try again.",
        )));
    }
}

/// The answer to a nonce that is stored already: the first one's, if it was for the same place.
fn resent(message: &NewMessage, (place, stored): (ConversationId, Stored)) -> Result<Stored> {
    if place == message.place.id {
        return Ok(stored);
    }
    Err(Error::new(
        ErrorKind::Conflict,
        "conflict",
        "This nonce was used in another conversation",
    ))
}

/// Why the statement left a message out.
fn not_a_member(message: &NewMessage) -> Error {
    if let Audience::Channel(_) = &message.place.audience {
        return outdated();
    }
    let locked = matches!(
        (&message.place.audience, message.author.user_id()),
        (Audience::Gdm(group), Some(sender)) if group.has(sender) && group.locked
    );
    if locked {
        Error::refused("locked", "This group is locked")
    } else {
        Error::refused("not_a_member", "You are not a member of this conversation")
    }
}

/// How often something is authorised again when the server changed meanwhile.
pub(super) const RETRIES: usize = 5;
/// The code of [`outdated`], by which whoever authorised tells that it is to be done again.
pub(super) const OUTDATED: &str = "server_changed";

/// What the server was like when something was authorised is not what it is like now.
pub(super) fn outdated() -> Error {
    let text = "The server changed meanwhile. Please try again.";
    Error::new(ErrorKind::Unavailable, OUTDATED, text)
}
