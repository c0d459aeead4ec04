//! Bans of accounts, addresses and devices: whom they keep out, whom not, and for how long.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    moderation::Place,
    support::{PASSWORD, Person, Reply, TestApp, eventually},
};

/// A server that believes a proxy on this machine.
async fn behind_a_proxy() -> Place {
    let app = TestApp::with(|config| {
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    });
    Place::on(app.await).await
}

/// Somebody new, who comes from `address`.
async fn arrives(place: &Place, name: &str, address: &str) -> Person {
    let person = Person::new(name, place.app.address(), Some(address));
    person.registers().await.succeeds();
    person.signs_in().await.succeeds();
    person
}

async fn bans_address(place: &Place, address: &str) -> Reply {
    let body = json!({"type": "ip", "action": "ban", "value": address});
    place.root.post("/api/admin/ban", body).await
}

/// What a device's request to sign in is answered.
async fn signs_in_with(person: &Person, device: &str) -> Reply {
    let body = json!({"username": person.name, "password": PASSWORD});
    let request = person.request(Method::POST, "/login");
    Reply::of(request.header("x-client-id", device).json(&body)).await
}

async fn registers_with(person: &Person, device: &str) -> Reply {
    let body = json!({"username": person.name, "password": PASSWORD});
    let request = person.request(Method::POST, "/register");
    Reply::of(request.header("x-client-id", device).json(&body)).await
}

#[tokio::test]
async fn from_a_banned_address_nothing_is_answered_until_the_ban_is_lifted() {
    let place = behind_a_proxy().await;
    let carol = arrives(&place, "carol", "9.9.9.9").await;
    let dave = arrives(&place, "dave", "9.9.9.10").await;
    let mut socket = carol.connects().await;
    let mut other = dave.connects().await;

    bans_address(&place, "9.9.9.9").await.succeeds();

    socket.ends().await;
    let notice = other.receives(&["system_message"]).await;
    let text = notice["text"].as_str().expect("text");
    assert!(
        text.contains("IP address") && !text.contains("9.9.9.9"),
        "{text}"
    );
    for path in ["/api/whoami", "/api/messages", "/api/nowhere", "/"] {
        let reply = carol.get(path).await;
        reply.is_refused(403, "ip_banned");
        assert_eq!(reply.body["error"], "IP address banned");
    }
    assert!(carol.tries_to_connect().await.is_err());
    let stranger = place.app.stranger_from("9.9.9.9");
    stranger
        .get("/api/whoami")
        .await
        .is_refused(403, "ip_banned");
    let login = carol.elsewhere().signs_in().await;
    login.is_refused(403, "ip_banned");
    assert_eq!(login.body["error"], "Your IP address is banned");
    let newcomer = Person::new("newcomer", place.app.address(), Some("9.9.9.9"));
    newcomer.registers().await.is_refused(403, "ip_banned");
    assert!(dave.is_signed_in().await);
    assert!(place.root.is_signed_in().await);

    let lift = json!({"type": "ip", "action": "unban", "value": "9.9.9.9"});
    place.root.post("/api/admin/ban", lift).await.succeeds();
    assert!(carol.is_signed_in().await);
}

#[tokio::test]
async fn pages_can_read_why_an_address_is_refused_and_preflights_pass() {
    let place = behind_a_proxy().await;
    bans_address(&place, "9.9.9.9").await.succeeds();
    let stranger = place.app.stranger_from("9.9.9.9");
    let origin = "http://localhost:8080";
    let request = stranger.request(Method::GET, "/api/whoami");
    let refused = Reply::of(request.header("origin", origin)).await;
    refused.is_refused(403, "ip_banned");
    // The person's own origin header is there as well: what counts is that CORS is answered.
    let preflight = stranger
        .request(Method::OPTIONS, "/api/whoami")
        .header("access-control-request-method", "GET");
    assert_eq!(Reply::of(preflight).await.status, 200);
    let page = stranger
        .request(Method::GET, "/chat")
        .header("accept", "text/html");
    let page = Reply::of(page).await;
    assert_eq!(page.status, 403);
    assert!(
        page.body
            .as_str()
            .expect("a page")
            .contains("<h1>IP address banned")
    );
}

