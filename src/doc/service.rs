//! What can be done with documents over HTTP, apart from their history.

use std::sync::Arc;

use entity::{DocId, UserId, doc, doc_member::Role};

use super::{
    command::Content,
    engine::Engine,
    import::Upload,
    model::{DocName, Member, MemberChange, NewDoc, NewText, Overview},
    pace::Pace,
    rights::{require_member, require_space},
    splice::Splice,
    store,
    text::Text,
};
use crate::{
    account::{Directory, User},
    kernel::{Clock, Db, Error, Result, Tasks, Workers},
};

/// The documents service. Cheap to clone.
#[derive(Clone)]
pub struct Docs {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) engine: Engine,
    pub(super) pace: Pace,
    pub(super) tasks: Tasks,
    /// For what takes long to read: pages, comparisons.
    pub(super) workers: Workers,
    clock: Clock,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Live sockets.
    pub delivery: crate::socket::Delivery,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
    /// Whether edits keep to a pace.
    pub limits: bool,
}

impl Docs {
    /// Starts the service.
    pub fn start(parts: Parts) -> Self {
        let engine = Engine::start(
            parts.db.clone(),
            parts.clock.clone(),
            parts.directory.clone(),
            parts.delivery,
            parts.tasks.clone(),
        );
        Self {
            db: parts.db,
            directory: parts.directory,
            engine,
            pace: Pace::start(parts.limits, &parts.tasks),
            tasks: parts.tasks,
            workers: Workers::default(),
            clock: parts.clock,
        }
    }

    /// Makes a document of `creator`, with its text and its members at once or not at all.
    pub(super) async fn create(&self, creator: Arc<User>, new: NewDoc) -> Result<Overview> {
        require_space(new.members.len() + 1)?;
        let (names, roles): (Vec<_>, Vec<_>) = new.members.into_iter().unzip();
        let names = names.iter().map(String::as_str);
        let resolved = self.directory.resolve(names).await?;
        resolved.require_known()?;
        let others = others(creator.id, resolved.people.into_iter().zip(roles));
        let update = first_update(new.text).await?;
        let docs = self.clone();
        let work = async move { docs.create_now(&creator, &new.name, others, update).await };
        self.tasks.complete(work).await
    }

    /// Makes a document of a file that `creator` brings along.
    pub(super) async fn import(&self, creator: Arc<User>, upload: Upload) -> Result<Overview> {
        let reading = tokio::task::spawn_blocking(move || upload.read());
        let (name, text) = reading.await.map_err(Error::internal)??;
        let new = NewDoc {
            name,
            text,
            members: Vec::new(),
        };
        self.create(creator, new).await
    }

    /// The documents that `user` is in: the last edited one first, those that were never edited
    /// last.
    pub(super) async fn list(&self, user: &User) -> Result<Vec<Overview>> {
        let docs = store::list(self.db.reader(), user.id).await?;
        let mut overviews = Vec::with_capacity(docs.len());
        for (doc, role) in docs {
            overviews.push(self.overview(doc, role).await?);
        }
        Ok(overviews)
    }

    /// One document and its text, for one of its members.
    pub(super) async fn get(&self, user: &User, id: DocId) -> Result<(Overview, Content)> {
        self.require_member(user, id).await?;
        let content = self.engine.content(id).await?;
        let (doc, role) = self.require_member(user, id).await?;
        Ok((self.overview(doc, role).await?, content))
    }

    /// The name and the text of one document, for one of its members.
    pub(super) async fn read(&self, user: &User, id: DocId) -> Result<(String, Arc<str>)> {
        let (overview, content) = self.get(user, id).await?;
        Ok((overview.doc.name, content.text))
    }

    /// The people in a document, for one of them: its creator, then in the order in which they came.
    pub(super) async fn members(&self, user: &User, id: DocId) -> Result<Vec<Member>> {
        self.require_member(user, id).await?;
        let rows = store::members(self.db.reader(), id).await?;
        let mut members = Vec::with_capacity(rows.len());
        for row in rows {
            members.push(Member {
                username: self.directory.name(row.user_id).await?,
                role: row.role,
                added_at: row.added_at,
            });
        }
        Ok(members)
    }

    /// Makes the change that `change` says of the person called `name`.
    pub(super) async fn change_members(
        &self,
        actor: &User,
        id: DocId,
        name: &str,
        change: impl FnOnce(UserId) -> MemberChange,
    ) -> Result<()> {
        self.require_member(actor, id).await?;
        let person = self.directory.find_by_name(name).await?;
        let change = change(person.ok_or_else(Error::user_not_found)?.id);
        let (engine, actor) = (self.engine.clone(), actor.id);
        let work = async move { engine.change_members(id, change, actor).await };
        self.tasks.complete(work).await
    }

