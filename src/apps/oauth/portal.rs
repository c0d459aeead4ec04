//! The developer portal as an OAuth client: how a tool that somebody runs, a command line say, comes
//! to manage their apps for them.
//!
//! Every installation has it, under the same name and id; it is nobody's app, so that nobody finds
//! it among theirs, changes or deletes it. What people agree to is shown to them as a code, on a page
//! of this server, for the tool to take. The scopes beyond `identify` are granted to no other
//! client: the database has that, too.

use entity::{
    AppId, Timestamp, UserId,
    app::{self, AppKind},
    oauth_client::{self, ClientType},
};
use serde_json::json;

use super::store;
use crate::kernel::{Db, Result};

/// The app. No other one has this id: the database counts from 1.
const APP: AppId = AppId(0);
/// What tools call it. Names that are made up for other clients have no hyphen.
const CLIENT_ID: &str = "developer-portal";
/// The page of the web client that shows people the code for their tool.
const CALLBACK: &str = "/developers/callback";

/// Makes the portal a client of the server at `issuer`, its public address without a slash at its
/// end, or has it follow there. Nodes that start at the same time may all do so. That an admin has
/// suspended it stays.
pub(super) async fn install(db: &Db, issuer: &str, now: Timestamp) -> Result<()> {
    let app = app::Model {
        id: APP,
        kind: AppKind::Oauth,
        server_id: None,
        name: "Developer portal".to_owned(),
        description: "Lets a tool of yours, such as a command line, manage your apps.".to_owned(),
        owner_id: UserId::SYSTEM,
        created_at: now,
        suspended_at: None,
        suspended_reason: None,
        deleted_at: None,
    };
    let client = oauth_client::Model {
        app_id: APP,
        client_id: CLIENT_ID.to_owned(),
        client_type: ClientType::Public,
        redirect_uris: json!([format!("{issuer}{CALLBACK}")]).to_string(),
        homepage: None,
        privacy_url: None,
        require_pkce: true,
        first_party: true,
    };
    let tx = db.begin().await?;
    store::upsert_portal(&tx, app, client).await?;
    tx.commit().await?;
    Ok(())
}
