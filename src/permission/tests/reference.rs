//! The engine against the rules once more, written as plainly as possible: with lists of facts
//! instead of sets of bits, and without regard to speed.

use std::collections::BTreeSet;

use entity::{RoleId, UserId};
use proptest::prelude::*;

use crate::permission::{
    ChannelRules, Overwrite, Permission, Permission as P, Permissions, Role, Standing, Target,
};

type Set = BTreeSet<Permission>;

/// A server: role 0 is the default role, member 0 the owner.
#[derive(Clone, Debug)]
struct World {
    roles: Vec<(i64, Set)>,
    members: Vec<(Vec<usize>, bool)>,
    /// Of one channel: whose it is, what it allows, what it denies.
    overwrites: Vec<(Whose, Set, Set)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Role(usize),
    Member(usize),
}

/// The reference model.
impl World {
    fn roles_of(&self, member: usize) -> impl Iterator<Item = usize> {
        std::iter::once(0).chain(self.members[member].0.iter().copied())
    }

    fn is_admin(&self, member: usize) -> bool {
        member == 0
            || self
                .roles_of(member)
                .any(|role| self.roles[role].1.contains(&P::Administrator))
    }

    fn top(&self, member: usize) -> i64 {
        let positions = self.roles_of(member).map(|role| self.roles[role].0);
        if member == 0 {
            i64::MAX
        } else {
            positions.max().unwrap_or(0)
        }
    }

    fn can(&self, member: usize, what: Permission) -> bool {
        let by_role = self
            .roles_of(member)
            .any(|role| self.roles[role].1.contains(&what));
        let at_all = !self.members[member].1 || what == P::ViewChannel || what == P::ReadHistory;
        self.is_admin(member) || (by_role && at_all)
    }

    fn can_in_channel(&self, member: usize, what: Permission) -> bool {
        let mut can = self
            .roles_of(member)
            .any(|role| self.roles[role].1.contains(&what));
        let steps: [&dyn Fn(Whose) -> bool; 3] = [
            &|whose| whose == Whose::Role(0),
            &|whose| matches!(whose, Whose::Role(role) if role > 0 && self.members[member].0.contains(&role)),
            &|whose| whose == Whose::Member(member),
        ];
        let is_of_channels =
            what >= P::MentionEveryone && what <= P::AddReactions || what == P::ManageMessages;
        for step in steps.iter().filter(|_| is_of_channels) {
            let mine = || self.overwrites.iter().filter(|(whose, ..)| step(*whose));
            can = can && !mine().any(|(_, _, deny)| deny.contains(&what));
            can = can || mine().any(|(_, allow, _)| allow.contains(&what));
        }
        let at_all = !self.members[member].1 || what == P::ViewChannel || what == P::ReadHistory;
        let sees = what == P::ViewChannel || self.can_in_channel(member, P::ViewChannel);
        self.is_admin(member) || (can && at_all && sees)
    }

    fn can_do_to(&self, actor: usize, target: usize, what: Permission) -> bool {
        self.can(actor, what) && target != 0 && self.top(target) < self.top(actor)
    }
}

/// The same in the terms of the engine.
impl World {
    fn role(&self, role: usize) -> Role {
        Role {
            id: RoleId(i64::try_from(role).expect("few")),
            position: self.roles[role].0,
            permissions: self.roles[role].1.iter().copied().collect(),
        }
    }

    fn standing(&self, member: usize) -> Standing {
        let (roles, timed_out) = &self.members[member];
        let roles: Vec<_> = roles.iter().map(|role| self.role(*role)).collect();
        Standing::new(member == 0, *timed_out, self.role(0).permissions, &roles)
    }

    fn rules(&self, member: usize) -> ChannelRules {
        let user = |member| UserId(i64::try_from(member).expect("few"));
        let overwrites = self.overwrites.iter().map(|(whose, allow, deny)| {
            let target = match whose {
                Whose::Role(role) => Target::Role(self.role(*role).id),
                Whose::Member(member) => Target::Member(user(*member)),
            };
            let allow = allow.iter().copied().collect();
            let deny = deny.iter().copied().collect();
            (target, Overwrite { allow, deny })
        });
        let roles = self.members[member].0.iter();
        let roles: Vec<_> = roles.map(|role| self.role(*role).id).collect();
        ChannelRules::of(overwrites, RoleId(0), &roles, user(member))
    }
}

const ROLES: usize = 5;
const MEMBERS: usize = 3;

fn set() -> impl Strategy<Value = Set> {
    // Two draws in one: sparse sets, with the administrator rarer still.
    (any::<i64>(), any::<i64>(), 0..4_u8).prop_map(|(a, b, admin)| {
        let set = Permissions::from_bits(a & b).iter();
        set.filter(|one| *one != P::Administrator || admin == 0)
            .collect()
    })
}