    /// Gives a document another name.
    pub(super) async fn rename(&self, actor: &User, id: DocId, name: DocName) -> Result<()> {
        self.require_member(actor, id).await?;
        let (engine, actor) = (self.engine.clone(), actor.id);
        let work = async move { engine.rename(id, name, actor).await };
        self.tasks.complete(work).await
    }

    /// Deletes a document with all that belongs to it.
    pub(super) async fn delete(&self, actor: &User, id: DocId) -> Result<()> {
        self.require_member(actor, id).await?;
        let (engine, actor) = (self.engine.clone(), actor.id);
        let work = async move { engine.delete(id, actor).await };
        self.tasks.complete(work).await
    }

    /// Refuses who is not in the document. Also keeps requests about nothing away from the engine
    /// and the one writing connection.
    pub(super) async fn require_member(
        &self,
        user: &User,
        id: DocId,
    ) -> Result<(doc::Model, Role)> {
        let reader = self.db.reader();
        // The member first: of a document that is deleted between the two nobody is a stranger.
        let role = store::role(reader, id, user.id).await?;
        let doc = store::doc(reader, id).await?;
        let doc = doc.ok_or_else(Error::not_found)?;
        Ok((doc, require_member(role)?))
    }

    async fn create_now(
        &self,
        creator: &User,
        name: &DocName,
        others: Vec<(UserId, Role)>,
        update: Option<Vec<u8>>,
    ) -> Result<Overview> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let mut doc = store::insert_doc(&tx, name, creator.id, now).await?;
        let mut members = vec![(creator.id, Role::Creator)];
        members.extend(&others);
        store::insert_members(&tx, doc.id, &members, now).await?;
        if let Some(update) = update {
            doc = store::insert_first_update(&tx, &doc, update).await?;
        }
        tx.commit().await?;
        self.engine.created(doc.id, &others).await;
        self.overview(doc, Role::Creator).await
    }

    async fn overview(&self, doc: doc::Model, role: Role) -> Result<Overview> {
        let last_edited_by = match doc.last_edited_by {
            Some(user) => Some(self.directory.name(user).await?),
            None => None,
        };
        Ok(Overview {
            created_by: self.directory.name(doc.created_by).await?,
            last_edited_by,
            role,
            doc,
        })
    }
}

/// The people who are let into a new document: each once, with the role that was named last.
fn others(creator: UserId, named: impl IntoIterator<Item = (UserId, Role)>) -> Vec<(UserId, Role)> {
    let mut others: Vec<(UserId, Role)> = Vec::new();
    for (user, role) in named {
        match others.iter_mut().find(|(known, _)| *known == user) {
            _ if user == creator => {}
            Some(known) => known.1 = role,
            None => others.push((user, role)),
        }
    }
    others
}

/// The name that is nearest to `text`; none when nothing of it can be in one.
pub fn nearest_name(text: &str) -> Option<String> {
    DocName::fitted(text).map(String::from)
}

/// The update (version 1) that makes `text`, whatever its line ends, of an empty document; none when
/// there is nothing to make.
///
/// # Errors
/// `content_too_large`.
pub async fn update_making(text: String) -> Result<Option<Vec<u8>>> {
    first_update(NewText::new(text)).await
}

/// The update that makes `text` of an empty document; none when there is nothing to make.
///
/// # Errors
/// `content_too_large`.
async fn first_update(text: NewText) -> Result<Option<Vec<u8>>> {
    if text.as_str().is_empty() {
        return Ok(None);
    }
    let making = tokio::task::spawn_blocking(move || {
        let whole = Splice {
            old: 0..0,
            insert: text.into(),
        };
        Text::new().splice(&[whole])
    });
    making.await.map_err(Error::internal)?.map(Some)
}

#[cfg(test)]
mod tests {
    use entity::{UserId, doc_member::Role};

    use super::others;

    #[test]
    fn people_come_in_once_with_their_last_role_and_the_creator_is_in_already() {
        let named = [
            (UserId(2), Role::Editor),
            (UserId(1), Role::Viewer),
            (UserId(3), Role::Viewer),
            (UserId(2), Role::Viewer),
        ];
        let others = others(UserId(1), named);
        assert_eq!(
            others,
            [(UserId(2), Role::Viewer), (UserId(3), Role::Viewer)]
        );
    }
}
