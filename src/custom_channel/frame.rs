//! The document that a script runs in when nobody trusts it.
//!
//! Its policy is the sandbox: the browser runs two scripts in it, known by their hashes, connects
//! to nowhere, and gives it an origin that is nobody's, in whatever window it is opened. The
//! channel's script is in it as data; ours (`assets/frame.js`) makes it one, byte for byte, or the
//! policy refuses it.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use crate::http::escape;

/// Builds what the script expects around it, and the bridge.
const BOOT: &str = include_str!("assets/frame.js");

/// The least that a page needs; the host sends the colours.
const STYLE: &str = "\
:root{color-scheme:light dark}*{box-sizing:border-box}\
html{background:var(--bg,Canvas);color:var(--text,CanvasText)}\
body{margin:0;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
button,input,select,textarea{font:inherit}a{color:var(--accent,LinkText)}";

/// The document for the script of the channel called `name`.
pub(super) fn document(name: &str, script: &str) -> String {
    // In a script element nothing ends the text but what begins with this character.
    let data = serde_json::Value::from(script).to_string();
    let data = data.replace('<', "\\u003c");
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style></head>\
         <body><div id=\"chatter-channel\"></div>\
         <script type=\"application/json\" id=\"chatter-script\">{data}</script>\
         <script>{BOOT}</script></body></html>",
        escape(name)
    )
}

/// What that document may do.
pub(super) fn policy(script: &str) -> String {
    format!(
        "sandbox allow-scripts; default-src 'none'; script-src {} {}; \
         style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; font-src data:; \
         connect-src 'none'; frame-src 'none'; worker-src 'none'; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'self'",
        source(BOOT),
        source(script)
    )
}

/// A script, as a policy names it.
fn source(script: &str) -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(script.as_bytes()));
    format!("'sha256-{hash}'")
}

#[cfg(test)]
mod tests {
    use super::{BOOT, document, policy};

    #[test]
    fn a_script_is_data_whatever_it_says() {
        let script = "</script><script>alert(1)</script><!-- \u{2028} \" \\ ChatterCustomChannel";
        let html = document("<b>", script);
        assert!(html.contains("<title>&lt;b&gt;</title>"), "{html}");
        assert_eq!(html.matches("</script>").count(), 2, "{html}");
        assert!(!html.contains("<!--"));
        let (_, data) = html.split_once("chatter-script\">").expect("data");
        let (data, _) = data.split_once("</script>").expect("its end");
        let read: String = serde_json::from_str(data).expect("JSON");
        assert_eq!(read, script);
    }

    #[test]
    fn two_scripts_run_and_nothing_is_connected_to() {
        let policy = policy("a");
        assert_eq!(policy.matches("'sha256-").count(), 2);
        assert!(policy.contains("'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='"));
        for rule in [
            "sandbox allow-scripts;",
            "default-src 'none'",
            "connect-src 'none'",
        ] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("allow-same-origin") && !policy.contains("unsafe-eval"));
        // It would end early in the document, and its hash would be another.
        assert!(!BOOT.contains("</") && !BOOT.contains("<!--") && !BOOT.contains('\r'));
    }
}