#[tokio::test]
async fn superadmins_and_the_immune_come_from_everywhere() {
    let place = behind_a_proxy().await;
    let carol = arrives(&place, "carol", "9.9.9.9").await;
    let dave = arrives(&place, "dave", "9.9.9.9").await;
    let toggle = "/api/admin/toggle_immunity/carol";
    let immune = place.root.post(toggle, Value::Null).await.succeeds();
    assert_eq!(immune["immune"], true);
    bans_address(&place, "9.9.9.9").await.succeeds();

    assert!(carol.is_signed_in().await);
    carol.connects().await;
    carol.elsewhere().signs_in().await.succeeds();
    dave.get("/api/whoami").await.is_refused(403, "ip_banned");
    let root = Person::new("root", place.app.address(), Some("9.9.9.9"));
    root.signs_in().await.succeeds();
    assert!(root.is_signed_in().await);

    let again = place.root.post(toggle, Value::Null).await.succeeds();
    assert_eq!(again["immune"], false);
    carol.get("/api/whoami").await.is_refused(403, "ip_banned");
    let refused = place
        .root
        .post("/api/admin/toggle_immunity/root", Value::Null)
        .await;
    refused.is_refused(400, "cannot_toggle_superadmin");
    let nobody = place
        .root
        .post("/api/admin/toggle_immunity/nobody", Value::Null)
        .await;
    nobody.is_refused(404, "user_not_found");
}

#[tokio::test]
async fn this_machine_and_where_admins_are_cannot_be_banned() {
    let place = behind_a_proxy().await;
    for loopback in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        bans_address(&place, loopback)
            .await
            .is_refused(400, "loopback");
    }
    let admin = Person::new("admin", place.app.address(), Some("7.7.7.7"));
    admin.signs_in().await.succeeds();
    let refused = bans_address(&place, "7.7.7.7").await;
    refused.is_refused(400, "ip_in_use");
    assert_eq!(refused.body["error"], "ip in use by an admin/superadmin");
    let offline = json!({"type": "ip", "action": "ban", "username": "alice"});
    let refused = place.root.post("/api/admin/ban", offline).await;
    refused.is_refused(400, "no_ip");
    assert_eq!(refused.body["error"], "no ip for user alice (offline)");
}

#[tokio::test]
async fn an_address_is_known_by_who_is_there_and_stands_for_its_network() {
    let mut place = behind_a_proxy().await;
    let carol = arrives(&place, "carol", "2001:db8::1").await;
    let mut socket = carol.connects().await;
    let online = place.admin.reads("/api/admin/online").await;
    assert_eq!(online["online"][0]["ip"], "2001:db8::1");
    assert_eq!(online["online"][0]["public_banned"], false);
    let body = json!({"type": "ip", "action": "ban", "username": "carol"});
    place.admin.post("/api/admin/ban", body).await.succeeds();
    socket.ends().await;
    let neighbour = place.app.stranger_from("2001:db8::ffff");
    neighbour
        .get("/api/whoami")
        .await
        .is_refused(403, "ip_banned");
    let elsewhere = place.app.stranger_from("2001:db8:0:1::1");
    elsewhere.reads("/api/whoami").await;

    place.app.restart().await;
    let neighbour = place.app.stranger_from("2001:db8::2");
    neighbour
        .get("/api/whoami")
        .await
        .is_refused(403, "ip_banned");
    let root = place.root.at(place.app.address());
    let overview = root.reads("/api/admin/overview").await;
    assert_eq!(overview["banned_ips"], json!(["2001:db8::"]));
    let lift = json!({"type": "ip", "action": "unban", "username": "carol"});
    root.post("/api/admin/ban", lift).await.succeeds();
    neighbour.reads("/api/whoami").await;
}

