//! Letters to people, through the SMTP server that the operator named.

use std::{sync::Arc, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};

use super::{Error, Result, config};

/// How long one command of the conversation with the SMTP server may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends mail. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer(Option<Arc<Smtp>>);

#[derive(Debug)]
struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// A mailer for what is configured, which may be none.
    ///
    /// # Errors
    /// Names the key that cannot work.
    pub fn new(config: &config::Mail) -> anyhow::Result<Self> {
        if config.smtp_url.is_empty() {
            return Ok(Self(None));
        }
        // The URL has a password in it, and so is not repeated.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp_url)
            .map_err(|error| anyhow::anyhow!("configuration: mail.smtp_url: {error}"))?;
        let from = config
            .from
            .parse()
            .map_err(|error| anyhow::anyhow!("configuration: mail.from: {error}"))?;
        Ok(Self(Some(Arc::new(Smtp {
            transport: transport.timeout(Some(TIMEOUT)).build(),
            from,
        }))))
    }

    /// Whether mail can be sent at all.
    pub fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Hands a letter of plain text to the SMTP server.
    ///
    /// # Errors
    /// `internal` when no server is configured, `to` is no address, or the server does not take it.
    pub async fn send(&self, to: &str, subject: &str, text: String) -> Result<()> {
        let smtp = self.0.as_ref();
        let smtp =
            smtp.ok_or_else(|| Error::internal(anyhow::anyhow!("mail is not configured")))?;
        let to: Mailbox = to.parse().map_err(Error::internal)?;
        let letter = Message::builder()
            .from(smtp.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(Error::internal)?;
        smtp.transport.send(letter).await.map_err(Error::internal)?;
        Ok(())
    }
}
