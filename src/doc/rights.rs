//! Who may do what with a document. Decides; touches nothing.

use entity::{UserId, doc_member::Role};

use super::model::{MAX_MEMBERS, MemberChange};
use crate::kernel::{Error, Result, error::ErrorKind};

/// What only the creator of a document may do, apart from changes to its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Rename,
    Delete,
}

/// Refuses everybody who is not in the document.
pub(super) fn require_member(role: Option<Role>) -> Result<Role> {
    role.ok_or_else(access_denied)
}

/// Refuses those who may only read.
pub(super) fn require_editor(role: Role) -> Result<()> {
    if role.may_edit() {
        Ok(())
    } else {
        Err(edit_access_denied())
    }
}

/// Refuses everybody but the creator.
pub(super) fn require_creator(role: Role, deed: Deed) -> Result<()> {
    match deed {
        _ if role.is_creator() => Ok(()),
        Deed::Rename => Err(only_creator("only creator can rename document")),
        Deed::Delete => Err(only_creator("only creator can delete document")),
    }
}

/// Refuses `change` unless `actor`, who has `role`, has the right to it. Everybody may leave but the
/// creator, without whom nobody could let people in.
pub(super) fn require_right(change: MemberChange, actor: UserId, role: Role) -> Result<()> {
    let is_own = change.user() == actor;
    match change {
        MemberChange::Remove(_) if is_own && role.is_creator() => Err(Error::invalid(
            "cannot_remove_creator",
            "cannot remove creator",
        )),
        MemberChange::Remove(_) if is_own => Ok(()),
        MemberChange::SetRole(..) if is_own && role.is_creator() => Err(Error::invalid(
            "cannot_change_own_role",
            "cannot change your own role",
        )),
        _ if role.is_creator() => Ok(()),
        MemberChange::Add(..) => Err(only_creator("only creator can add members")),
        MemberChange::SetRole(..) => Err(only_creator("only creator can update member roles")),
        MemberChange::Remove(_) => Err(only_creator("only creator can remove members")),
    }
}

/// Refuses a document of more people than there may be.
pub(super) fn require_space(members: usize) -> Result<()> {
    if members > MAX_MEMBERS {
        let text = format!("a document has at most {MAX_MEMBERS} members");
        return Err(Error::invalid("too_many_members", text));
    }
    Ok(())
}

/// The document is not there, or not for the caller.
pub(super) fn access_denied() -> Error {
    Error::refused("access_denied", "access denied")
}

/// The caller may read the document, but not edit it.
pub(super) fn edit_access_denied() -> Error {
    Error::refused("edit_access_denied", "edit access denied")
}

/// The refusal of a change to somebody who is not in the document.
pub(super) fn not_a_member() -> Error {
    Error::new(ErrorKind::NotFound, "not_a_member", "not a member")
}

fn only_creator(text: &'static str) -> Error {
    Error::refused("only_creator", text)
}

#[cfg(test)]
mod tests {
    use entity::{UserId, doc_member::Role};

    use super::{
        super::model::{MAX_MEMBERS, MemberChange},
        Deed, require_creator, require_editor, require_member, require_right, require_space,
    };

    const ACTOR: UserId = UserId(1);
    const OTHER: UserId = UserId(2);

    /// The code and the text of a refusal.
    fn refusal<T>(result: crate::kernel::Result<T>) -> (String, String) {
        let error = result.err().expect("a refusal");
        (error.code().to_owned(), error.text().to_owned())
    }

    fn refused(code: &str, text: &str) -> (String, String) {
        (code.to_owned(), text.to_owned())
    }

    #[test]
    fn who_is_not_in_gets_nothing_and_a_viewer_only_reads() {
        assert_eq!(
            refusal(require_member(None)),
            refused("access_denied", "access denied")
        );
        for role in [Role::Viewer, Role::Editor, Role::Creator] {
            assert_eq!(require_member(Some(role)).expect("a member"), role);
        }
        assert_eq!(
            refusal(require_editor(Role::Viewer)),
            refused("edit_access_denied", "edit access denied")
        );
        assert!(require_editor(Role::Editor).is_ok());
        assert!(require_editor(Role::Creator).is_ok());
    }

    #[test]
    fn the_creator_alone_renames_deletes_and_decides_who_is_in() {
        let add = MemberChange::Add(OTHER, Role::Viewer);
        let set = MemberChange::SetRole(OTHER, Role::Viewer);
        let remove = MemberChange::Remove(OTHER);
        assert!(require_creator(Role::Creator, Deed::Rename).is_ok());
        assert!(require_creator(Role::Creator, Deed::Delete).is_ok());
        for change in [add, set, remove] {
            assert!(require_right(change, ACTOR, Role::Creator).is_ok());
        }
        for role in [Role::Viewer, Role::Editor] {
            let text = |change| refusal(require_right(change, ACTOR, role));
            assert_eq!(
                text(add),
                refused("only_creator", "only creator can add members")
            );
            assert_eq!(
                text(set),
                refused("only_creator", "only creator can update member roles")
            );
            assert_eq!(
                text(remove),
                refused("only_creator", "only creator can remove members")
            );
            assert_eq!(
                refusal(require_creator(role, Deed::Rename)),
                refused("only_creator", "only creator can rename document")
            );
            assert_eq!(
                refusal(require_creator(role, Deed::Delete)),
                refused("only_creator", "only creator can delete document")
            );
        }
    }

    #[test]
    fn everybody_may_leave_but_the_creator() {
        let leave = MemberChange::Remove(ACTOR);
        assert!(require_right(leave, ACTOR, Role::Viewer).is_ok());
        assert!(require_right(leave, ACTOR, Role::Editor).is_ok());
        assert_eq!(
            refusal(require_right(leave, ACTOR, Role::Creator)),
            refused("cannot_remove_creator", "cannot remove creator")
        );
    }

    #[test]
    fn nobody_changes_their_own_role() {
        let promote = MemberChange::SetRole(ACTOR, Role::Editor);
        assert_eq!(
            refusal(require_right(promote, ACTOR, Role::Creator)),
            refused("cannot_change_own_role", "cannot change your own role")
        );
        let (code, _) = refusal(require_right(promote, ACTOR, Role::Viewer));
        assert_eq!(code, "only_creator");
        // Coming in anew with another role is none either.
        let add = MemberChange::Add(ACTOR, Role::Editor);
        assert!(require_right(add, ACTOR, Role::Editor).is_err());
    }

    #[test]
    fn documents_have_an_end_of_people() {
        assert!(require_space(MAX_MEMBERS).is_ok());
        assert!(require_space(MAX_MEMBERS + 1).is_err());
    }
}
