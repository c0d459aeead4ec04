//! The few REST calls that set a run up and read back what it stored.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Rest {
    agent: ureq::Agent,
    base: String,
}

impl Rest {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .new_agent();
        Self {
            agent,
            base: format!("http://{address}"),
        }
    }

    /// Whether the server answers at all.
    pub(crate) fn alive(&self) -> bool {
        self.agent
            .get(format!("{}/healthz", self.base))
            .call()
            .is_ok_and(|response| response.status() == 200)
    }

    pub(crate) fn register(&self, username: &str, password: &str) -> Result<()> {
        self.post(
            "/register",
            None,
            &json!({"username": username, "password": password}),
        )
        .map(drop)
    }

    /// Answers the `Cookie` header of the new session.
    pub(crate) fn login(&self, username: &str, password: &str) -> Result<String> {
        let (cookies, _) = self.post(
            "/login",
            None,
            &json!({"username": username, "password": password}),
        )?;
        ensure!(!cookies.is_empty(), "the login of {username} set no cookie");
        Ok(cookies)
    }

    /// Answers the id of the new group.
    pub(crate) fn create_group(&self, cookie: &str, name: &str, members: &[&str]) -> Result<u64> {
        let (_, body) = self.post(
            "/api/gdm/threads",
            Some(cookie),
            &json!({"name": name, "members": members}),
        )?;
        body["id"].as_u64().context("the new group has no id")
    }

    /// Makes a document for the account of `cookie`, with `editors` beside it, and answers its id.
    pub(crate) fn create_document(
        &self,
        cookie: &str,
        name: &str,
        content: &str,
        editors: &[&str],
    ) -> Result<u64> {
        let members: Vec<Value> = editors
            .iter()
            .map(|name| json!({"username": name, "role": "editor"}))
            .collect();
        let (_, body) = self.post(
            "/api/doc/create",
            Some(cookie),
            &json!({"name": name, "content": content, "members": members}),
        )?;
        body["id"].as_u64().context("the new document has no id")
    }

    /// The text of a document.
    pub(crate) fn document(&self, cookie: &str, id: u64) -> Result<String> {
        let mut body: Value = self.get(cookie, &format!("/api/doc/{id}"))?;
        match body["content"].take() {
            Value::String(content) => Ok(content),
            _ => bail!("document {id} has no content"),
        }
    }

    /// One of the server's own figures, where it keeps it.
    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        let url = format!("{}/metrics", self.base);
        let text = self
            .agent
            .get(url)
            .call()
            .ok()?
            .body_mut()
            .read_to_string()
            .ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().parse().ok()
    }

    /// A page of history, oldest first: an array, or what an answer calls `messages`.
    pub(crate) fn history(&self, cookie: &str, path: &str) -> Result<Vec<Value>> {
        let mut body: Value = self.get(cookie, path)?;
        let messages = body.get_mut("messages").map(Value::take).unwrap_or(body);
        match messages {
            Value::Array(messages) => Ok(messages),
            _ => bail!("{path} holds no messages"),
        }
    }

    /// Whatever else an account asks for; answers the body.
    pub(crate) fn read(&self, cookie: &str, path: &str) -> Result<Value> {
        self.get(cookie, path)
    }

    /// Makes something for an account; answers what the server says about it.
    pub(crate) fn make(&self, cookie: &str, path: &str, body: &Value) -> Result<Value> {
        self.post(path, Some(cookie), body).map(|(_, body)| body)
    }

    /// Changes something for an account.
    pub(crate) fn change(&self, cookie: &str, path: &str, body: &Value) -> Result<()> {
        let request = self.agent.patch(format!("{}{path}", self.base));
        self.send(request, path, Some(cookie), body).map(drop)
    }

    fn get<T: DeserializeOwned>(&self, cookie: &str, path: &str) -> Result<T> {
        let mut response = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("Cookie", cookie)
            .call()?;
        ensure!(
            response.status() == 200,
            "{path} answered {}",
            response.status()
        );
        Ok(response.body_mut().read_json()?)
    }

    fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> Result<(String, Value)> {
        let request = self.agent.post(format!("{}{path}", self.base));
        self.send(request, path, cookie, body)
    }

    /// Answers the cookies that were set and the body.
    fn send(
        &self,
        request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        path: &str,
        cookie: Option<&str>,
        body: &Value,
    ) -> Result<(String, Value)> {
        let mut request = request.header("Origin", &self.base);
        if let Some(cookie) = cookie {
            request = request.header("Cookie", cookie);
        }
        let mut response = request.send_json(body).with_context(|| path.to_owned())?;
        let status = response.status();
        let cookies: Vec<&str> = response
            .headers()
            .get_all("set-cookie")
            .iter()
            .filter_map(|header| header.to_str().ok()?.split(';').next())
            .collect();
        let cookies = cookies.join("; ");
        let text = response.body_mut().read_to_string()?;
        ensure!(status.is_success(), "{path} answered {status}: {text}");
        Ok((cookies, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }
}
