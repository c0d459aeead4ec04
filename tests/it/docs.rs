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

#[tokio::test]
async fn every_operation_has_a_name_of_its_own() {
    let document: serde_json::Value =
        serde_json::from_str(&document("openapi.json")).expect("JSON");

    let paths = document["paths"].as_object().expect("paths").values();
    let operations = paths.flat_map(|path| path.as_object().expect("operations").values());
    let names = operations.map(|operation| operation["operationId"].as_str().expect("a name"));
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();

    assert!(names.len() > 50, "{}", names.len());
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
