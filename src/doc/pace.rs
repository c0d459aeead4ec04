//! How fast edits are taken: from one socket, and for one document.
//!
//! Whoever is faster waits; nothing is dropped. While a socket waits its next events stay in its
//! inbox, in order. Cost of an edit in time: two looks into a map.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use entity::DocId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::{kernel::Tasks, socket::Sid};

/// Edits a second from one socket, and how many may come at once. Typing is 10 a second.
const OF_SOCKET: (u32, u32) = (30, 90);
/// The same for one document: fifty people typing.
const OF_DOC: (u32, u32) = (500, 1500);
/// How often what is not needed any more is forgotten.
const SWEEP: Duration = Duration::from_mins(1);

/// The pace that edits keep to. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pace(Option<Arc<Limiters>>);

struct Limiters {
    sockets: DefaultKeyedRateLimiter<Sid>,
    docs: DefaultKeyedRateLimiter<DocId>,
}

impl Pace {
    /// A pace; none is kept to unless `limits` are on.
    pub(super) fn start(limits: bool, tasks: &Tasks) -> Self {
        let (of_socket, of_doc) = (quota(OF_SOCKET), quota(OF_DOC));
        let limiters = of_socket.zip(of_doc).filter(|_| limits);
        let limiters = limiters.map(|(of_socket, of_doc)| {
            Arc::new(Limiters {
                sockets: RateLimiter::keyed(of_socket),
                docs: RateLimiter::keyed(of_doc),
            })
        });
        if let Some(limiters) = limiters.clone() {
            tasks.every(SWEEP, move || {
                limiters.sockets.retain_recent();
                limiters.docs.retain_recent();
                std::future::ready(())
            });
        }
        Self(limiters)
    }

    /// Waits until an edit of `doc` that came from `socket` may be taken.
    pub(super) async fn wait(&self, socket: Sid, doc: DocId) {
        if let Some(limiters) = &self.0 {
            limiters.sockets.until_key_ready(&socket).await;
            limiters.docs.until_key_ready(&doc).await;
        }
    }
}

/// None only if a rate were zero.
fn quota((per_second, burst): (u32, u32)) -> Option<Quota> {
    let quota = Quota::per_second(NonZeroU32::new(per_second)?);
    Some(quota.allow_burst(NonZeroU32::new(burst)?))
}
