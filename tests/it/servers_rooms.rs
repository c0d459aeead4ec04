//! What people who are connected hear of, and from which moment on they hear it no more.

use reqwest::Method;
use serde_json::json;

use crate::support::{Community, Person, Socket, TestApp};

/// Says something in a channel, and waits until it is stored and sent.
async fn says(person: &Person, club: &Community, channel: i64, text: &str) {
    let path = club.path(&format!("/channels/{channel}/messages"));
    let said = person.post(&path, json!({"content": text})).await;
    assert_eq!(said.status, 201, "{}", said.body);
}

/// The text of the next message of a channel.
async fn hears(socket: &mut Socket) -> String {
    let news = socket.receives(&["channel_new"]).await;
    news["text"].as_str().expect("a text").to_owned()
}

async fn is_told(socket: &mut Socket, what: &str) {
    loop {
        let news = socket.receives(&["server_updated"]).await;
        if news["what"] == what {
            break;
        }
    }
}

#[tokio::test]
async fn members_are_told_once_of_each_change_and_strangers_of_none() {
    let app = TestApp::spawn().await;
    let [alice, bob, mallory] = app.users(["alice", "bob", "mallory"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let mut socket = bob.connects().await;
    let mut outside = mallory.connects().await;

    club.makes_channel("news").await;
    club.makes_role("VIP", &[]).await;
    let rename = json!({"name": "Renamed"});
    alice.patch(&club.path(""), rename.clone()).await.succeeds();
    alice.patch(&club.path(""), rename).await.succeeds();
    Community::of(&mallory, &[]).await;

    for what in ["channels", "roles", "server"] {
        let news = socket.receives(&["server_updated"]).await;
        assert_eq!(news, json!({"server_id": club.id, "what": what}));
    }
    let first = outside.receives(&["server_updated"]).await;
    assert_ne!(first["server_id"], club.id);
    let again = json!({"name": "Again"});
    alice.patch(&club.path(""), again).await.succeeds();
    is_told(&mut socket, "server").await;
}

#[tokio::test]
async fn who_comes_in_hears_and_who_goes_does_not() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[]).await;
    let other = Community::of(&bob, &[&alice]).await;
    let mut socket = bob.connects().await;

    club.admits(&bob).await;
    says(&alice, &club, club.general, "welcome").await;
    assert_eq!(hears(&mut socket).await, "welcome");

    alice
        .delete(&club.membership_of(&bob).await)
        .await
        .is_done();
    says(&alice, &club, club.general, "he is gone").await;
    says(&alice, &other, other.general, "elsewhere").await;
    is_told(&mut socket, "members").await;
    assert_eq!(hears(&mut socket).await, "elsewhere");
}

#[tokio::test]
async fn who_loses_sight_of_a_channel_hears_nothing_more_of_it() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let office = club.makes_channel("office").await;
    let staff = club.makes_role("staff", &[]).await;
    club.gives(&carol, &[staff]).await;
    let everyone = club.everyone().await;
    let (mut bobs, mut carols) = (bob.connects().await, carol.connects().await);
    says(&alice, &club, office, "open").await;
    assert_eq!(hears(&mut bobs).await, "open");
    assert_eq!(hears(&mut carols).await, "open");

    // The channel is closed but for staff.
    club.overwrites(office, staff, &["view_channel"], &[]).await;
    club.overwrites(office, everyone, &[], &["view_channel"])
        .await;
    says(&alice, &club, office, "closed").await;
    says(&alice, &club, club.general, "general").await;
    assert_eq!(hears(&mut bobs).await, "general");
    assert_eq!(hears(&mut carols).await, "closed");
    assert_eq!(hears(&mut carols).await, "general");

    // Bob is given the role, and it is taken from Carol.
    club.gives(&bob, &[staff]).await;
    club.gives(&carol, &[]).await;
    says(&alice, &club, office, "for bob").await;
    says(&alice, &club, club.general, "for all").await;
    assert_eq!(hears(&mut bobs).await, "for bob");
    assert_eq!(hears(&mut bobs).await, "for all");
    assert_eq!(hears(&mut carols).await, "for all");

    // With the role goes what it allowed.
    alice
        .delete(&club.path(&format!("/roles/{staff}")))
        .await
        .is_done();
    says(&alice, &club, office, "for nobody").await;
    says(&alice, &club, club.general, "still here").await;
    assert_eq!(hears(&mut bobs).await, "still here");

    // It is opened again for everybody.
    club.overwrites(office, everyone, &[], &[]).await;
    says(&alice, &club, office, "open again").await;
    assert_eq!(hears(&mut bobs).await, "open again");
    assert_eq!(hears(&mut carols).await, "still here");
    assert_eq!(hears(&mut carols).await, "open again");
}

