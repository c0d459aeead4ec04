//! The rules one by one, as they are written down; the reference is in `reference`.

use entity::{RoleId, UserId};

use super::{
    ChannelRules, Overwrite, Permission as P, Permissions, Refusal, Role, Standing, Target,
};

use crate::kernel::{Error, error::ErrorKind};

mod reference;

const NONE: Permissions = Permissions::NONE;

fn role(id: i64, position: i64, permissions: &[P]) -> Role {
    Role {
        id: RoleId(id),
        position,
        permissions: Permissions::of(permissions),
    }
}

/// A member of a server whose default role allows nothing.
fn member(top: i64, permissions: &[P]) -> Standing {
    Standing::new(false, false, NONE, &[role(90 + top, top, permissions)])
}

fn owner() -> Standing {
    Standing::new(true, false, NONE, &[])
}

fn timed_out(standing: Standing) -> Standing {
    Standing {
        timed_out: true,
        ..standing
    }
}

#[test]
fn names_are_those_of_the_contract_and_bits_never_change() {
    let names: Vec<_> = P::ALL.iter().map(|one| one.as_str()).collect();
    let documented = "administrator manage_server manage_roles manage_channels manage_members \
        moderate_members kick_members ban_members manage_messages manage_webhooks view_audit_log \
        create_invite mention_everyone view_channel read_history send_messages attach_files \
        embed_links add_reactions change_nickname";
    assert_eq!(names.join(" "), documented);
    for (bit, permission) in P::ALL.iter().enumerate() {
        assert_eq!(Permissions::from(*permission).bits(), 1 << bit);
        assert_eq!(P::parse(permission.as_str()), Ok(*permission));
    }
    assert_eq!(Permissions::ALL.bits(), (1 << 20) - 1);
    assert_eq!(Permissions::from_bits(-1), Permissions::ALL);
    assert_eq!(
        Permissions::OF_NEW_SERVER.bits(),
        0b1111_1110_1000_0000_0000
    );
}

