//! The few REST calls that set a run up and read back what it stored.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, ensure};
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

    /// A page of history, oldest first.
    pub(crate) fn history(&self, cookie: &str, path: &str) -> Result<Vec<Value>> {
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
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("Origin", &self.base);
        if let Some(cookie) = cookie {
            request = request.header("Cookie", cookie);
        }
        let mut response = request
            .send_json(body)
            .with_context(|| format!("POST {path}"))?;
        let status = response.status();
        let cookies: Vec<&str> = response
            .headers()
            .get_all("set-cookie")
            .iter()
            .filter_map(|header| header.to_str().ok()?.split(';').next())
            .collect();
        let cookies = cookies.join("; ");
        let text = response.body_mut().read_to_string()?;
        ensure!(status == 200, "POST {path} answered {status}: {text}");
        Ok((cookies, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }
}
