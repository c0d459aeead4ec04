//! Changing and deleting what a webhook has said.

use entity::{ConversationId, MessageId};
use http::StatusCode;

use super::{
    Webhooks,
    edit::Edit,
    model::{Caller, Changed, Received, Said, Webhook, key_reused},
    payload::Payload,
    post::{Post, Rules},
    posting::{json, mentioned},
    service::{ATTEMPTS, in_terms_of_webhooks},
};
use crate::{
    access::Begun,
    chat::is_outdated,
    http::Answer,
    kernel::{Error, Result},
};

impl Webhooks {
    /// Changes a message that the webhook has said, to the end, whether or not anybody waits.
    ///
    /// # Errors
    /// `message_not_found` for what is not its own, and those of a post.
    pub(super) async fn edit(
        &self,
        (caller, webhook): (Caller, Webhook),
        id: MessageId,
        (received, payload): (Received, Payload),
    ) -> Result<Changed> {
        let webhooks = self.clone();
        let edit = async move {
            let message = (webhook.channel, id);
            let edited = webhooks.edit_once(&caller, message, &received, &payload);
            edited.await.map_err(in_terms_of_webhooks)
        };
        self.tasks.complete(edit).await
    }

    async fn edit_once(
        &self,
        caller: &Caller,
        (mut channel, id): (ConversationId, MessageId),
        received: &Received,
        payload: &Payload,
    ) -> Result<Changed> {
        let nonce = Post::nonce_of(payload)?;
        let keyed = received.keyed.clone().or_nonce(nonce.as_deref())?;
        let begun = self.idempotency.begin(caller.app, &keyed, &received.body);
        let attempt = match begun.await? {
            Begun::First(attempt) => attempt,
            Begun::Again(kept) => return Ok(Changed::Before(kept)),
        };
        if let Some(key) = keyed.key()
            && self.said_before(caller.app, key).await?.is_some()
        {
            return Err(key_reused());
        }
        for _ in 0..ATTEMPTS {
            let authorised = self.authorise(caller, &mut channel, received).await?;
            let Some((webhook, place)) = authorised else {
                continue;
            };
            let edit = read(&webhook, payload, self.max_content)?;
            let embeds = edit.embeds.as_deref().map(json).transpose()?;
            let mentions = mentioned(&edit.mentions);
            let what = (edit.content, embeds);
            let edited = self
                .chat
                .edit_as_app(&place, webhook.author(), id, what, &mentions);
            let message = match edited.await {
                Err(error) if is_outdated(&error) => continue,
                edited => edited?,
            };
            let said = Said::new(message, keyed.key(), edit.warnings.into_list());
            if keyed.key().is_some() {
                // Not in one transaction with the edit: making it twice is making it once.
                let tx = self.db.begin().await?;
                attempt
                    .keep(&tx, StatusCode::OK, &Answer::new(&said))
                    .await?;
                tx.commit().await?;
            }
            return Ok(Changed::Now(said));
        }
        Err(Error::busy())
    }

    /// Leaves only a tombstone of a message that the webhook has said.
    ///
    /// # Errors
    /// `message_not_found` for what is not its own.
    pub(super) async fn delete(
        &self,
        (caller, webhook): (Caller, Webhook),
        id: MessageId,
        received: Received,
    ) -> Result<()> {
        let webhooks = self.clone();
        let delete = async move {
            let message = (webhook.channel, id);
            let deleted = webhooks.delete_once(&caller, message, &received);
            deleted.await.map_err(in_terms_of_webhooks)
        };
        self.tasks.complete(delete).await
    }

    async fn delete_once(
        &self,
        caller: &Caller,
        (mut channel, id): (ConversationId, MessageId),
        received: &Received,
    ) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let authorised = self.authorise(caller, &mut channel, received).await?;
            let Some((webhook, place)) = authorised else {
                continue;
            };
            let deleted = self.chat.delete_as_app(&place, webhook.author(), id).await;
            match deleted {
                Err(error) if is_outdated(&error) => {}
                deleted => return deleted.map(drop),
            }
        }
        Err(Error::busy())
    }
}

/// What the payload wants to change.
fn read(webhook: &Webhook, payload: &Payload, max_content: usize) -> Result<Edit> {
    if !payload.files.is_empty() {
        let text = "The files of a message stay as they are.";
        return Err(Error::invalid("files_unsupported", text));
    }
    let rules = Rules {
        max_content,
        is_reserved: &|_| false,
        may_mention_everyone: webhook.may_mention_everyone,
        has_files: false,
    };
    Edit::read(payload.clone(), &rules)
}
