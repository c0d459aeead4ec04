//! Rebuilds a release binary when the web client that it contains was rebuilt.

fn main() {
    // A debug build reads the client from disk when it runs, so it needs no rebuilding.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=web/dist");
    } else {
        println!("cargo:rerun-if-changed=build.rs");
    }
}
