//! What is told on a page, what by redirect, and what comes next.

use entity::oauth_client::ClientType;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use url::Url;

use super::{Refusal, Request, Step};
use crate::apps::oauth::{client::Client, params::Params};

const CALLBACK: &str = "https://a.example/cb";
const LOOPBACK: &str = "http://127.0.0.1/cb";
const CHALLENGE: &str = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                         &code_challenge_method=S256";
const ISSUER: &str = "https://chat.example";

fn confidential() -> Client {
    Client::example(ClientType::Confidential, &[CALLBACK])
}

fn read(query: &str, client: &Client) -> Result<Request, Refusal> {
    Request::read(&Params::parse(query.as_bytes()).expect("params"), client)
}

fn request(query: &str, client: &Client) -> Request {
    read(query, client).expect("a request")
}

/// The parameters that a refusal sends back to the client.
fn sent_back(query: &str, client: &Client) -> Vec<(String, String)> {
    match read(query, client) {
        Err(Refusal::Redirect(destination, error)) => {
            let url = Url::parse(&destination.with_error(&error, ISSUER)).expect("a URL");
            url.query_pairs().into_owned().collect()
        }
        other => panic!("{query}: {other:?}"),
    }
}

fn error_of(query: &str, client: &Client) -> String {
    let (name, value) = sent_back(query, client).swap_remove(0);
    assert_eq!(name, "error", "{query}");
    value
}

#[test]
fn the_plain_flow_and_that_with_proof() {
    let plain = request("response_type=code&client_id=c", &confidential());
    assert_eq!(plain.scopes.to_string(), "identify");
    assert_eq!(
        (plain.challenge.clone(), plain.destination.named_uri()),
        (None, None)
    );
    assert_eq!(plain.destination.host(), "a.example");

    let query =
        format!("response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1:99%2Fcb&{CHALLENGE}");
    let public = Client::example(ClientType::Public, &[CALLBACK, LOOPBACK]);
    let proven = request(&query, &public);
    assert!(proven.challenge.is_some());
    assert_eq!(
        proven.destination.named_uri(),
        Some("http://127.0.0.1:99/cb")
    );
    assert_eq!(proven.destination.host(), "127.0.0.1:99");
}

#[test]
fn without_a_place_to_go_back_to_there_is_no_redirect() {
    let several = Client::example(ClientType::Confidential, &[CALLBACK, LOOPBACK]);
    for (query, client) in [
        (
            "response_type=code&redirect_uri=https://evil.example/",
            &several,
        ),
        (
            "response_type=code&redirect_uri=https://a.example/cb/",
            &several,
        ),
        (
            "response_type=code&redirect_uri=https://a.example/cb&redirect_uri=https://a.example/cb",
            &several,
        ),
        ("response_type=code&state=x", &several),
        ("response_type=code&redirect_uri=", &several),
    ] {
        assert!(
            matches!(read(query, client), Err(Refusal::Page(_))),
            "{query}"
        );
    }
}

#[test]
fn everything_else_is_told_to_the_client() {
    let client = confidential();
    let long = format!("response_type=code&state={}", "x".repeat(2049));
    for (query, error) in [
        ("", "invalid_request"),
        ("response_type=token", "unsupported_response_type"),
        ("response_type=code+id_token", "unsupported_response_type"),
        ("response_type=code&response_type=code", "invalid_request"),
        ("response_type=code&scope=email", "invalid_scope"),
        ("response_type=code&scope=apps:read", "invalid_scope"),
        (
            "response_type=code&scope=identify&scope=identify",
            "invalid_request",
        ),
        ("response_type=code&state=a&state=b", "invalid_request"),
        (&long, "invalid_request"),
        (
            "response_type=code&code_challenge=x&code_challenge_method=S256",
            "invalid_request",
        ),
        (
            "response_type=code&code_challenge_method=S256",
            "invalid_request",
        ),
        ("response_type=code&prompt=none+login", "invalid_request"),
        (
            "response_type=code&prompt=none&prompt=none",
            "invalid_request",
        ),
    ] {
        assert_eq!(error_of(query, &client), error, "{query}");
    }
    let mut strict = confidential();
    strict.require_pkce = true;
    let public = Client {
        client_type: ClientType::Public,
        ..confidential()
    };
    for needs_proof in [strict, public] {
        assert_eq!(
            error_of("response_type=code", &needs_proof),
            "invalid_request"
        );
        request(&format!("response_type=code&{CHALLENGE}"), &needs_proof);
    }
}

#[test]
fn what_means_nothing_here_is_left_alone() {
    request(
        "response_type=code&nonce=1&nonce=2&resource=a&resource=b&login_hint=alice&prompt=create",
        &confidential(),
    );
}

