//! The presence feature over HTTP.

use axum::{extract::State, routing};
use entity::Timestamp;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Presence,
    model::{Found, Person, Profile},
};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody, Path, Query, TypedGet},
    kernel::Result,
};

/// People in a page of a search unless it says otherwise.
const DEFAULT_LIMIT: u64 = 20;
/// The most people in a page of a search.
const MAX_LIMIT: u64 = 50;

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Presence> {
    OpenApiRouter::new()
        .routes(routes!(online))
        .routes(routes!(online_users))
        .routes(routes!(all_users))
        .routes(routes!(user_profiles))
        .routes(routes!(search_users))
        .routes(routes!(user_profile))
        .route("/api/users/all", routing::get(all_users))
}

/// The routes of this feature, ready to serve.
pub fn router(presence: Presence) -> OpenApiRouter {
    routes().with_state(presence)
}

/// Where a caller finds avatars: see [`Presence::link_base`].
fn link_base<'a>(presence: &'a Presence, headers: &HeaderMap) -> &'a str {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    presence.link_base(text(header::ORIGIN), text(header::HOST))
}

fn avatar_url(person: &Person, base: &str) -> Option<String> {
    let avatar = person.user.avatar.as_ref()?;
    Some(format!("{base}/uploads/{avatar}"))
}

#[derive(Deserialize, utoipa::IntoParams)]
struct OnlineQuery {
    /// `1`: objects instead of names.
    detail: Option<String>,
}

/// One person as chats show them.
#[derive(Serialize, ToSchema)]
struct OnlinePerson {
    username: String,
    avatar: Option<String>,
    avatar_url: String,
    bio: String,
    status: &'static str,
    presence: &'static str,
    custom_status: String,
}

impl OnlinePerson {
    fn of(person: &Person, base: &str) -> Self {
        let avatar = avatar_url(person, base);
        Self {
            username: person.user.username.clone(),
            avatar_url: avatar
                .clone()
                .unwrap_or_else(|| format!("{base}/default_avatar")),
            avatar,
            bio: person.user.bio.clone(),
            status: person.shown.as_str(),
            presence: person.shown.as_str(),
            custom_status: person.user.custom_status.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum OnlineList {
    Names(Vec<String>),
    People(Vec<OnlinePerson>),
}

/// Who is there, by name.
///
/// Names; objects with `?detail=1` or for a GET with `Content-Type: application/json`.
#[utoipa::path(get, path = "/api/online", tag = "presence", params(OnlineQuery), responses(
    (status = 200, body = OnlineList), (status = 401, body = ErrorBody),
))]
async fn online(
    State(presence): State<Presence>,
    _user: CurrentUser,
    TypedGet(typed): TypedGet,
    headers: HeaderMap,
    Query(query): Query<OnlineQuery>,
) -> Result<axum::Json<OnlineList>> {
    let people = presence.online().await?;
    Ok(axum::Json(
        if typed || query.detail.as_deref() == Some("1") {
            let base = link_base(&presence, &headers);
            OnlineList::People(people.iter().map(|p| OnlinePerson::of(p, base)).collect())
        } else {
            OnlineList::Names(names(&people))
        },
    ))
}

fn names(people: &[Person]) -> Vec<String> {
    let names = people.iter().map(|person| person.user.username.clone());
    names.collect()
}

#[derive(Serialize, ToSchema)]
struct Sighting {
    username: String,
    role: &'static str,
    last_seen: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
struct Sightings {
    users: Vec<Sighting>,
}

/// Who is there, with roles.
#[utoipa::path(get, path = "/api/users/online", tag = "presence", responses(
    (status = 200, body = Answer<Sightings>), (status = 401, body = ErrorBody),
))]
async fn online_users(
    State(presence): State<Presence>,
    _user: CurrentUser,
) -> Result<Answer<Sightings>> {
    let people = presence.online().await?.into_iter();
    let users = people.map(|person| Sighting {
        username: person.user.username.clone(),
        role: person.user.role.as_str(),
        last_seen: person.last_seen,
    });
    Ok(Answer::new(Sightings {
        users: users.collect(),
    }))
}

/// One person in the list of all.
#[derive(Serialize, ToSchema)]
struct UserRow {
    username: String,
    role: &'static str,
    last_seen: Option<Timestamp>,
    /// A URL.
    avatar: Option<String>,
    bio: String,
    /// `online` or `offline`.
    status: &'static str,
    is_online: bool,
    /// `online`, `idle`, `dnd` or `offline`.
    presence: &'static str,
    custom_status: String,
}

impl UserRow {
    fn of(person: &Person, base: &str) -> Self {
        let is_online = person.shown.is_there();
        Self {
            username: person.user.username.clone(),
            role: person.user.role.as_str(),
            last_seen: person.last_seen,
            avatar: avatar_url(person, base),
            bio: person.user.bio.clone(),
            status: if is_online { "online" } else { "offline" },
            is_online,
            presence: person.shown.as_str(),
            custom_status: person.user.custom_status.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct UserRows {
    users: Vec<UserRow>,
}

/// Everybody, by name.
///
/// Also at `/api/users/all`.
#[utoipa::path(get, path = "/api/users_all", tag = "presence", responses(
    (status = 200, body = Answer<UserRows>), (status = 401, body = ErrorBody),
))]
async fn all_users(
    State(presence): State<Presence>,
    _user: CurrentUser,
    headers: HeaderMap,
) -> Result<Answer<UserRows>> {
    let base = link_base(&presence, &headers);
    let people = presence.everybody().await?;
    Ok(Answer::new(UserRows {
        users: people.iter().map(|p| UserRow::of(p, base)).collect(),
    }))
}