#[test]
fn a_set_is_a_sorted_list_of_names_in_json() {
    let set: Permissions =
        serde_json::from_str(r#"["send_messages","add_reactions","send_messages"]"#)
            .expect("known names");
    assert_eq!(set, Permissions::of(&[P::AddReactions, P::SendMessages]));
    let json = serde_json::to_string(&set).expect("JSON");
    assert_eq!(json, r#"["add_reactions","send_messages"]"#);

    let unknown = serde_json::from_str::<Permissions>(r#"["fly"]"#).expect_err("unknown");
    assert!(unknown.to_string().contains("\"fly\""), "{unknown}");
    assert!(serde_json::from_str::<Permissions>("7").is_err());
    assert!(P::parse("Send_Messages").is_err() && P::parse("").is_err());
}

#[test]
fn owner_and_administrators_hold_everything_and_others_what_their_roles_allow() {
    assert_eq!(owner().effective(), Permissions::ALL);
    let admin = member(1, &[P::Administrator]);
    assert_eq!(admin.effective(), Permissions::ALL);

    let everyone = Permissions::from(P::ViewChannel);
    let roles = [role(1, 4, &[P::BanMembers]), role(2, 2, &[P::KickMembers])];
    let both = Standing::new(false, false, everyone, &roles);
    let allowed = Permissions::of(&[P::ViewChannel, P::BanMembers, P::KickMembers]);
    assert_eq!((both.top, both.effective()), (4, allowed));
    assert_eq!(
        both.require(P::ManageRoles),
        Err(Refusal::MissingPermission(P::ManageRoles))
    );
    assert_eq!(Standing::new(false, false, everyone, &[]).top, 0);
}

#[test]
fn rule_1_roles_are_given_and_taken_strictly_below_the_highest() {
    let manager = member(5, &[P::ManageMembers]);
    assert_eq!(manager.may_assign_role(&role(1, 4, &[])), Ok(()));
    for position in [5, 6] {
        let refused = manager.may_assign_role(&role(1, position, &[]));
        assert_eq!(refused, Err(Refusal::RoleHierarchy(RoleId(1))));
    }
    assert_eq!(
        member(5, &[P::ManageRoles]).may_assign_role(&role(1, 4, &[])),
        Err(Refusal::MissingPermission(P::ManageMembers))
    );
    assert_eq!(owner().may_assign_role(&role(1, 99, &[])), Ok(()));
    let admin = member(5, &[P::Administrator]);
    assert!(admin.may_assign_role(&role(1, 5, &[])).is_err());
}

#[test]
fn rule_2_roles_are_changed_below_and_with_permissions_that_one_holds() {
    let manager = member(5, &[P::ManageRoles, P::KickMembers]);
    let low = role(1, 2, &[P::BanMembers]);
    let kick = Permissions::from(P::KickMembers);
    let ban = Permissions::from(P::BanMembers);

    assert_eq!(manager.may_edit_role(&low, kick, 4), Ok(()));
    assert_eq!(
        manager.may_edit_role(&low, ban | kick, 2),
        Ok(()),
        "ban was there"
    );
    let more = ban | Permissions::from(P::ManageServer);
    assert_eq!(
        manager.may_edit_role(&low, more, 2),
        Err(Refusal::PermissionNotHeld(P::ManageServer))
    );
    let admin = Permissions::from(P::Administrator);
    assert_eq!(
        manager.may_create_role(admin, 1),
        Err(Refusal::PermissionNotHeld(P::Administrator))
    );
    assert_eq!(manager.may_create_role(kick, 1), Ok(()));
    for position in [5, 6] {
        assert_eq!(
            manager.may_edit_role(&low, NONE, position),
            Err(Refusal::PositionAboveYou)
        );
        assert_eq!(
            manager.may_create_role(NONE, position),
            Err(Refusal::PositionAboveYou)
        );
        let high = role(3, position, &[]);
        let refused = Err(Refusal::RoleHierarchy(RoleId(3)));
        assert_eq!(manager.may_edit_role(&high, NONE, 1), refused);
        assert_eq!(manager.may_delete_role(&high), refused);
    }
    let missing = Err(Refusal::MissingPermission(P::ManageRoles));
    assert_eq!(
        member(5, &[P::ManageMembers]).may_delete_role(&low),
        missing
    );
    assert_eq!(owner().may_edit_role(&low, Permissions::ALL, 99), Ok(()));
}

#[test]
fn rule_3_and_5_members_are_acted_on_strictly_below() {
    let moderator = member(5, &[P::KickMembers]);
    assert_eq!(
        moderator.may_act_on(&member(4, &[]), P::KickMembers),
        Ok(())
    );
    let admin_below = member(4, &[P::Administrator]);
    assert_eq!(moderator.may_act_on(&admin_below, P::KickMembers), Ok(()));
    for top in [5, 6] {
        assert_eq!(
            moderator.may_act_on(&member(top, &[]), P::KickMembers),
            Err(Refusal::TargetAboveYou)
        );
    }
    assert_eq!(
        moderator.may_act_on(&member(1, &[]), P::BanMembers),
        Err(Refusal::MissingPermission(P::BanMembers))
    );
    let admin = member(5, &[P::Administrator]);
    assert_eq!(
        admin.may_act_on(&admin, P::BanMembers),
        Err(Refusal::TargetAboveYou)
    );
}

#[test]
fn rule_4_nobody_acts_on_the_owner_and_only_the_owner_hands_over() {
    let admin = member(9, &[P::Administrator]);
    let refused = Err(Refusal::TargetIsOwner);
    assert_eq!(admin.may_act_on(&owner(), P::KickMembers), refused);
    assert_eq!(owner().may_act_on(&owner(), P::BanMembers), refused);
    assert_eq!(admin.may_change_roles_of(&owner(), false), refused);
    assert_eq!(owner().may_change_roles_of(&owner(), true), Ok(()));
    assert_eq!(admin.require_owner(), Err(Refusal::OwnerOnly));
    assert_eq!(owner().require_owner(), Ok(()));
}

#[test]
fn rule_6_channels_deny_and_allow_from_the_general_to_the_particular() {
    let base = Standing::new(
        false,
        false,
        Permissions::of(&[P::ViewChannel, P::SendMessages]),
        &[role(1, 1, &[P::AttachFiles])],
    );
    let (ann, bob) = (UserId(1), UserId(2));
    let (everyone, vip, muted) = (RoleId(10), RoleId(1), RoleId(2));
    let overwrite = |allow: &[P], deny: &[P]| Overwrite {
        allow: Permissions::of(allow),
        deny: Permissions::of(deny),
    };
    let see = |overwrites: &[(Target, Overwrite)], roles: &[RoleId]| {
        let rules = ChannelRules::of(overwrites.iter().copied(), everyone, roles, ann);
        base.in_channel(&rules)
    };
    let all = Permissions::of(&[P::ViewChannel, P::SendMessages, P::AttachFiles]);
    let read_only = Permissions::of(&[P::ViewChannel, P::AttachFiles]);
    let deny_send = overwrite(&[], &[P::SendMessages]);
    let allow_send = overwrite(&[P::SendMessages], &[]);

    assert_eq!(see(&[], &[vip]), all);
    let by_everyone = (Target::Role(everyone), deny_send);
    assert_eq!(see(&[by_everyone], &[vip]), read_only);
    let by_role = (Target::Role(vip), allow_send);
    assert_eq!(see(&[by_role, by_everyone], &[vip]), all);
    let other_role = (Target::Role(muted), deny_send);
    assert_eq!(see(&[other_role], &[vip]), all, "not a role of hers");
    assert_eq!(see(&[other_role], &[vip, muted]), read_only);
    assert_eq!(
        see(&[other_role, by_role], &[vip, muted]),
        all,
        "allow wins"
    );
    let by_member = (Target::Member(ann), deny_send);
    assert_eq!(see(&[by_member, by_role], &[vip]), read_only);
    assert_eq!(see(&[(Target::Member(bob), deny_send)], &[vip]), all);

    let hidden = (Target::Role(everyone), overwrite(&[], &[P::ViewChannel]));
    assert_eq!(see(&[hidden], &[vip]), NONE, "nothing without viewing");
    let raised = (
        Target::Member(ann),
        overwrite(&[P::Administrator, P::BanMembers], &[]),
    );
    assert_eq!(see(&[raised], &[vip]), all, "not for channels to give");

    let deny_all = ChannelRules {
        everyone: Overwrite {
            allow: NONE,
            deny: Permissions::ALL,
        },
        ..ChannelRules::default()
    };
    for above in [owner(), member(1, &[P::Administrator])] {
        assert_eq!(above.in_channel(&deny_all), Permissions::ALL);
    }
}

#[test]
fn rule_7_timed_out_members_see_and_read() {
    let reader = Permissions::OF_TIMED_OUT;
    let everything_else = Permissions::ALL - Permissions::from(P::Administrator);
    let out = timed_out(Standing::new(false, false, everything_else, &[]));
    assert_eq!(out.effective(), reader);
    assert_eq!(out.in_channel(&ChannelRules::default()), reader);
    let allow = ChannelRules {
        member: Overwrite {
            allow: Permissions::ALL,
            deny: NONE,
        },
        ..ChannelRules::default()
    };
    assert_eq!(out.in_channel(&allow), reader);
    assert!(out.may_rename_self().is_err());
    assert_eq!(timed_out(owner()).effective(), Permissions::ALL);
    let admin = member(3, &[P::Administrator]);
    assert_eq!(timed_out(admin).effective(), Permissions::ALL);

    for permission in [P::ManageMembers, P::ModerateMembers] {
        let moderator = member(5, &[permission]);
        assert_eq!(moderator.may_time_out(&member(4, &[])), Ok(()));
        assert_eq!(moderator.may_time_out(&admin), Err(Refusal::TargetIsAdmin));
        assert_eq!(moderator.may_end_timeout(&admin), Ok(()));
        assert_eq!(
            moderator.may_time_out(&owner()),
            Err(Refusal::TargetIsOwner)
        );
        assert_eq!(
            moderator.may_time_out(&moderator),
            Err(Refusal::TargetAboveYou)
        );
        assert_eq!(
            timed_out(moderator).may_end_timeout(&member(1, &[])),
            Err(Refusal::MissingPermission(P::ManageMembers))
        );
    }
    assert_eq!(owner().may_time_out(&admin), Err(Refusal::TargetIsAdmin));
}

#[test]
fn rule_8_one_steps_down_below_ones_top_but_not_as_the_last_administrator() {
    let me = member(5, &[P::ManageMembers]);
    assert_eq!(me.may_change_roles_of(&me, true), Ok(()));
    assert_eq!(me.may_assign_role(&role(1, 4, &[])), Ok(()));
    assert!(
        me.may_assign_role(&role(2, 5, &[])).is_err(),
        "the top itself"
    );

    let admin = member(5, &[P::Administrator]);
    let after = member(5, &[]);
    assert_eq!(admin.may_become(&after, 0), Err(Refusal::LastAdmin));
    assert_eq!(admin.may_become(&after, 1), Ok(()));
    assert_eq!(admin.may_become(&admin, 0), Ok(()));
    assert_eq!(me.may_become(&after, 0), Ok(()));
    assert_eq!(owner().may_become(&owner(), 0), Ok(()));
}

#[test]
fn a_nickname_of_ones_own_needs_one_of_two_permissions() {
    assert_eq!(member(0, &[P::ChangeNickname]).may_rename_self(), Ok(()));
    assert_eq!(member(0, &[P::ManageMembers]).may_rename_self(), Ok(()));
    assert_eq!(
        member(0, &[]).may_rename_self(),
        Err(Refusal::MissingPermission(P::ChangeNickname))
    );
}

#[test]
fn overwrites_are_for_those_below_and_hand_on_only_what_one_holds_there() {
    let manager = member(5, &[P::ManageRoles]);
    let held = Permissions::of(&[P::ViewChannel, P::SendMessages]);
    let nothing = Overwrite::default();
    let deny_send = Overwrite {
        allow: NONE,
        deny: Permissions::from(P::SendMessages),
    };
    let allow_files = Overwrite {
        allow: Permissions::from(P::AttachFiles),
        deny: NONE,
    };
    let not_held = Err(Refusal::PermissionNotHeld(P::AttachFiles));
    let low = role(1, 0, &[]);

    assert_eq!(
        manager.may_overwrite_role(&low, held, nothing, deny_send),
        Ok(())
    );
    assert_eq!(
        manager.may_overwrite_role(&low, held, deny_send, nothing),
        Ok(())
    );
    assert_eq!(
        manager.may_overwrite_role(&low, held, nothing, allow_files),
        not_held
    );
    assert_eq!(
        manager.may_overwrite_role(&low, held, allow_files, nothing),
        not_held
    );
    assert_eq!(
        manager.may_overwrite_role(&low, held, allow_files, allow_files),
        Ok(())
    );
    assert_eq!(
        manager.may_overwrite_role(&role(2, 5, &[]), held, nothing, deny_send),
        Err(Refusal::RoleHierarchy(RoleId(2)))
    );

    let overwrite = |target: &Standing, is_self| {
        manager.may_overwrite_member(target, is_self, held, nothing, deny_send)
    };
    assert_eq!(overwrite(&member(4, &[]), false), Ok(()));
    assert_eq!(overwrite(&manager, true), Ok(()));
    assert_eq!(
        overwrite(&member(5, &[]), false),
        Err(Refusal::TargetAboveYou)
    );
    assert_eq!(overwrite(&owner(), false), Err(Refusal::TargetIsOwner));
    assert_eq!(
        member(9, &[]).may_overwrite_member(&manager, false, held, nothing, nothing),
        Err(Refusal::MissingPermission(P::ManageRoles))
    );
}

#[test]
fn refusals_have_the_codes_of_the_contract_and_name_what_is_missing() {
    let missing = Refusal::MissingPermission(P::BanMembers);
    let error = Error::from(missing);
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Forbidden, "forbidden")
    );
    assert!(error.text().contains("ban_members"));
    assert_eq!(Refusal::RoleHierarchy(RoleId(7)).code(), "role_hierarchy:7");
    for (refusal, code) in [
        (Refusal::TargetAboveYou, "target_above_you"),
        (Refusal::TargetIsOwner, "target_is_owner"),
        (Refusal::TargetIsAdmin, "target_is_admin"),
        (Refusal::LastAdmin, "last_admin"),
        (Refusal::OwnerOnly, "forbidden"),
        (Refusal::PositionAboveYou, "position_above_you"),
        (
            Refusal::PermissionNotHeld(P::BanMembers),
            "permission_not_held",
        ),
    ] {
        assert_eq!(refusal.code(), code);
    }
}