fn world() -> impl Strategy<Value = World> {
    let positions = prop::collection::vec(1..5_i64, ROLES - 1);
    let sets = prop::collection::vec(set(), ROLES);
    let members = prop::collection::vec((0..16_u8, any::<bool>()), MEMBERS);
    let overwrites = prop::collection::vec((0..8_usize, set(), set()), 0..6);
    (positions, sets, members, overwrites).prop_map(|(positions, sets, members, overwrites)| {
        World {
            roles: std::iter::once(0).chain(positions).zip(sets).collect(),
            members: members
                .into_iter()
                .map(|(mask, is_out)| {
                    (
                        (1..ROLES)
                            .filter(|role| mask >> (role - 1) & 1 == 1)
                            .collect(),
                        is_out,
                    )
                })
                .collect(),
            overwrites: overwrites
                .into_iter()
                .map(|(whose, allow, deny)| {
                    let whose = if whose < ROLES {
                        Whose::Role(whose)
                    } else {
                        Whose::Member(whose - ROLES)
                    };
                    (whose, allow, deny)
                })
                .collect(),
        }
    })
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(50_000)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_members_hold_is_what_the_reference_says(world in world()) {
        for member in 0..MEMBERS {
            let standing = world.standing(member);
            prop_assert_eq!(standing.is_admin(), world.is_admin(member));
            let (held, here) = (standing.effective(), standing.in_channel(&world.rules(member)));
            for what in P::ALL {
                prop_assert_eq!(held.contains(*what), world.can(member, *what), "{:?}", what);
                prop_assert_eq!(here.contains(*what), world.can_in_channel(member, *what), "{:?}", what);
            }
        }
    }

    #[test]
    fn what_members_do_to_each_other_is_what_the_reference_says(
        world in world(),
        (actor, target) in (0..MEMBERS, 0..MEMBERS),
        role in 0..ROLES,
        (new, position) in (set(), 0..6_i64),
        (old_allow, old_deny) in (set(), set()),
    ) {
        let (me, them, engine_role) = (world.standing(actor), world.standing(target), world.role(role));
        let below = |position: i64| position < world.top(actor);
        let is_self = actor == target;
        let old_set = &world.roles[role].1;
        let newly_held = new.iter().all(|what| old_set.contains(what) || world.can(actor, *what));
        let permissions: Permissions = new.iter().copied().collect();

        for what in [P::KickMembers, P::BanMembers, P::ManageMembers] {
            prop_assert_eq!(me.may_act_on(&them, what).is_ok(), world.can_do_to(actor, target, what));
        }
        let ends = world.can_do_to(actor, target, P::ManageMembers)
            || world.can_do_to(actor, target, P::ModerateMembers);
        prop_assert_eq!(me.may_end_timeout(&them).is_ok(), ends);
        prop_assert_eq!(me.may_time_out(&them).is_ok(), ends && !world.is_admin(target));
        prop_assert_eq!(
            me.may_change_roles_of(&them, is_self).is_ok(),
            world.can(actor, P::ManageMembers) && (target != 0 || is_self)
        );
        prop_assert_eq!(
            me.may_assign_role(&engine_role).is_ok(),
            world.can(actor, P::ManageMembers) && below(world.roles[role].0)
        );
        let edits = world.can(actor, P::ManageRoles) && below(world.roles[role].0);
        prop_assert_eq!(me.may_delete_role(&engine_role).is_ok(), edits);
        prop_assert_eq!(
            me.may_edit_role(&engine_role, permissions, position).is_ok(),
            edits && below(position) && newly_held
        );
        prop_assert_eq!(
            me.may_create_role(permissions, position).is_ok(),
            world.can(actor, P::ManageRoles)
                && below(position)
                && new.iter().all(|what| world.can(actor, *what))
        );

        let held = me.in_channel(&world.rules(actor));
        let old = Overwrite {
            allow: old_allow.iter().copied().collect(),
            deny: old_deny.iter().copied().collect(),
        };
        let now = Overwrite { allow: permissions, deny: Permissions::NONE };
        let changes_held = P::ALL.iter().all(|what| {
            let is_changed = old_allow.contains(what) != new.contains(what) || old_deny.contains(what);
            !is_changed || world.can_in_channel(actor, *what)
        });
        prop_assert_eq!(
            me.may_overwrite_role(&engine_role, held, old, now).is_ok(),
            edits && changes_held
        );
        let on_member = world.can_do_to(actor, target, P::ManageRoles)
            || is_self && world.can(actor, P::ManageRoles);
        prop_assert_eq!(
            me.may_overwrite_member(&them, is_self, held, old, now).is_ok(),
            on_member && changes_held
        );
    }
}
