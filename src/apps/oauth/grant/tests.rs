//! The life of codes and tokens, step by step and in any order.

use entity::{
    AppId, GrantId, Timestamp, oauth_client::ClientType, oauth_code, oauth_token,
    oauth_token::OauthTokenKind,
};
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Code, Issue, Redemption, Refresh, Refusal};
use crate::apps::oauth::client::Client;

const APP: AppId = AppId(1);
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const URI: &str = "https://a.example/cb";
const BEGIN: Timestamp = Timestamp(1_700_000_000_000);
const DAY: i64 = 86_400;

fn code(redirect_uri: Option<&str>, challenge: Option<&str>) -> oauth_code::Model {
    oauth_code::Model {
        code_hash: String::new(),
        grant_id: GrantId(1),
        scope: "identify".to_owned(),
        redirect_uri: redirect_uri.map(ToOwned::to_owned),
        code_challenge: challenge.map(ToOwned::to_owned),
        created_at: BEGIN,
        spent_at: None,
        family: None,
    }
}

fn redeem(
    row: oauth_code::Model,
    redirect_uri: Option<&str>,
    verifier: Option<&str>,
    seconds: i64,
) -> Result<Issue, Refusal> {
    let client = Client::example(ClientType::Confidential, &[URI]);
    Code::stored(row, APP).expect("a code").redeem(&Redemption {
        client: &client,
        redirect_uri,
        verifier,
        now: BEGIN.plus_seconds(seconds),
    })
}

/// The same by a client that the code was not given to.
fn redeem_foreign(row: oauth_code::Model) -> Result<Issue, Refusal> {
    let client = Client::example(ClientType::Confidential, &[URI]);
    let code = Code::stored(row, AppId(2)).expect("a code");
    code.redeem(&Redemption {
        client: &client,
        redirect_uri: None,
        verifier: None,
        now: BEGIN,
    })
}

fn refresh(issue: &Issue) -> oauth_token::Model {
    oauth_token::Model {
        token_hash: String::new(),
        kind: OauthTokenKind::Refresh,
        grant_id: GrantId(1),
        family: "f".to_owned(),
        scope: issue.refresh_scopes.to_string(),
        created_at: BEGIN,
        expires_at: issue.refresh_expires_at,
        family_expires_at: issue.family_expires_at,
        spent_at: None,
        revoked_at: None,
    }
}

fn first() -> Issue {
    redeem(code(None, None), None, None, 0).expect("redeemed")
}

fn rotate(row: oauth_token::Model, now: Timestamp) -> Result<Issue, Refusal> {
    Refresh::stored(row, APP)
        .expect("a token")
        .rotate(APP, None, now)
}

fn is_not_good(result: &Result<Issue, Refusal>) -> bool {
    matches!(result, Err(Refusal::NotGood(error)) if error.code().as_str() == "invalid_grant")
}

#[test]
fn a_code_gives_an_hour_of_access_and_a_month_to_refresh() {
    let issue = redeem(
        code(Some(URI), Some(CHALLENGE)),
        Some(URI),
        Some(VERIFIER),
        60,
    );
    let issue = issue.expect("redeemed");

    let now = BEGIN.plus_seconds(60);
    assert_eq!(issue.access_scopes.to_string(), "identify");
    assert_eq!(issue.access_expires_at, now.plus_seconds(3600));
    assert_eq!(issue.refresh_expires_at, now.plus_seconds(30 * DAY));
    assert_eq!(issue.family_expires_at, now.plus_seconds(180 * DAY));
    assert!(
        redeem(code(None, None), Some(URI), None, 60).is_ok(),
        "the only place there is"
    );
}

#[test]
fn a_code_is_good_for_its_client_its_place_its_proof_and_a_minute() {
    let row = || code(Some(URI), Some(CHALLENGE));
    let named = || code(Some(URI), None);
    let plain = || code(None, None);
    let wrong = "x".repeat(43);
    for (row, uri, verifier, seconds) in [
        (row(), Some(URI), Some(VERIFIER), 61),
        (row(), Some("https://a.example/cb/"), Some(VERIFIER), 0),
        (row(), None, Some(VERIFIER), 0),
        (row(), Some(URI), Some(wrong.as_str()), 0),
        (row(), Some(URI), Some(CHALLENGE), 0),
        (row(), Some(URI), None, 0),
        (named(), Some(URI), Some(VERIFIER), 0),
        (named(), None, None, 0),
        (plain(), None, Some(VERIFIER), 0),
        (plain(), Some("https://a.example/"), None, 0),
    ] {
        assert!(
            is_not_good(&redeem(row, uri, verifier, seconds)),
            "{uri:?} {verifier:?}"
        );
    }
    let foreign = redeem_foreign(plain());
    assert!(is_not_good(&foreign));
}