#[tokio::test]
async fn a_true_ban_takes_everything_and_gives_it_back() {
    let place = behind_a_proxy().await;
    let carol = Person::new("carol", place.app.address(), Some("9.9.9.9"));
    registers_with(&carol, "carols-phone").await.succeeds();
    signs_in_with(&carol, "carols-phone").await.succeeds();
    let moved = Person::new("carol", place.app.address(), Some("9.9.9.8"));
    signs_in_with(&moved, "carols-phone").await.succeeds();
    // Where an admin is too.
    let shared = Person::new("carol", place.app.address(), Some("7.7.7.7"));
    signs_in_with(&shared, "carols-phone").await.succeeds();
    let admin = Person::new("admin", place.app.address(), Some("7.7.7.7"));
    admin.signs_in().await.succeeds();
    let mut socket = carol.connects().await;

    let body = json!({"user": "carol"});
    let banned = place.admin.post("/api/admin/true_ban", body.clone()).await;
    let banned = banned.succeeds();
    let mut addresses: Vec<_> = banned["banned_ips"].as_array().expect("a list").clone();
    addresses.sort_by_key(ToString::to_string);
    assert_eq!(addresses, [json!("9.9.9.8"), json!("9.9.9.9")]);
    assert_eq!(banned["client_id"], "carols-phone");
    socket.ends().await;
    carol
        .get("/api/messages")
        .await
        .is_refused(403, "ip_banned");
    let stranger = place.app.stranger_from("9.9.9.8");
    stranger
        .get("/api/whoami")
        .await
        .is_refused(403, "ip_banned");
    let elsewhere = Person::new("carol", place.app.address(), Some("5.5.5.5"));
    signs_in_with(&elsewhere, "another")
        .await
        .is_refused(403, "banned");
    let alice = place.alice.elsewhere();
    signs_in_with(&alice, "carols-phone")
        .await
        .is_refused(403, "device_banned");
    assert!(admin.is_signed_in().await);
    let names = place.admin.reads("/api/admin/banned_users").await;
    assert_eq!(names["banned_users"], json!(["carol"]));

    let lifted = place.admin.post("/api/admin/true_unban", body).await;
    let lifted = lifted.succeeds();
    assert_eq!(lifted["unbanned_ips"].as_array().map(Vec::len), Some(2));
    let devices = lifted["cleared_client_ids"].as_array().expect("a list");
    assert!(devices.contains(&json!("carols-phone")), "{devices:?}");
    signs_in_with(&carol, "carols-phone").await.succeeds();
    let overview = place.root.reads("/api/admin/overview").await;
    assert_eq!(overview["banned_ips"], json!([]));
    assert_eq!(overview["banned_devices"], json!([]));
}

#[tokio::test]
async fn a_banned_device_is_refused_with_every_name_but_a_superadmins() {
    let place = Place::new().await;
    let bob = place.bob.elsewhere();
    signs_in_with(&bob, "bobs-phone").await.succeeds();
    let body = json!({"username": "bob"});
    place
        .admin
        .post("/api/admin/ban_device", body)
        .await
        .succeeds();

    let alice = place.alice.elsewhere();
    let refused = signs_in_with(&alice, "bobs-phone").await;
    refused.is_refused(403, "device_banned");
    assert_eq!(refused.body["error"], "Your device is banned");
    let newcomer = Person::new("newcomer", place.app.address(), None);
    let refused = registers_with(&newcomer, "bobs-phone").await;
    refused.is_refused(403, "device_banned");
    assert_eq!(refused.body["error"], "Your device is banned");
    let root = place.root.elsewhere();
    signs_in_with(&root, "bobs-phone").await.succeeds();
    bob.elsewhere().signs_in().await.is_refused(403, "banned");
    let overview = place.root.reads("/api/admin/overview").await;
    assert_eq!(overview["banned_devices"][0]["client_id"], "bobs-phone");
    assert_eq!(overview["banned_devices"][0]["username"], "bob");

    let body = json!({"action": "unban", "client_id": "bobs-phone"});
    // Root uses it as well by now, so it is no longer an admin's to decide.
    let refused = place.admin.post("/api/admin/ban_device", body).await;
    refused.is_refused(403, "forbidden");
    let body = json!({"username": "bob"});
    let lift = "/api/admin/unban_devices_for_user";
    place.admin.post(lift, body).await.succeeds();
    signs_in_with(&alice, "bobs-phone").await.succeeds();
    bob.signs_in().await.is_refused(403, "banned");
}

#[tokio::test]
async fn lifting_the_ban_of_a_device_lifts_that_of_its_account() {
    let place = Place::new().await;
    signs_in_with(&place.bob.elsewhere(), "bobs-phone")
        .await
        .succeeds();
    for (action, status) in [("ban", 403), ("unban", 200)] {
        let body = json!({"action": action, "client_id": "bobs-phone"});
        place
            .admin
            .post("/api/admin/ban_device", body)
            .await
            .succeeds();
        let reply = signs_in_with(&place.bob.elsewhere(), "bobs-phone").await;
        assert_eq!(reply.status, status, "{action}");
    }
    let unknown = json!({"username": "alice"});
    // Alice has signed in, so the server has named her device.
    place
        .admin
        .post("/api/admin/ban_device", unknown)
        .await
        .succeeds();
    let crowd = place.app.crowd(1).await;
    let body = json!({"username": crowd[0].name});
    let refused = place.admin.post("/api/admin/ban_device", body).await;
    refused.is_refused(404, "no_client_id_for_user");
}

