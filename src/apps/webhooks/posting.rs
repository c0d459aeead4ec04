//! Saying what was posted.

use std::sync::Arc;

use bytes::Bytes;
use entity::{ConversationId, MessageId, RoleId, UserId};
use serde_json::Value;

use super::{
    Webhooks,
    embed::Embed,
    mentions::{Allowed, Mentions},
    model::{Address, Caller, Posted, Received, Said, Webhook, key_reused, webhook_not_found},
    names::Names,
    payload::Payload,
    post::{Avatar, Post, Rules, Shape},
    service::{ATTEMPTS, in_terms_of_webhooks},
    warnings::Warnings,
};
use crate::{
    access::Keyed,
    chat::{Among, AppAuthor, AppMessage, Mentioned, Place, SaidBefore, is_outdated},
    kernel::{Error, Result},
};

impl Webhooks {
    /// Says what was received. Once begun it is done to its end, whether or not anybody waits.
    ///
    /// # Errors
    /// Nothing is stored then.
    pub(super) async fn post(
        &self,
        (caller, webhook): (Caller, Webhook),
        address: Address,
        (received, payload): (Received, Payload),
    ) -> Result<Posted> {
        let webhooks = self.clone();
        let post = async move {
            let place = (webhook.channel, address);
            let posted = webhooks.post_once(&caller, place, &received, &payload);
            posted.await.map_err(in_terms_of_webhooks)
        };
        // Large, and passed on several times.
        self.tasks.complete(Box::pin(post)).await
    }

    async fn post_once(
        &self,
        caller: &Caller,
        (channel, address): (ConversationId, Address),
        received: &Received,
        payload: &Payload,
    ) -> Result<Posted> {
        let mut keyed = received.keyed.clone();
        if !matches!(address, Address::Service(_)) {
            keyed = keyed.or_nonce(Post::nonce_of(payload)?.as_deref())?;
        }
        let _attempt = self.begin(caller.app, &keyed, &received.body).await?;
        let key = keyed.key();
        let key = key.map(|key| (key.to_owned(), keyed.fingerprint(&received.body)));
        if let Some((name, hash)) = &key
            && let Some(before) = self.said_before(caller.app, name).await?
        {
            return repeated(before, (name, hash), address, payload);
        }
        let mut kept = Kept::default();
        let posted = self.say(
            caller,
            (channel, address),
            (received, payload),
            &keyed,
            &mut kept,
        );
        let posted = posted.await;
        if !matches!(posted, Ok(Posted::Said { .. })) {
            kept.release(self).await;
        }
        posted
    }

    /// Says what the payload wants to say, and keeps its files before.
    async fn say(
        &self,
        caller: &Caller,
        (mut channel, address): (ConversationId, Address),
        (received, payload): (&Received, &Payload),
        keyed: &Keyed,
        kept: &mut Kept,
    ) -> Result<Posted> {
        let key = keyed.key();
        let key = key.map(|key| (key.to_owned(), keyed.fingerprint(&received.body)));
        for _ in 0..ATTEMPTS {
            let authorised = self.authorise(caller, &mut channel, received).await?;
            let Some((webhook, place)) = authorised else {
                continue;
            };
            let post = self.read(&webhook, &place, address, (received, payload));
            let Some(post) = post.await? else {
                return Ok(Posted::Nothing);
            };
            let (warnings, is_slacks) = (post.warnings.clone(), post.shape == Shape::Slack);
            kept.keep(self, &webhook, &payload.files).await?;
            let mut message = message(&webhook, post, key.clone())?;
            message.files.clone_from(&kept.names);
            match self.chat.say_as_app(place, message).await {
                Err(error) if is_outdated(&error) => {}
                said => {
                    return Ok(Posted::Said {
                        said: Said::new(said?, keyed.key(), warnings.into_list()),
                        is_repeat: false,
                        is_slacks,
                    });
                }
            }
        }
        Err(Error::busy())
    }

