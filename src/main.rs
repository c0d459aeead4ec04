//! Chatter.
fn main() {}