#[tokio::test]
async fn where_a_banned_person_is_seen_is_banned_too_where_settings_say_so() {
    let place = behind_a_proxy().await;
    let carol = arrives(&place, "carol", "9.9.9.9").await;
    let ban = json!({"type": "user", "action": "ban", "value": "carol"});
    place.admin.post("/api/admin/ban", ban).await.succeeds();
    place.sets("SEC_DEVICE_BAN_ON_LOGIN", "0").await;
    signs_in_with(&carol.elsewhere(), "first-device")
        .await
        .is_refused(403, "banned");
    place.sets("SEC_DEVICE_BAN_ON_LOGIN", "1").await;
    place.sets("SEC_STRICT_ASSOCIATED_BAN", "1").await;
    let elsewhere = Person::new("carol", place.app.address(), Some("8.8.8.8"));
    signs_in_with(&elsewhere, "second-device")
        .await
        .is_refused(403, "banned");
    eventually("the device and the address are banned", async || {
        let overview = place.root.reads("/api/admin/overview").await;
        let devices = overview["banned_devices"].as_array().map(Vec::len);
        overview["banned_ips"] == json!(["8.8.8.8"]) && devices == Some(1)
    })
    .await;
    let overview = place.root.reads("/api/admin/overview").await;
    assert_eq!(overview["banned_devices"][0]["client_id"], "second-device");
    let entries = place.audited("device.ban").await;
    assert_eq!(entries[0]["actor"], Value::Null);
}

#[tokio::test]
async fn a_device_that_resembles_a_banned_one_cannot_register() {
    let place = Place::new().await;
    let body = json!({"client_id": "abcdefgh-1"});
    place
        .admin
        .post("/api/admin/ban_device", body)
        .await
        .succeeds();
    let newcomer = Person::new("newcomer", place.app.address(), None);
    place.sets("SEC_REG_BAN_SIMILAR_CID", "0").await;
    registers_with(&newcomer, "abcdefgh-2").await.succeeds();
    place.sets("SEC_REG_BAN_SIMILAR_CID", "1").await;
    let second = Person::new("second", place.app.address(), None);
    let refused = registers_with(&second, "abcdefgh-3").await;
    refused.is_refused(403, "device_banned");
    assert_eq!(refused.body["error"], "Registration blocked");
    registers_with(&second, "abcdefgx-3").await.succeeds();
    eventually("the device is banned", async || {
        let overview = place.root.reads("/api/admin/overview").await;
        overview["banned_devices"].as_array().map(Vec::len) == Some(2)
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_given_a_name_and_may_say_more_of_itself() {
    let place = Place::new().await;
    let reply = place.alice.elsewhere().signs_in().await;
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    let device = cookies
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .find(|cookie| cookie.starts_with("client_id="))
        .expect("a name");
    assert!(
        device.contains("Path=/") && !device.contains("HttpOnly"),
        "{device}"
    );
    let named = signs_in_with(&place.bob.elsewhere(), "bobs-phone").await;
    let all: Vec<_> = named.headers.get_all("set-cookie").iter().collect();
    assert_eq!(all.len(), 1, "the session's cookie alone");

    place.bob.connects().await;
    let body = json!({"client_id": "laptop", "private_ips": ["192.168.0.7"], "mdns": ["x"]});
    place.bob.post("/api/device_log", body).await.succeeds();
    let mut socket = place.bob.connects().await;
    let online = place.admin.reads("/api/admin/online").await;
    let row = &online["online"][0];
    assert_eq!(row["client_id"], "laptop");
    assert_eq!(row["private"], "192.168.0.7");
    let refused = place
        .app
        .stranger()
        .post("/api/device_log", json!({}))
        .await;
    refused.is_refused(401, "unauthenticated");
    socket.asks("typing_stop", Value::Null).await;
}
