//! Keeping the states of a document: automatically, by name, and before most of it goes.
//!
//! Invariants: what is in the update log after the newest kept state is nobody's work twice, since
//! every state takes the authors of all of it; a state with a name, and one before a loss,
//! is never replaced by later work; and the number of automatic states is bounded (`squash`).

use entity::{DocId, RevisionId, Timestamp, UserId};

use super::{
    model::RevisionName,
    revision_store::{self, Head, Packed, State, Work},
    rights::require_editor,
    squash::{self, SESSION},
    store,
};
use crate::kernel::{Error, Result, Tx};

/// The most named states of a document.
const MAX_NAMED: u64 = 1000;

/// Why a state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Work paused, or went on for long.
    Automatic,
    /// Somebody who may edit gave it a name.
    Named(RevisionName, UserId),
    /// Most of the text is about to go: somebody deletes it, or an earlier state takes its place.
    BeforeLoss,
}

/// Keeps the document's `text` as of `version`; none when there is nothing to keep that is not kept
/// already.
///
/// `text` must be what the updates up to `version` make, and those since the newest kept state must
/// still be in the log. Later ones may be there already: they are for the next state.
pub(super) async fn checkpoint(
    tx: &Tx,
    id: DocId,
    version: i64,
    text: Packed,
    now: Timestamp,
    keep: Keep,
) -> Result<Option<RevisionId>> {
    if let Keep::Named(_, by) = &keep {
        require_editor(store::lock_as(tx, id, *by).await?)?;
        require_space(tx, id).await?;
    } else {
        store::lock(tx, id).await?;
    }
    let newest = revision_store::newest(tx, id).await?;
    let kept_up_to = newest.as_ref().map_or(0, |newest| newest.version);
    let work = revision_store::work_between(tx, id, kept_up_to, version).await?;
    let step = next_step(newest.as_ref(), &work, &keep, now);
    let is_sealed = keep == Keep::BeforeLoss;
    let name = match keep {
        Keep::Named(name, _) => Some(name),
        Keep::Automatic | Keep::BeforeLoss => None,
    };
    let state = State {
        version,
        text,
        at: now,
    };
    let revision = match step {
        Step::Nothing => return Ok(None),
        Step::Mark(revision) => revision,
        Step::Extend(revision) => {
            revision_store::extend(tx, revision, state).await?;
            revision
        }
        Step::Begin => {
            let began = work.began.unwrap_or(now);
            revision_store::insert(tx, id, began, state).await?
        }
    };
    revision_store::insert_authors(tx, revision, &work.authors).await?;
    if let Some(name) = name {
        revision_store::update_name(tx, revision, Some(name)).await?;
    }
    if is_sealed {
        revision_store::seal(tx, revision).await?;
    }
    if step == Step::Begin {
        thin_out(tx, id, now).await?;
    }
    Ok(Some(revision))
}

/// Gives a kept state another name, or none, if `actor` may: it is then an automatic one.
pub(super) async fn rename(
    tx: &Tx,
    id: DocId,
    revision: RevisionId,
    actor: UserId,
    name: Option<RevisionName>,
) -> Result<()> {
    require_editor(store::lock_as(tx, id, actor).await?)?;
    let found = revision_store::find(tx, id, revision).await?;
    let found = found.ok_or_else(Error::not_found)?;
    if found.name.is_none() && name.is_some() {
        require_space(tx, id).await?;
    }
    revision_store::update_name(tx, revision, name).await
}

async fn require_space(tx: &Tx, id: DocId) -> Result<()> {
    if revision_store::count_named(tx, id).await? >= MAX_NAMED {
        let text = format!("a document keeps at most {MAX_NAMED} named states");
        return Err(Error::invalid("too_many_revisions", text));
    }
    Ok(())
}

async fn thin_out(tx: &Tx, id: DocId, now: Timestamp) -> Result<()> {
    let kept = revision_store::all(tx, id).await?;
    for merge in squash::squash(&kept, now) {
        revision_store::merge(tx, &merge).await?;
    }
    Ok(())
}

