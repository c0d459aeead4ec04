//! `/user` and who is an admin. Nothing that only admins may know is told.

use super::{Commands, call::Call};
use crate::kernel::{Error, Result};

pub(super) async fn info(all: &Commands, call: &Call) -> Result<String> {
    let name = call.word(2, "/user info <name>")?;
    let user = all.chat.find_user(name).await?;
    let user = user.ok_or_else(Error::user_not_found)?;
    Ok(format!(
        "{}\nrole: {}\nstatus: {}\nmember since: {}",
        user.username,
        user.role.as_str(),
        all.presence.status(&user),
        user.created_at
    ))
}

pub(super) async fn list(all: &Commands) -> Result<String> {
    let names = all.presence.names_online().await?;
    Ok(format!("Online ({}): {}", names.len(), names.join(", ")))
}

pub(super) async fn set_admin(all: &Commands, call: &Call, is_admin: bool) -> Result<String> {
    let usage = format!("/{} <name>", call.name());
    let name = call.word(1, &usage)?;
    let admins = all
        .admin
        .set_admin(call.user.clone(), name, is_admin)
        .await?;
    Ok(format!("Admins: {}", admins.join(", ")))
}
