//! The service over a real database.

use entity::{
    ConversationId, Timestamp, UserId, conversation, conversation_member, gdm_invite, user,
};
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait, Set};

use super::{
    Gdms, Parts,
    invites::InviteCode,
    model::{Change, Created, Removal},
};
use crate::{
    account::{Directory, User},
    chat::Groups,
    http::Origins,
    kernel::{Clock, Config, Db, Tasks},
    settings::Settings,
    socket::{self, Delivery},
};

struct Place {
    gdms: Gdms,
    db: Db,
    clock: Clock,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("test.db");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let db = Db::open(&url).await.expect("a database");
        let (clock, tasks) = (Clock::default(), Tasks::default());
        let (_, io) = socket::layer();
        io.ns("/", async || {});
        let gdms = Gdms::new(Parts {
            db: db.clone(),
            clock: clock.clone(),
            directory: Directory::new(db.clone()),
            settings: Settings::load(&db).await.expect("settings"),
            groups: Groups::new(db.clone()),
            delivery: Delivery::new(io),
            tasks,
            public_url: "https://chat.example/".into(),
        });
        Self {
            gdms,
            db,
            clock,
            _folder: folder,
        }
    }

    async fn person(&self, name: &str) -> User {
        let row = user::ActiveModel {
            username: Set(name.to_owned()),
            username_folded: Set(name.to_lowercase()),
            password_hash: Set(String::new()),
            role: Set(user::Role::User),
            bio: Set(String::new()),
            custom_status: Set(String::new()),
            presence: Set(String::new()),
            theme: Set(String::new()),
            language: Set(String::new()),
            created_at: Set(Timestamp(0)),
            ..Default::default()
        };
        row.insert(self.db.writer()).await.expect("inserted")
    }

    async fn group(&self, owner: &User, others: &[&User]) -> Created {
        let names: Vec<_> = others.iter().map(|user| user.username.clone()).collect();
        let created = self.gdms.create(owner, None, &names).await;
        created.expect("a group")
    }

    async fn invite(&self, owner: &User, group: &Created) -> InviteCode {
        let invite = self.gdms.invite(owner, group.id, None).await;
        code(&invite.expect("an invite").code)
    }

    async fn members(&self, one_of_them: &User, group: &Created) -> Vec<String> {
        let view = self.gdms.get(one_of_them, group.id).await;
        view.expect("the group").members
    }
}

fn code(text: &str) -> InviteCode {
    InviteCode::parse(text).expect("a code")
}

#[tokio::test]
async fn of_a_hundred_who_join_with_one_code_at_once_one_gets_in() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let group = place.group(&alice, &[&bob]).await;
    let code = place.invite(&alice, &group).await;
    let mut guests = Vec::new();
    for n in 0..100 {
        guests.push(place.person(&format!("guest {n}")).await);
    }
    let joins = guests
        .iter()
        .map(|guest| place.gdms.join(guest, code.clone()));
    let answers = futures_util::future::join_all(joins).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(error.code(), "invite_used");
    }
    assert_eq!(place.members(&alice, &group).await.len(), 3);
}

#[tokio::test]
async fn a_standing_code_works_once_and_is_replaced() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let (carol, dave) = (place.person("carol").await, place.person("dave").await);
    let group = place.group(&alice, &[&bob]).await;
    let first = code(&group.invite_code);
    place
        .gdms
        .join(&bob, first.clone())
        .await
        .expect("in already");
    place
        .gdms
        .join(&carol, first.clone())
        .await
        .expect("let in");
    let late = place.gdms.join(&dave, first).await.expect_err("spent");
    assert_eq!(late.code(), "invalid_invite_code");
    let view = place.gdms.get(&alice, group.id).await.expect("the group");
    let second = code(&view.group.invite_code);
    place.gdms.join(&dave, second).await.expect("let in");
}

#[tokio::test]
async fn the_kicked_stay_out_until_a_code_is_made_for_them() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let group = place.group(&alice, &[&bob]).await;
    let old = place.invite(&alice, &group).await;
    let kick = Change::Remove(bob.id, Removal::Kick);
    place
        .gdms
        .change(&alice, group.id, kick)
        .await
        .expect("kicked");
    assert_eq!(place.members(&alice, &group).await, ["alice"]);
    for code in [old, code(&group.invite_code)] {
        let error = place.gdms.join(&bob, code).await.expect_err("banned");
        assert_eq!(error.text(), "banned from this group");
    }
    place.clock.advance(std::time::Duration::from_secs(1));
    let new = place.invite(&alice, &group).await;
    place.gdms.join(&bob, new).await.expect("let in");
}