    /// What the payload wants to say; none for an event that nothing is said about.
    async fn read(
        &self,
        webhook: &Webhook,
        place: &Place,
        address: Address,
        (received, payload): (&Received, &Payload),
    ) -> Result<Option<Post>> {
        if let Address::Service(service) = address {
            let post = service.convert(&received.headers, &payload.object);
            return Ok(post.map(|post| Post {
                warnings: payload.warnings.clone(),
                ..post
            }));
        }
        let names = match place.audience.channel() {
            Some(channel) if payload.object.contains_key("username") => {
                self.reserved.names(channel).await?
            }
            _ => Arc::new(Names::of([])),
        };
        let rules = Rules {
            max_content: self.max_content,
            is_reserved: &|name| names.have_like(name),
            may_mention_everyone: webhook.may_mention_everyone,
            has_files: !payload.files.is_empty(),
        };
        Post::read(payload.clone(), address == Address::Slack, &rules).map(Some)
    }
}

/// The answer to a post that was said before, if it is the same one. What it could not be refused
/// for then it is not refused for now.
fn repeated(
    before: SaidBefore,
    (key, hash): (&str, &str),
    address: Address,
    payload: &Payload,
) -> Result<Posted> {
    if before.request_hash.is_some_and(|kept| kept != hash) {
        return Err(key_reused());
    }
    let rules = Rules {
        max_content: usize::MAX,
        is_reserved: &|_| false,
        may_mention_everyone: true,
        has_files: true,
    };
    let read = match address {
        Address::Service(_) => None,
        _ => Post::read(payload.clone(), address == Address::Slack, &rules).ok(),
    };
    let (warnings, is_slacks): (Warnings, bool) = match read {
        Some(post) => (post.warnings, post.shape == Shape::Slack),
        None => (payload.warnings.clone(), false),
    };
    Ok(Posted::Said {
        said: Said::new(before.message, Some(key), warnings.into_list()),
        is_repeat: true,
        is_slacks,
    })
}

/// The files of a post that is on its way.
#[derive(Debug, Default)]
struct Kept {
    /// For whom.
    owner: Option<UserId>,
    /// Their stored names.
    names: Vec<String>,
}

impl Kept {
    /// Keeps them, unless they are kept already.
    async fn keep(
        &mut self,
        webhooks: &Webhooks,
        webhook: &Webhook,
        files: &[(String, Bytes)],
    ) -> Result<()> {
        if files.is_empty() || self.owner.is_some() {
            return Ok(());
        }
        let owner = webhooks.directory.find(webhook.owner).await?;
        let owner = owner.ok_or_else(webhook_not_found)?;
        self.names = webhooks.files.keep_all(&owner, files).await?;
        self.owner = Some(owner.id);
        Ok(())
    }

    /// Removes them: there is no message that names them.
    async fn release(self, webhooks: &Webhooks) {
        if let Some(owner) = self.owner
            && let Err(error) = webhooks.files.release(owner, &self.names).await
        {
            error.log("removing the files of a refused post");
        }
    }
}

fn message(webhook: &Webhook, post: Post, key: Option<(String, String)>) -> Result<AppMessage> {
    let (avatar_url, avatar_emoji) = match post.avatar {
        Some(Avatar::Url(url)) => (Some(url), None),
        Some(Avatar::Emoji(emoji)) => (None, Some(emoji)),
        None => (None, None),
    };
    Ok(AppMessage {
        author: AppAuthor {
            app: webhook.app,
            name: post.username.unwrap_or_else(|| webhook.name.clone()),
            avatar_url,
            avatar_emoji,
        },
        source: post.content,
        embeds: json(&post.embeds)?,
        files: Vec::new(),
        mentions: mentioned(&post.mentions),
        silent: post.is_silent,
        reply_to: post.reply_to.map(MessageId),
        mentions_answered: post.mentions.replied_user,
        key,
    })
}

/// Cards as they are stored.
pub(super) fn json(embeds: &[Embed]) -> Result<Vec<Value>> {
    let cards = embeds.iter().map(serde_json::to_value);
    Ok(cards.collect::<Result<_, _>>()?)
}

/// Who of those named in a text are notified.
pub(super) fn mentioned(mentions: &Mentions) -> Mentioned {
    Mentioned {
        people: among(&mentions.users, UserId),
        roles: among(&mentions.roles, RoleId),
        everyone: mentions.everyone,
    }
}

fn among<Id>(allowed: &Allowed, id: impl Fn(i64) -> Id) -> Among<Id> {
    match allowed {
        Allowed::All => Among::All,
        Allowed::Only(ids) => Among::Only(ids.iter().copied().map(id).collect()),
    }
}
