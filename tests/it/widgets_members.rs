//! Widgets for the members of a server: who sees which, who pins them, badges.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Person, TestApp, Tile};

/// What a member is shown, widget by widget.
async fn listed(person: &Person, club: &Community) -> Vec<Value> {
    let widgets = person.reads(&club.path("/widgets")).await;
    widgets["widgets"].as_array().expect("widgets").clone()
}

/// The widgets that a member is told are pinned.
async fn pinned(person: &Person, club: &Community) -> Vec<i64> {
    let widgets = listed(person, club).await.into_iter();
    let pinned = widgets.filter(|widget| widget["pinned"] == true);
    pinned
        .filter_map(|widget| widget["appId"].as_i64())
        .collect()
}

async fn pins(person: &Person, club: &Community, tile: &Tile) -> crate::support::Reply {
    let path = club.path(&format!("/widgets/{}/pin", tile.id));
    person.does(Method::PUT, &path, None).await
}

async fn unpins(person: &Person, club: &Community, tile: &Tile) -> crate::support::Reply {
    person
        .delete(&club.path(&format!("/widgets/{}/pin", tile.id)))
        .await
}

#[tokio::test]
async fn members_see_what_is_visible_and_managers_what_is_hidden_too() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol, eve] = app.users(["alice", "bob", "carol", "eve"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let role = club.makes_role("Managers", &["manage_server"]).await;
    club.gives(&carol, &[role]).await;
    let (seen, hidden) = (
        Tile::of(&app, &club, &alice).await,
        Tile::of(&app, &club, &alice).await,
    );
    hidden.shows(5).await;
    hidden.is_made_visible(&alice, false).await;
    let elsewhere = Community::of(&eve, &[]).await;
    Tile::of(&app, &elsewhere, &eve).await;

    let expected = json!({
        "appId": seen.id, "name": "Uptime", "description": "What is up", "pinned": false,
        "visible": true, "snapshot": null,
    });
    assert_eq!(listed(&bob, &club).await, std::slice::from_ref(&expected));
    for manager in [&alice, &carol] {
        let widgets = listed(manager, &club).await;
        assert_eq!(widgets[0], expected);
        assert_eq!(widgets[1]["visible"], false);
        assert_eq!(widgets[1]["snapshot"]["rows"][0]["value"], 5);
    }
    let refused = eve.get(&club.path("/widgets")).await;
    refused.refuses(404, "server_not_found");
    let refused = app.stranger().get(&club.path("/widgets")).await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (401, &json!("unauthorized"))
    );
}

#[tokio::test]
async fn one_widget_is_pinned_by_who_manages_the_server() {
    let app = TestApp::spawn().await;
    let [alice, bob, eve] = app.users(["alice", "bob", "eve"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let (a, b) = (
        Tile::of(&app, &club, &alice).await,
        Tile::of(&app, &club, &alice).await,
    );
    let elsewhere = Community::of(&eve, &[]).await;
    let foreign = Tile::of(&app, &elsewhere, &eve).await;
    let mut socket = bob.connects().await;

    pins(&bob, &club, &a).await.refuses(403, "forbidden");
    pins(&eve, &club, &a).await.refuses(404, "server_not_found");
    pins(&alice, &club, &foreign)
        .await
        .refuses(404, "widget_not_found");
    assert_eq!(pinned(&bob, &club).await, [0_i64; 0]);

    pins(&alice, &club, &a).await.is_done();
    let news = socket.receives(&["server_updated"]).await;
    assert_eq!(news, json!({"server_id": club.id, "what": "widgets"}));
    assert_eq!(pinned(&bob, &club).await, [a.id]);
    pins(&alice, &club, &b).await.is_done();
    assert_eq!(pinned(&bob, &club).await, [b.id]);
    // Once more changes nothing, and nothing is recorded of it.
    pins(&alice, &club, &b).await.is_done();
    unpins(&bob, &club, &b).await.refuses(403, "forbidden");
    unpins(&alice, &club, &a).await.is_done();
    assert_eq!(pinned(&bob, &club).await, [b.id]);
    unpins(&alice, &club, &b).await.is_done();
    assert_eq!(pinned(&bob, &club).await, [0_i64; 0]);

    let log = alice.reads(&club.path("/audit")).await;
    let entries = log["entries"].as_array().expect("entries").iter();
    let actions: Vec<_> = entries
        .filter_map(|entry| entry["action"].as_str())
        .filter(|action| action.starts_with("widget."))
        .collect();
    assert_eq!(actions, ["widget.unpin", "widget.pin", "widget.pin"]);
}

#[tokio::test]
async fn hiding_unpins_and_what_is_hidden_cannot_be_pinned() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    pins(&alice, &club, &tile).await.is_done();

    tile.is_made_visible(&alice, false).await;

    assert_eq!(pinned(&alice, &club).await, [0_i64; 0]);
    pins(&alice, &club, &tile)
        .await
        .refuses(409, "widget_invisible");
}

#[tokio::test]
async fn a_badge_has_an_address_of_its_own_that_only_reads() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    let path = club.path(&format!("/widgets/{}/badge", tile.id));
    bob.post(&path, json!({})).await.refuses(403, "forbidden");
    let makes = async || {
        let made = alice.post(&path, json!({})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let url = made.body["url"].as_str().expect("a URL").to_owned();
        let below = url
            .strip_prefix(&app.config().server.public_url)
            .expect("ours");
        below.to_owned()
    };
    let badge = makes().await;
    assert!(badge.starts_with(&format!("/widgets/{}/badge.json?token=chtd_", tile.id)));
    let reader = app.stranger();
    let nothing = json!({
        "schemaVersion": 1, "label": "Uptime", "message": "no data", "color": "lightgrey",
    });
    assert_eq!(reader.reads(&badge).await, nothing);
    tile.shows(12).await;
    let shown = json!({
        "schemaVersion": 1, "label": "Online", "message": "12", "color": "blue",
    });
    assert_eq!(reader.reads(&badge).await, shown);

    // Neither token is the other one.
    let (_, read_token) = badge.split_once('=').expect("a token");
    let posted = format!("/widgets/{}/{read_token}", tile.id);
    let body = crate::support::counter(1);
    reader
        .post(&posted, body)
        .await
        .refuses(404, "widget_not_found");
    let own = format!(
        "/widgets/{}/badge.json?token={}",
        tile.id,
        tile.token.expose()
    );
    reader.get(&own).await.refuses(404, "widget_not_found");
    let without = format!("/widgets/{}/badge.json", tile.id);
    reader.get(&without).await.refuses(404, "widget_not_found");

    tile.is_made_visible(&alice, false).await;
    reader.get(&badge).await.refuses(404, "widget_not_found");
    tile.is_made_visible(&alice, true).await;
    assert_eq!(reader.reads(&badge).await, shown);
    let next = makes().await;
    reader.get(&badge).await.refuses(404, "widget_not_found");
    assert_eq!(reader.reads(&next).await, shown);
    bob.delete(&path).await.refuses(403, "forbidden");
    alice.delete(&path).await.is_done();
    reader.get(&next).await.refuses(404, "widget_not_found");
}
