//! Custom channels: scripts of other sites that people open like channels.
//!
//! Owns the tables `custom_channel` and `custom_channel_script`. A script is read once, when it is
//! registered (`source`), and pinned: what runs are those bytes, whatever the site serves later.
//! Invariants: a change at the source is noted and told, and runs only once somebody with a right
//! to has taken it over; trust is in certain bytes, and ends with them.
//!
//! **The sandbox.** A script runs in a document of its own (`frame`, `assets/frame.js`), which the
//! browser gives an origin that is nobody's: no cookies, no storage, no other window. Its policy
//! allows two scripts, named by their hashes - ours, and the pinned one - and no connection to
//! anywhere, so there is one way out: the bridge, a `MessagePort` to the page that shows it. The
//! page (`web/src/features/custom`) believes nothing that comes over it. It lets pass a list of
//! requests and of events, none of which leads to what people write to each other, and only so
//! many and so large ones.
//!
//! **Full trust.** An admin who has read a script can let it run in the page itself. That holds for
//! these bytes, as long as the admin is one, and for nobody who ranks above them: else an admin
//! could have a script do what only a superadmin may.

mod frame;
mod http;
mod http_script;
mod model;
mod service;
mod source;
mod store;

pub use http::{router, routes};
pub use service::{CustomChannels, Parts};
