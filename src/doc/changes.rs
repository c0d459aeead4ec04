//! Changes to an open document other than edits of its text, and their live effects.
//!
//! Each is committed within the document's turn: no edit goes out between the moment somebody loses
//! access and the moment their sockets are out.

use std::{sync::Arc, time::Instant};

use entity::{DocId, RevisionId, UserId, doc_member::Role};

use super::{
    batch::Answer,
    command::{Absence, Command, Content, unavailable},
    document::Edited,
    engine::Engine,
    event::{DocMember, DocNews, DocRenamed},
    members,
    model::{DocName, MemberChange, MemberKind, MemberOutcome},
    revision::Keep,
    revision_store, store,
    task::Task,
};
use crate::{
    kernel::{Error, Result, Tx},
    socket::{Delivery, Room},
};

impl Task {
    /// Carries out what waits until the edits before it are stored.
    pub(super) async fn carry_out_settled(&mut self, command: Command) {
        // Who does not wait any more needs no answer.
        match command {
            Command::Join(person, protocol, ack, done) => {
                ack.answer(self.join(&person, protocol).await);
                drop(done);
            }
            Command::Content(reply) => {
                let content = self.text().map(|text| Content {
                    text: text.content(),
                    version: text.version(),
                });
                drop(reply.send(content.ok_or_else(unavailable)));
            }
            Command::ChangeMembers(change, actor, reply) => {
                drop(reply.send(self.change_members(change, actor).await));
            }
            Command::Rename(name, actor, reply) => {
                drop(reply.send(self.rename(&name, actor).await));
            }
            Command::Delete(actor, reply) => drop(reply.send(self.delete(actor).await)),
            Command::KeepRevision(name, actor, reply) => {
                let kept = self.keep_revision(Keep::Named(name, actor)).await;
                drop(reply.send(kept.and_then(|kept| kept.ok_or_else(unavailable))));
            }
            Command::Restore(revision, actor, reply) => match self.restore(revision, actor).await {
                Ok((name, edited)) => {
                    self.push((actor, name), None, edited, Answer::Version(reply));
                }
                Err(error) => drop(reply.send(Err(error))),
            },
            // Those do not come here.
            Command::Leave(..)
            | Command::Edit { .. }
            | Command::Sync(..)
            | Command::Awareness(..) => command.refuse(Absence::Unreadable),
        }
    }

    async fn change_members(&mut self, change: MemberChange, actor: UserId) -> Result<()> {
        let now = self.shared.clock.now();
        // Before anything is done: afterwards it has to be told.
        let name = self.shared.directory.name(change.user()).await?;
        let tx = self.shared.db.begin().await?;
        let outcome = members::apply(&tx, self.id, actor, change, now).await?;
        self.commit(tx).await?;
        let Some(MemberOutcome { user, kind }) = outcome else {
            return Ok(());
        };
        let role = match kind {
            MemberKind::Added(role) | MemberKind::RoleChanged(role) => {
                self.roles.insert(user, role);
                for sid in self.audience.of(user) {
                    self.shared.note_role(sid, self.id, role);
                }
                Some(role)
            }
            MemberKind::Removed => {
                self.roles.remove(&user);
                for sid in self.audience.of(user) {
                    self.leave(sid);
                }
                None
            }
        };
        let event = match kind {
            MemberKind::Added(_) => "doc_member_added",
            MemberKind::RoleChanged(_) => "doc_member_role_updated",
            MemberKind::Removed => "doc_member_removed",
        };
        let rooms = [Room::Doc(self.id), Room::User(user)];
        tell_member(&self.shared.delivery, &rooms, event, (self.id, &name, role));
        Ok(())
    }

    async fn rename(&mut self, name: &DocName, actor: UserId) -> Result<()> {
        let tx = self.shared.db.begin().await?;
        store::rename(&tx, self.id, actor, name).await?;
        self.commit(tx).await?;
        name.as_str().clone_into(&mut self.name);
        let event = DocRenamed {
            doc_id: self.id,
            name: &self.name,
        };
        let delivery = &self.shared.delivery;
        delivery.emit(&self.everybody(), "doc_renamed", &event);
        Ok(())
    }

    async fn delete(&mut self, actor: UserId) -> Result<()> {
        self.wait_for_snapshot().await;
        let tx = self.shared.db.begin().await?;
        store::delete(&tx, self.id, actor).await?;
        self.commit(tx).await?;
        self.tell_deleted();
        Ok(())
    }

    /// Says that the document is no more.
    pub(super) fn tell_deleted(&mut self) {
        let event = DocNews { doc_id: self.id };
        let delivery = &self.shared.delivery;
        delivery.emit(&self.everybody(), "doc_deleted", &event);
        self.absence = Some(Absence::Gone);
    }

    /// Puts an earlier text into the current one's place, as an edit by `actor`.
    async fn restore(&mut self, revision: RevisionId, actor: UserId) -> Result<(Arc<str>, Edited)> {
        self.require_editor(actor)?;
        let reader = self.shared.db.reader();
        let earlier = revision_store::text(reader, self.id, revision).await?;
        let earlier = earlier.ok_or_else(Error::not_found)?;
        let name = self.shared.directory.name(actor).await?;
        self.keep_revision(Keep::BeforeLoss).await?;
        // Seldom, and long if both texts are.
        let edited = self.with_bytes(usize::MAX, move |text| {
            text.replace(&earlier, Instant::now())
        });
        Ok((name.into(), edited.await??))
    }

    /// Commits a change. If that fails nobody knows whether it took effect: what is stored is read
    /// again.
    async fn commit(&mut self, tx: Tx) -> Result<()> {
        let committed = tx.commit().await;
        if committed.is_err() {
            self.reload().await;
        }
        Ok(committed?)
    }

    /// The rooms of everybody who has the document open or is a member of it.
    fn everybody(&self) -> Vec<Room<'static>> {
        let members = self.roles.keys().map(|user| Room::User(*user));
        members.chain([Room::Doc(self.id)]).collect()
    }
}

impl Engine {
    /// Tells the people whom a new document was shared with.
    pub(super) async fn created(&self, id: DocId, members: &[(UserId, Role)]) {
        for (user, role) in members {
            // The document is there, whatever becomes of the news.
            let name = match self.directory().name(*user).await {
                Ok(name) => name,
                Err(error) => {
                    error.log("telling of a new document");
                    continue;
                }
            };
            let rooms = [Room::User(*user)];
            let member = (id, name.as_str(), Some(*role));
            tell_member(self.delivery(), &rooms, "doc_member_added", member);
        }
    }
}

fn tell_member(
    delivery: &Delivery,
    rooms: &[Room<'_>],
    event: &str,
    (doc_id, username, role): (DocId, &str, Option<Role>),
) {
    let member = DocMember {
        doc_id,
        username,
        role,
    };
    delivery.emit(rooms, event, &member);
    delivery.emit(rooms, "doc_members_updated", &DocNews { doc_id });
}
