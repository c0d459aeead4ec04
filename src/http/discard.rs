//! Taking what is not wanted, so that its sender hears why.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;
use tokio::time::timeout;

/// How much of a body that is too large is taken before its sender is cut off, in bytes.
const MAX_DISCARDED: usize = 1024 * 1024;
/// For how long it is taken.
const DISCARDING: Duration = Duration::from_millis(500);

/// Takes what comes of a body, up to a bound, and lets it go. A connection that is closed with
/// something unread is reset, and its client may never see why it was refused. Who is slow at it
/// has been told all the same.
pub async fn discard(body: Body) {
    let discarding = async {
        let mut left = MAX_DISCARDED;
        let mut chunks = body.into_data_stream();
        while let Some(Ok(chunk)) = chunks.next().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // Taking too long ends it as well.
    let _ = timeout(DISCARDING, discarding).await;
}