#[tokio::test]
async fn an_expired_invite_lets_nobody_in() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let carol = place.person("carol").await;
    let group = place.group(&alice, &[&bob]).await;
    let code = place.invite(&alice, &group).await;
    assert!(place.gdms.preview(&carol, &code).await.is_ok());
    place.clock.advance(std::time::Duration::from_hours(24));
    let error = place
        .gdms
        .preview(&carol, &code)
        .await
        .expect_err("expired");
    assert_eq!(error.code(), "invite_expired");
    let error = place.gdms.join(&carol, code).await.expect_err("expired");
    assert_eq!(error.code(), "invite_expired");
    let unused = gdm_invite::Entity::find().one(place.db.reader()).await;
    assert_eq!(unused.expect("read").expect("the invite").used_at, None);
}

#[tokio::test]
async fn an_owner_who_leaves_hands_over_and_the_last_one_ends_it() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let group = place.group(&alice, &[&bob]).await;
    let leave = |user: User| {
        let gdms = place.gdms.clone();
        async move { gdms.change(&user, group.id, Change::Leave).await }
    };
    leave(alice.clone()).await.expect("left");
    let view = place.gdms.get(&bob, group.id).await.expect("the group");
    assert_eq!((view.owner.as_str(), view.is_owner), ("bob", true));
    assert_ne!(view.group.invite_code, group.invite_code);
    assert_eq!(leave(alice).await.expect_err("outside").code(), "forbidden");
    leave(bob.clone()).await.expect("left");
    assert_eq!(leave(bob).await.expect_err("gone").code(), "not_found");
    let left = conversation_member::Entity::find()
        .count(place.db.reader())
        .await;
    assert_eq!(left.expect("counted"), 0);
}

#[tokio::test]
async fn what_was_said_before_is_not_unread_to_who_comes_later() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let carol = place.person("carol").await;
    let group = place.group(&alice, &[&bob]).await;
    let spoken = conversation::ActiveModel {
        id: Set(group.id),
        last_seq: Set(7),
        ..Default::default()
    };
    spoken.update(place.db.writer()).await.expect("updated");
    let add = Change::Add(vec![carol.id, bob.id]);
    place
        .gdms
        .change(&alice, group.id, add)
        .await
        .expect("added");
    let row = conversation_member::Entity::find_by_id((group.id, carol.id))
        .one(place.db.reader())
        .await;
    assert_eq!(row.expect("read").expect("a member").read_seq, 7);
}

#[tokio::test]
async fn names_that_are_nobodys_refuse_the_whole_request() {
    let place = Place::new().await;
    let (alice, _) = (place.person("alice").await, place.person("bob").await);
    let create = async |names: &[&str]| {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let created = place.gdms.create(&alice, None, &names).await;
        created.map_err(|error| error.text().to_owned()).err()
    };
    let few = Some("need at least 2 members".to_owned());
    assert_eq!(create(&[]).await, few);
    assert_eq!(create(&["Alice", "ALICE"]).await, few);
    let unknown = create(&["bob", "nobody", "\0"]).await;
    assert_eq!(unknown.as_deref(), Some("user not found: nobody, \0"));
    assert!(place.gdms.list(&alice).await.expect("read").is_empty());
    assert_eq!(create(&["BOB", "bob", "alice"]).await, None);
}

#[tokio::test]
async fn a_group_that_is_none_is_not_found_and_a_foreign_one_forbidden() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let mallory = place.person("mallory").await;
    let group = place.group(&alice, &[&bob]).await;
    for (id, expected) in [
        (ConversationId(0), "not_found"),
        // The public chat is a conversation, but no group.
        (ConversationId(1), "not_found"),
        (group.id, "forbidden"),
    ] {
        let change = place.gdms.change(&mallory, id, Change::Delete).await;
        assert_eq!(change.expect_err("refused").code(), expected);
        let view = place.gdms.get(&mallory, id).await;
        assert_eq!(view.expect_err("refused").code(), expected);
        let invite = place.gdms.invite(&mallory, id, None).await;
        assert_eq!(invite.expect_err("refused").code(), expected);
    }
}

#[tokio::test]
async fn an_invite_is_a_link_to_this_server() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let group = place.group(&alice, &[&bob]).await;
    let invite = place.gdms.invite(&alice, group.id, Some(60)).await;
    let invite = invite.expect("an invite");
    assert_eq!(
        invite.url,
        format!("https://chat.example/join/{}", invite.code)
    );
    let rows = gdm_invite::Entity::find().all(place.db.reader()).await;
    let rows = rows.expect("read");
    assert_ne!(rows[0].code_hash, invite.code);
    assert_eq!(rows[0].created_by, UserId(alice.id.0));
}

#[tokio::test]
async fn every_route_is_documented_once() {
    let place = Place::new().await;
    let origins = Origins::new(&Config::default());
    let (_, api) = super::router(place.gdms, origins).split_for_parts();
    assert_eq!(api.paths.paths.len(), 17);
}