/// What keeping a state means, given what is kept already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    /// This one is the state already; it only gets its name or its seal.
    Mark(RevisionId),
    /// This one is replaced by the state, which is of the same session of work.
    Extend(RevisionId),
    /// The state is kept beside the others.
    Begin,
}

fn next_step(newest: Option<&Head>, work: &Work, keep: &Keep, now: Timestamp) -> Step {
    let automatic = newest.filter(|newest| newest.name.is_none());
    let replaceable = automatic.filter(|newest| !newest.sealed);
    if work.authors.is_empty() {
        return match keep {
            Keep::Automatic => Step::Nothing,
            Keep::Named(..) => automatic.map_or(Step::Begin, |newest| Step::Mark(newest.id)),
            Keep::BeforeLoss => replaceable.map_or(Step::Nothing, |newest| Step::Mark(newest.id)),
        };
    }
    let is_young = |newest: &&Head| now < newest.started_at.plus_seconds(SESSION);
    replaceable
        .filter(is_young)
        .map_or(Step::Begin, |newest| Step::Extend(newest.id))
}

#[cfg(test)]
mod tests {
    use entity::{RevisionId, Timestamp, UserId};

    use super::{Head, Keep, RevisionName, SESSION, Step, Work, next_step};

    const NOW: Timestamp = Timestamp(1_736_942_400_000);
    const NEWEST: RevisionId = RevisionId(7);

    fn automatic(age: i64) -> Head {
        let began = NOW.plus_seconds(-age);
        Head {
            id: NEWEST,
            version: 3,
            name: None,
            sealed: false,
            started_at: began,
            created_at: began,
            bytes: 0,
        }
    }

    fn named(age: i64) -> Head {
        Head {
            name: Some("v1".into()),
            ..automatic(age)
        }
    }

    fn sealed(age: i64) -> Head {
        Head {
            sealed: true,
            ..automatic(age)
        }
    }

    /// What is done to keep a state automatically, by name and before a restore.
    fn steps(newest: Option<&Head>, work: &Work) -> [Step; 3] {
        let name = RevisionName::parse("v2").expect("a name");
        let reasons = [
            Keep::Automatic,
            Keep::Named(name, UserId(1)),
            Keep::BeforeLoss,
        ];
        reasons.map(|keep| next_step(newest, work, &keep, NOW))
    }

    fn some_work() -> Work {
        Work {
            authors: vec![UserId(1)],
            began: Some(NOW),
        }
    }

    #[test]
    fn without_new_work_nothing_new_is_kept() {
        use Step::{Begin, Mark, Nothing};
        let none = Work::default();
        assert_eq!(steps(None, &none), [Nothing, Begin, Nothing]);
        let marked = [Nothing, Mark(NEWEST), Mark(NEWEST)];
        assert_eq!(steps(Some(&automatic(SESSION * 9)), &none), marked);
        assert_eq!(steps(Some(&named(0)), &none), [Nothing, Begin, Nothing]);
        let sealed = steps(Some(&sealed(0)), &none);
        assert_eq!(sealed, [Nothing, Mark(NEWEST), Nothing]);
    }

    #[test]
    fn ten_minutes_of_work_are_one_state() {
        assert_eq!(steps(None, &some_work()), [Step::Begin; 3]);
        let extended = steps(Some(&automatic(SESSION - 1)), &some_work());
        assert_eq!(extended, [Step::Extend(NEWEST); 3]);
        let begun = steps(Some(&automatic(SESSION)), &some_work());
        assert_eq!(begun, [Step::Begin; 3]);
    }

    #[test]
    fn work_replaces_neither_a_named_state_nor_the_one_before_a_restore() {
        assert_eq!(steps(Some(&named(1)), &some_work()), [Step::Begin; 3]);
        assert_eq!(steps(Some(&sealed(1)), &some_work()), [Step::Begin; 3]);
    }
}