/// Everybody's profile, by name.
///
/// `avatar` is a name relative to `/uploads/` here.
#[utoipa::path(get, path = "/api/users_profiles", tag = "presence", responses(
    (status = 200, body = Vec<OnlinePerson>), (status = 401, body = ErrorBody),
))]
async fn user_profiles(
    State(presence): State<Presence>,
    _user: CurrentUser,
    headers: HeaderMap,
) -> Result<axum::Json<Vec<OnlinePerson>>> {
    let base = link_base(&presence, &headers);
    let people = presence.everybody().await?;
    let profile = |person: &Person| OnlinePerson {
        avatar: person.user.avatar.clone(),
        ..OnlinePerson::of(person, base)
    };
    Ok(axum::Json(people.iter().map(profile).collect()))
}

#[derive(Deserialize, utoipa::IntoParams)]
struct SearchQuery {
    /// How the name begins; the answer is an object with people.
    q: Option<String>,
    /// How the name begins; the answer is an array of names.
    query: Option<String>,
    #[serde(default)]
    offset: u32,
    /// At most 50.
    limit: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct FoundPerson {
    username: String,
    avatar: Option<String>,
    status: &'static str,
    created_at: Timestamp,
    bio: String,
}

#[derive(Serialize, ToSchema)]
struct FoundPeople {
    users: Vec<FoundPerson>,
    has_more: bool,
    query: String,
    total_shown: usize,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum SearchAnswer {
    People(FoundPeople),
    Names(Vec<String>),
}

impl FoundPeople {
    fn of(found: &Found, query: String, base: &str) -> Self {
        let people = found.people.iter();
        Self {
            users: people
                .map(|person| FoundPerson {
                    username: person.user.username.clone(),
                    avatar: avatar_url(person, base),
                    status: person.shown.as_str(),
                    created_at: person.user.created_at,
                    bio: person.user.bio.clone(),
                })
                .collect(),
            has_more: found.has_more,
            query,
            total_shown: found.people.len(),
        }
    }
}

/// Find people by how their name begins.
///
/// `q` is answered with people, `query` with names alone. Banned people are not found.
#[utoipa::path(get, path = "/api/users/search", tag = "presence", params(SearchQuery), responses(
    (status = 200, body = SearchAnswer), (status = 401, body = ErrorBody),
))]
async fn search_users(
    State(presence): State<Presence>,
    _user: CurrentUser,
    headers: HeaderMap,
    Query(search): Query<SearchQuery>,
) -> Result<axum::Json<SearchAnswer>> {
    let limit = search.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let as_people = search.q.is_some() || search.query.is_none();
    let text = search.q.or(search.query).unwrap_or_default();
    let found = presence.search(&text, search.offset.into(), limit).await?;
    Ok(axum::Json(if as_people {
        let base = link_base(&presence, &headers);
        SearchAnswer::People(FoundPeople::of(&found, text, base))
    } else {
        SearchAnswer::Names(names(&found.people))
    }))
}

#[derive(Serialize, ToSchema)]
struct UserProfile {
    username: String,
    role: &'static str,
    bio: String,
    status: &'static str,
    custom_status: String,
    /// A URL.
    avatar: Option<String>,
    last_seen: Option<Timestamp>,
    language: String,
    allow_dm_nonfriends: bool,
    created_at: Timestamp,
    is_online: bool,
    /// What they wrote in the public chat; up to a minute old.
    message_count: u64,
    /// What the two of you wrote to each other.
    dm_count: u64,
    is_me: bool,
}

impl UserProfile {
    fn of(profile: &Profile, is_me: bool, base: &str) -> Self {
        let Profile { person, .. } = profile;
        Self {
            username: person.user.username.clone(),
            role: person.user.role.as_str(),
            bio: person.user.bio.clone(),
            status: person.shown.as_str(),
            custom_status: person.user.custom_status.clone(),
            avatar: avatar_url(person, base),
            last_seen: person.last_seen,
            language: person.user.language.clone(),
            allow_dm_nonfriends: true,
            created_at: person.user.created_at,
            is_online: person.shown.is_there(),
            message_count: profile.message_count,
            dm_count: profile.dm_count,
            is_me,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct OneUser {
    user: UserProfile,
}

/// Somebody's profile.
#[utoipa::path(get, path = "/api/users/{username}", tag = "presence",
    params(("username" = String, Path, description = "In any letter case")), responses(
    (status = 200, body = Answer<OneUser>),
    (status = 404, description = "User not found", body = ErrorBody),
))]
async fn user_profile(
    State(presence): State<Presence>,
    CurrentUser(viewer): CurrentUser,
    headers: HeaderMap,
    Path(username): Path<String>,
) -> Result<Answer<OneUser>> {
    let profile = presence.profile(&viewer, &username).await?;
    let is_me = profile.person.user.id == viewer.id;
    let base = link_base(&presence, &headers);
    Ok(Answer::new(OneUser {
        user: UserProfile::of(&profile, is_me, base),
    }))
}
