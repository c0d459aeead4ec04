//! A Socket.IO client over one WebSocket: just enough to be in the same process as the server. That
//! real clients work is for `tests/e2e` to show.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::PATIENCE;

/// A socket in the namespace `/`.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    asked: u64,
    answers: HashMap<u64, Value>,
    events: VecDeque<(String, Value)>,
}

/// A packet that matters to a test.
enum Packet {
    Connected,
    Refused(Value),
    Event(String, Value),
    Answer(u64, Value),
    End,
}

impl Socket {
    /// Connects with a session's cookie, or says how the server refused.
    ///
    /// `from` is the address that a proxy says the client has.
    pub(crate) async fn connect(
        address: SocketAddr,
        cookie: Option<&str>,
        from: Option<&str>,
    ) -> Result<Self, Value> {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let mut request = url.into_client_request().expect("a request");
        if let Some(cookie) = cookie {
            let cookie = cookie.parse().expect("a header");
            request.headers_mut().insert("cookie", cookie);
        }
        if let Some(from) = from {
            let from = from.parse().expect("a header");
            request.headers_mut().insert("x-forwarded-for", from);
        }
        let tcp = TcpStream::connect(address).await.expect("a connection");
        let opened = client_async(request, tcp).await;
        let (stream, _) = opened.map_err(|refusal| Value::String(refusal.to_string()))?;
        let mut socket = Self {
            stream,
            asked: 0,
            answers: HashMap::new(),
            events: VecDeque::new(),
        };
        socket.write("40".to_owned()).await;
        loop {
            match socket.next_packet().await {
                Packet::Connected => return Ok(socket),
                Packet::Refused(refusal) => return Err(refusal),
                Packet::End => return Err(Value::Null),
                Packet::Event(..) | Packet::Answer(..) => {}
            }
        }
    }

    /// Sends an event and waits for its answer.
    pub(crate) async fn asks(&mut self, event: &str, payload: Value) -> Value {
        let asked = self.sends(event, payload).await;
        let answer = self.answer(asked).await;
        answer.unwrap_or_else(|| panic!("the connection ended before {event} was answered"))
    }

    /// Sends an event that must succeed; its answer.
    pub(crate) async fn does(&mut self, event: &str, payload: Value) -> Value {
        let answer = self.asks(event, payload).await;
        assert_eq!(answer["ok"], true, "{event}: {answer}");
        answer
    }

    /// Sends an event; what its answer is called.
    pub(crate) async fn sends(&mut self, event: &str, payload: Value) -> u64 {
        self.asked += 1;
        let asked = self.asked;
        self.write(format!("42{asked}{}", json!([event, payload])))
            .await;
        asked
    }

    /// The answer to what was sent; none when the connection ended without it.
    pub(crate) async fn answer(&mut self, asked: u64) -> Option<Value> {
        loop {
            if let Some(answer) = self.answers.remove(&asked) {
                return Some(answer);
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// What the next event of one of these names carries; others before it are passed over.
    pub(crate) async fn receives(&mut self, names: &[&str]) -> Value {
        loop {
            while let Some((name, payload)) = self.events.pop_front() {
                if names.contains(&name.as_str()) {
                    return payload;
                }
            }
            assert!(self.read().await, "the connection ended before {names:?}");
        }
    }

    /// What this socket has been sent of these names, up to the answer to what it asks now: an event
    /// that was sent before is here by then.
    pub(crate) async fn has_heard(&mut self, names: &[&str]) -> Vec<Value> {
        self.asks("sync", json!({"since": {"public": i64::MAX}}))
            .await;
        let heard = self.events.drain(..);
        heard
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(_, payload)| payload)
            .collect()
    }

    /// Waits until the server ends the connection; the answers that came before.
    pub(crate) async fn ends(&mut self) -> &HashMap<u64, Value> {
        while self.read().await {}
        &self.answers
    }

    /// Takes one packet in; whether there may be more.
    async fn read(&mut self) -> bool {
        match self.next_packet().await {
            Packet::Event(name, payload) => self.events.push_back((name, payload)),
            Packet::Answer(asked, answer) => drop(self.answers.insert(asked, answer)),
            Packet::Connected | Packet::Refused(_) => {}
            Packet::End => return false,
        }
        true
    }

    async fn next_packet(&mut self) -> Packet {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await;
            let text = match next.expect("news within reasonable time") {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Packet::End,
                Some(Ok(_)) => continue,
            };
            match text.split_at_checked(1) {
                Some(("1", _)) => return Packet::End,
                Some(("2", _)) => self.write("3".to_owned()).await,
                Some(("4", packet)) => return parse(packet),
                _ => {}
            }
        }
    }

    async fn write(&mut self, text: String) {
        // A connection that is gone shows when the answer is waited for.
        let _ = self.stream.send(Message::text(text)).await;
    }
}

fn parse(packet: &str) -> Packet {
    let (kind, rest) = packet.split_at(1);
    let json_at = rest.find(['[', '{']).unwrap_or(rest.len());
    let (number, json) = rest.split_at(json_at);
    let mut json: Value = serde_json::from_str(json).unwrap_or_default();
    match kind {
        "0" => Packet::Connected,
        "1" => Packet::End,
        "2" => {
            let name = json[0].as_str().expect("an event's name").to_owned();
            Packet::Event(name, json[1].take())
        }
        "3" => Packet::Answer(number.parse().expect("a number"), json[0].take()),
        _ => Packet::Refused(json),
    }
}