#[test]
fn the_portal_alone_may_ask_for_more() {
    let mut portal = confidential();
    portal.first_party = true;
    let request = request("response_type=code&scope=identify+apps:read", &portal);
    assert_eq!(request.scopes.to_string(), "identify apps:read");
}

#[test]
fn the_portal_has_one_address_and_asks_every_time() {
    let mut portal = Client::example(ClientType::Public, &[LOOPBACK]);
    let at = |redirect: &str| format!("response_type=code&redirect_uri={redirect}&{CHALLENGE}");
    let other_port = at("http://127.0.0.1:99/cb");
    assert!(read(&other_port, &portal).is_ok());
    portal.first_party = true;
    assert!(matches!(read(&other_port, &portal), Err(Refusal::Page(_))));
    assert!(read(&at(LOOPBACK), &portal).is_ok());

    portal.redirect_uris = confidential().redirect_uris;
    let asked = request(&at(CALLBACK), &portal);
    assert_eq!(asked.next(true, true), Step::Consent);
    portal.first_party = false;
    let remembered = request(&at(CALLBACK), &portal);
    assert_eq!(remembered.next(true, true), Step::Grant);
}

#[test]
fn a_client_says_what_the_person_is_shown() {
    let step = |prompt: &str, is_signed_in, has_consented| {
        let query = format!("response_type=code&prompt={prompt}");
        match request(&query, &confidential()).next(is_signed_in, has_consented) {
            Step::SignIn => "sign in",
            Step::Consent => "consent",
            Step::Grant => "grant",
            Step::Refuse(error) => error.code().as_str(),
        }
    };
    for (prompt, is_signed_in, has_consented, expected) in [
        ("", false, true, "sign in"),
        ("", true, false, "consent"),
        ("", true, true, "grant"),
        ("consent", true, true, "consent"),
        ("login", true, true, "sign in"),
        ("select_account", true, true, "sign in"),
        ("login consent", true, true, "sign in"),
        ("none", false, true, "login_required"),
        ("none", true, false, "consent_required"),
        ("none", true, true, "grant"),
    ] {
        assert_eq!(
            step(prompt, is_signed_in, has_consented),
            expected,
            "{prompt}"
        );
    }
}

#[test]
fn on_ones_own_machine_a_public_client_always_asks() {
    let public = Client::example(ClientType::Public, &[CALLBACK, LOOPBACK]);
    let next = |uri: &str, client: &Client| {
        let query = format!("response_type=code&redirect_uri={uri}&{CHALLENGE}");
        request(&query, client).next(true, true)
    };
    assert_eq!(next(CALLBACK, &public), Step::Grant);
    assert_eq!(next(LOOPBACK, &public), Step::Consent);
    assert_eq!(
        next(
            LOOPBACK,
            &Client::example(ClientType::Confidential, &[LOOPBACK])
        ),
        Step::Grant
    );
}

#[test]
fn signing_in_returns_to_the_same_request_once() {
    let query = format!(
        "response_type=code&redirect_uri={CALLBACK}&state=%26x%3D1+%2B&prompt=login+consent&{CHALLENGE}"
    );
    let client = confidential();
    let after = request(&query, &client).after_sign_in();
    let (path, query) = after
        .path()
        .split_once('?')
        .map_or_else(Default::default, |(path, query)| {
            (path.to_owned(), query.to_owned())
        });
    assert_eq!(path, "/oauth/authorize");
    let again = request(&query, &client);
    assert_eq!(again.params(), after.params());
    assert_eq!(again.next(true, true), Step::Consent);
    assert_eq!(again.as_somebody_else().next(true, true), Step::SignIn);
}

proptest! {
    #[test]
    fn state_comes_back_as_it_was_sent(state in any::<String>(), wrong in any::<bool>()) {
        let query = serde_urlencoded::to_string([
            ("response_type", if wrong { "token" } else { "code" }),
            ("state", &state),
        ]).expect("a query");
        let client = confidential();
        let expected = Some(state).filter(|state| !state.is_empty());
        let pairs: Vec<_> = if wrong {
            sent_back(&query, &client)
        } else {
            let url = request(&query, &client).destination.with_code("x", ISSUER);
            prop_assert!(url.starts_with(CALLBACK));
            Url::parse(&url).expect("a URL").query_pairs().into_owned().collect()
        };
        let value = |name: &str| {
            let found = pairs.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        prop_assert_eq!(value("state"), expected);
        prop_assert_eq!(value("iss"), Some(ISSUER.to_owned()));
    }
}
