//! The documents beside the program say what the program does.

use std::path::Path;

use crate::support::{Program, TestApp};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    std::fs::read_to_string(&path).expect("the document")
}

#[tokio::test]
async fn the_reference_names_exactly_the_events_that_the_server_takes() {
    let app = TestApp::spawn().await;

    let taken = app.socket_events();

    assert_eq!(chatter::events::incoming(), taken);
    assert!(taken.contains(&"dm_send"));
}

#[tokio::test]
async fn the_command_the_server_and_the_document_describe_the_same_api() {
    let app = TestApp::spawn().await;
    let program = Program::new().await;

    let printed = program.runs(&["openapi"], "");
    let served = app.stranger().reads("/api/openapi.json").await;

    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).expect("text");
    assert_eq!(printed, document("openapi.json"));
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(printed, served);
}
