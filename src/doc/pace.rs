//! How fast edits are taken: from one socket, and for one document.
//!
//! Whoever is faster waits; nothing is dropped. While a socket waits its next events stay in its
//! inbox, in order. What one document is edited at counts edits by people who may edit it, and
//! cursors have a pace of their own: neither viewers nor the restless hold up those who write. Cost
//! of an edit in time: two looks into a map.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use entity::DocId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::{kernel::Tasks, socket::Sid};

/// Messages a second from one socket, and how many may come at once. Typing is 10 a second.
const OF_SOCKET: (u32, u32) = (30, 90);
/// The same of edits, and of cursors, in one document: fifty people typing.
const OF_DOC: (u32, u32) = (500, 1500);
/// How often what is not needed any more is forgotten.
const SWEEP: Duration = Duration::from_mins(1);

/// The pace that edits keep to. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pace(Option<Arc<Limiters>>);

struct Limiters {
    sockets: DefaultKeyedRateLimiter<Sid>,
    edits: DefaultKeyedRateLimiter<DocId>,
    cursors: DefaultKeyedRateLimiter<DocId>,
}

/// What is told of a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A change of its text.
    Edit,
    /// Where somebody is in it, or that they come or go.
    Presence,
    /// Something that only who asks hears of.
    Question,
}

impl Pace {
    /// A pace; none is kept to unless `limits` are on.
    pub(super) fn start(limits: bool, tasks: &Tasks) -> Self {
        let (of_socket, of_doc) = (quota(OF_SOCKET), quota(OF_DOC));
        let limiters = of_socket.zip(of_doc).filter(|_| limits);
        let limiters = limiters.map(|(of_socket, of_doc)| {
            Arc::new(Limiters {
                sockets: RateLimiter::keyed(of_socket),
                edits: RateLimiter::keyed(of_doc),
                cursors: RateLimiter::keyed(of_doc),
            })
        });
        if let Some(limiters) = limiters.clone() {
            tasks.every(SWEEP, move || {
                limiters.sockets.retain_recent();
                limiters.edits.retain_recent();
                limiters.cursors.retain_recent();
                std::future::ready(())
            });
        }
        Self(limiters)
    }

    /// Waits until a message of this `kind` about `doc` that came from `socket` may be taken.
    pub(super) async fn wait(&self, socket: Sid, doc: DocId, kind: Kind) {
        let Some(limiters) = &self.0 else { return };
        limiters.sockets.until_key_ready(&socket).await;
        match kind {
            Kind::Edit => limiters.edits.until_key_ready(&doc).await,
            Kind::Presence => limiters.cursors.until_key_ready(&doc).await,
            Kind::Question => {}
        }
    }
}

/// None only if a rate were zero.
fn quota((per_second, burst): (u32, u32)) -> Option<Quota> {
    let quota = Quota::per_second(NonZeroU32::new(per_second)?);
    Some(quota.allow_burst(NonZeroU32::new(burst)?))
}