#[tokio::test]
async fn who_connects_hears_of_what_they_may_view() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let office = club.makes_channel("office").await;
    let everyone = club.everyone().await;
    club.overwrites(office, everyone, &[], &["view_channel"])
        .await;
    let (mut alices, mut bobs) = (alice.connects().await, bob.connects().await);

    says(&alice, &club, office, "secret").await;
    says(&alice, &club, club.general, "public").await;

    assert_eq!(hears(&mut alices).await, "secret");
    assert_eq!(hears(&mut alices).await, "public");
    assert_eq!(hears(&mut bobs).await, "public");
}

#[tokio::test]
async fn a_server_that_is_deleted_is_silent() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let other = Community::of(&alice, &[&bob]).await;
    let mut socket = bob.connects().await;

    alice.delete(&club.path("")).await.is_done();
    let news = socket.receives(&["server_updated"]).await;
    assert_eq!(news, json!({"server_id": club.id, "what": "deleted"}));
    let path = club.path(&format!("/channels/{}/messages", club.general));
    let refused = alice.post(&path, json!({"content": "anybody?"})).await;
    assert_eq!(refused.status, 404, "{}", refused.body);
    says(&alice, &other, other.general, "here").await;
    assert_eq!(hears(&mut socket).await, "here");
}

/// Everything that is to be fetched again of the server until its name is said to be another one.
async fn is_told_until_renamed(socket: &mut Socket) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        let news = socket.receives(&["server_updated"]).await;
        let what = news["what"].as_str().expect("what").to_owned();
        if what == "server" {
            return told;
        }
        told.push(what);
    }
}

#[tokio::test]
async fn of_bans_only_those_are_told_who_may_ban() {
    let app = TestApp::spawn().await;
    let names = ["alice", "bob", "carol", "dave", "erin", "mallory"];
    let [alice, bob, carol, dave, erin, mallory] = app.users(names).await;
    let club = Community::of(&alice, &[&bob, &carol, &dave]).await;
    let guard = club.makes_role("guard", &["ban_members"]).await;
    club.gives(&bob, &[guard]).await;
    let (mut owners, mut guards) = (alice.connects().await, bob.connects().await);
    let (mut members, mut strangers) = (carol.connects().await, mallory.connects().await);
    let mut banned = dave.connects().await;
    let rename = async |name: &str| {
        let renamed = alice.patch(&club.path(""), json!({"name": name})).await;
        renamed.succeeds();
    };

    let daves = club.path(&format!("/bans/{}", dave.id().await));
    let erins = club.path(&format!("/bans/{}", erin.id().await));
    bob.does(Method::PUT, &daves, Some(json!({})))
        .await
        .is_done();
    bob.does(Method::PUT, &erins, Some(json!({})))
        .await
        .is_done();
    let why = json!({"reason": "spam"});
    bob.does(Method::PUT, &erins, Some(why.clone()))
        .await
        .is_done();
    bob.does(Method::PUT, &erins, Some(why)).await.is_done();
    bob.delete(&daves).await.is_done();
    rename("One").await;

    for socket in [&mut owners, &mut guards] {
        let told = is_told_until_renamed(socket).await;
        assert_eq!(told, ["members", "bans", "bans", "bans", "bans"]);
    }
    assert_eq!(is_told_until_renamed(&mut members).await, ["members"]);

    // Whoever may ban no more, and when nobody who may is there.
    club.gives(&bob, &[]).await;
    drop(owners);
    alice.delete(&erins).await.is_done();
    rename("Two").await;
    let told = is_told_until_renamed(&mut guards).await;
    assert_eq!(told, ["members"], "of the role that is gone");
    assert_eq!(is_told_until_renamed(&mut members).await, ["members"]);

    // A server where nobody is connected who may ban.
    let quiet = Community::of(&erin, &[&carol]).await;
    erin.does(
        Method::PUT,
        &quiet.path(&format!("/bans/{}", dave.id().await)),
        None,
    )
    .await
    .is_done();
    let renamed = json!({"name": "Quiet"});
    erin.patch(&quiet.path(""), renamed).await.succeeds();
    assert_eq!(is_told_until_renamed(&mut members).await, ["members"]);

    // Those outside heard nothing of it; who was banned, that they are no member.
    let outside = Community::of(&mallory, &[&dave]).await;
    let renamed = json!({"name": "Elsewhere"});
    mallory.patch(&outside.path(""), renamed).await.succeeds();
    let news = strangers.receives(&["server_updated"]).await;
    assert_eq!(news["server_id"], outside.id);
    let news = banned.receives(&["server_updated"]).await;
    assert_eq!(news, json!({"server_id": club.id, "what": "members"}));
    let news = banned.receives(&["server_updated"]).await;
    assert_eq!(news["server_id"], outside.id);
}