#[test]
fn a_code_that_comes_again_ends_what_came_of_it() {
    let spent = || oauth_code::Model {
        spent_at: Some(BEGIN),
        family: Some("f".to_owned()),
        ..code(None, None)
    };
    for seconds in [0, 1, 600] {
        let refusal = redeem(spent(), None, None, seconds).expect_err("spent");
        assert!(matches!(&refusal, Refusal::Reused(family) if family.0 == "f"));
        let error = super::OAuthError::from(refusal);
        assert_eq!(error.code().as_str(), "invalid_grant");
    }
    let foreign = redeem_foreign(spent());
    assert!(is_not_good(&foreign), "others cannot end it");
}

#[test]
fn a_refresh_token_is_used_once_with_ten_seconds_for_lost_answers() {
    let spent_at = BEGIN.plus_seconds(DAY);
    let spent = || oauth_token::Model {
        spent_at: Some(spent_at),
        ..refresh(&first())
    };
    assert!(is_not_good(&rotate(spent(), spent_at)));
    assert!(is_not_good(&rotate(spent(), spent_at.plus_seconds(10))));
    let reused = rotate(spent(), spent_at.plus_seconds(11));
    assert!(matches!(reused, Err(Refusal::Reused(_))), "{reused:?}");
    let revoked = oauth_token::Model {
        revoked_at: Some(spent_at),
        ..spent()
    };
    assert!(is_not_good(&rotate(revoked, spent_at.plus_seconds(DAY))));
    let foreign = Refresh::stored(spent(), AppId(2)).expect("a token");
    assert!(is_not_good(&foreign.rotate(
        APP,
        None,
        spent_at.plus_seconds(11)
    )));
}

#[test]
fn scopes_shrink_for_the_access_token_alone() {
    let token = Refresh::stored(
        oauth_token::Model {
            scope: "identify apps:read".to_owned(),
            ..refresh(&first())
        },
        APP,
    )
    .expect("a token");
    let asked = |scope| token.rotate(APP, scope, BEGIN);

    let narrower = asked(Some("identify")).expect("narrower");
    assert_eq!(narrower.access_scopes.to_string(), "identify");
    assert_eq!(narrower.refresh_scopes.to_string(), "identify apps:read");
    let same = asked(None).expect("the same");
    assert_eq!(same.access_scopes, same.refresh_scopes);
    for wider in ["apps:write", "identify servers:read", "email"] {
        match asked(Some(wider)) {
            Err(Refusal::NotGood(error)) => assert_eq!(error.code().as_str(), "invalid_scope"),
            other => panic!("{wider}: {other:?}"),
        }
    }
}

/// What may happen to a refresh token, and how many seconds later.
#[derive(Clone, Copy, Debug)]
enum Event {
    Use,
    Reuse,
    Revoke,
}

fn events() -> impl Strategy<Value = Vec<(Event, i64)>> {
    let event = prop_oneof![
        8 => proptest::strategy::Just(Event::Use),
        1 => proptest::strategy::Just(Event::Reuse),
        1 => proptest::strategy::Just(Event::Revoke),
    ];
    proptest::collection::vec((event, 0..40 * DAY), 1..30)
}

proptest! {
    /// However it is used, a family ends after 180 days, after 30 days of rest, when it is revoked
    /// and when an old token of it comes again; and until then it goes on.
    #[test]
    fn a_family_goes_on_until_it_ends(events in events()) {
        let mut row = refresh(&first());
        let (mut now, mut last_used) = (BEGIN, BEGIN);
        let mut is_over = false;
        let mut spent: Option<oauth_token::Model> = None;
        for (event, seconds) in events {
            now = now.plus_seconds(seconds);
            is_over |= now > last_used.plus_seconds(30 * DAY) || now > BEGIN.plus_seconds(180 * DAY);
            match event {
                Event::Use => match rotate(row.clone(), now) {
                    Ok(issue) => {
                        prop_assert!(!is_over);
                        prop_assert!(issue.access_expires_at <= issue.family_expires_at);
                        prop_assert!(issue.refresh_expires_at <= issue.family_expires_at);
                        prop_assert_eq!(issue.family_expires_at, BEGIN.plus_seconds(180 * DAY));
                        spent = Some(oauth_token::Model { spent_at: Some(now), ..row });
                        row = refresh(&issue);
                        last_used = now;
                    }
                    Err(refusal) => {
                        prop_assert!(is_over, "{refusal:?}");
                        prop_assert!(is_not_good(&Err(refusal)));
                    }
                },
                Event::Reuse => if let Some(old) = &spent {
                    let reused = rotate(old.clone(), now);
                    if now > last_used.plus_seconds(10) && row.revoked_at.is_none() {
                        prop_assert!(matches!(reused, Err(Refusal::Reused(_))));
                        (is_over, row.revoked_at) = (true, Some(now));
                        spent = None;
                    } else {
                        prop_assert!(reused.is_err());
                    }
                },
                Event::Revoke => {
                    (is_over, row.revoked_at) = (true, Some(now));
                    spent = None;
                }
            }
        }
    }
}
