//! Files: uploaded or fetched, told from their bytes, stored, served, and in time removed.
//!
//! Invariants: a file that is stored has a row and bytes, and without a row nobody reads its bytes;
//! a refused upload leaves neither. Of a picture only its pixels are kept. Nothing that is served
//! runs as this server's.

mod address;
mod archive;
mod blobs;
mod content;
mod fetch;
mod http;
mod http_avatar;
mod http_preview;
mod http_proxy;
mod http_receive;
mod http_serve;
mod http_shared;
mod inline;
mod intake;
mod media;
mod model;
mod pace;
mod picture;
mod picture_gif;
mod proxy;
mod service;
mod source;
mod spool;
mod store;
mod upkeep;

pub use http::{router, routes};
pub use inline::Inline;
pub use intake::{Intake, TakenIn, Use};
pub use proxy::PictureProxy;
pub use service::{Files, Parts};
pub use source::Source;
