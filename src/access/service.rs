//! What the platform's routes share.

use std::time::Duration;

use super::{bearer::Bearers, idempotency::Idempotency, limits::Limits};
use crate::{
    account::Directory,
    kernel::{Clock, Db, Tasks, config},
};

/// How often what has run out is forgotten.
const HOUSEKEEPING: Duration = Duration::from_mins(1);

/// Tokens, rate limits and answered requests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Access {
    bearers: Bearers,
    limits: Limits,
    idempotency: Idempotency,
}

/// The parts it is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Where uses of tokens are noted.
    pub tasks: Tasks,
    /// How often who may do what.
    pub limits: config::Limits,
}

impl Access {
    /// Begins to forget what has run out.
    pub fn start(parts: Parts) -> Self {
        let (limits, tasks) = (Limits::new(&parts.limits), parts.tasks.clone());
        let access = Self {
            limits,
            idempotency: Idempotency::new(parts.db.clone(), parts.clock.clone()),
            bearers: Bearers::new(parts),
        };
        let sweeping = access.clone();
        tasks.every(HOUSEKEEPING, move || {
            let access = sweeping.clone();
            async move {
                access.limits.sweep();
                if let Err(error) = access.idempotency.sweep().await {
                    error.log("forgetting old answers");
                }
            }
        });
        access
    }

    /// The tokens.
    pub const fn bearers(&self) -> &Bearers {
        &self.bearers
    }

    /// How often who may do what.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What was answered before.
    pub const fn idempotency(&self) -> &Idempotency {
        &self.idempotency
    }
}
