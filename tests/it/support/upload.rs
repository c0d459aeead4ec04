//! Files for tests, and uploading them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::Value;

use super::{Person, Reply};

/// A form with one file.
pub(crate) fn form(field: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Form {
    let part = Part::bytes(bytes.into()).file_name(name.to_owned());
    Form::new().part(field.to_owned(), part)
}

/// A picture without anything special about it, as PNG.
pub(crate) fn picture(width: u32, height: u32) -> Vec<u8> {
    encoded(width, height, ImageFormat::Png)
}

/// The same in another format.
pub(crate) fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let byte = |n: u32| n.to_le_bytes()[0];
    let pixels = RgbImage::from_fn(width, height, |x, y| Rgb([byte(x), byte(y), byte(x ^ y)]));
    let mut bytes = Cursor::new(Vec::new());
    let written = DynamicImage::from(pixels).write_to(&mut bytes, format);
    written.expect("a picture");
    bytes.into_inner()
}

/// What a file's bytes and headers are.
pub(crate) struct Served {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
    headers: reqwest::header::HeaderMap,
}

impl Served {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }
}

impl Person {
    /// Posts a form to a path.
    pub(crate) async fn posts_form(&self, path: &str, form: Form) -> Reply {
        Reply::of(self.request(Method::POST, path).multipart(form)).await
    }

    /// What the server answers to an upload for a message.
    pub(crate) async fn tries_to_upload(&self, name: &str, bytes: impl Into<Vec<u8>>) -> Reply {
        self.posts_form("/api/upload", form("file", name, bytes))
            .await
    }

    /// Uploads a file for a message; what is known of it.
    pub(crate) async fn uploads(&self, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
        self.tries_to_upload(name, bytes).await.succeeds()
    }

    /// Uploads a file for a message; its stored name.
    pub(crate) async fn uploads_named(&self, name: &str, bytes: impl Into<Vec<u8>>) -> String {
        let uploaded = self.uploads(name, bytes).await;
        uploaded["filename"].as_str().expect("a name").to_owned()
    }

    /// Shares a file; what the server answers.
    pub(crate) async fn shares(&self, name: &str, bytes: &[u8], expiry: Option<&str>) -> Reply {
        let mut form = form("file", name, bytes);
        if let Some(expiry) = expiry {
            form = form.text("expiry", expiry.to_owned());
        }
        self.posts_form("/api/files/upload", form).await
    }

    /// Gets a file with some headers.
    pub(crate) async fn serves(&self, path: &str, headers: &[(&str, &str)]) -> Served {
        let mut request = self.request(Method::GET, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        Served {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.bytes().await.expect("all of it").to_vec(),
        }
    }
}
