//! What the API document says of a post. Posts are read by hand (`super::post`), since every refusal
//! has a code of its own; this is how they look.

use serde_json::Value;
use utoipa::ToSchema;

use super::embed::Embed;

/// What is posted to a webhook. What it does not know is ignored, and told in `warnings`.
///
/// Posts in the shape of Discord (`embeds`) and of Slack (`attachments`, `blocks`, `icon_url`) are
/// taken as they are.
#[derive(ToSchema)]
#[schema(as = WebhookPost)]
#[expect(dead_code, reason = "it is a schema and never a value")]
pub(super) struct PostSchema {
    /// Markdown, at most 4,000 characters after trimming. Needed unless there are cards.
    content: Option<String>,
    /// The same by another name.
    text: Option<String>,
    /// Who seems to speak, at most 80 characters; nobody's name in this server. The app's name
    /// when absent.
    username: Option<String>,
    /// An https address of a picture.
    avatar_url: Option<String>,
    /// The same by another name.
    icon_url: Option<String>,
    /// An emoji instead of a picture: `:tada:` or the emoji itself.
    icon_emoji: Option<String>,
    /// At most 10 cards, as Discord has them.
    embeds: Option<Vec<Embed>>,
    /// At most 20 cards, as Slack has them.
    #[schema(value_type = Option<Vec<Object>>)]
    attachments: Option<Vec<Value>>,
    /// At most 50 blocks, as Slack has them.
    #[schema(value_type = Option<Vec<Object>>)]
    blocks: Option<Vec<Value>>,
    /// Whom the post may notify, as Discord has it. By default: people who are named in it.
    #[schema(value_type = Option<Object>)]
    allowed_mentions: Option<Value>,
    /// The id of the message that it answers, in the same channel.
    reply_to: Option<i64>,
    /// The sender's own key for it, at most 64 visible ASCII characters, where there is no
    /// `Idempotency-Key`: posting it again says nothing twice.
    nonce: Option<String>,
    /// 4: without its cards. 4096: without a sound.
    flags: Option<i64>,
}

/// What is changed about a message of a webhook. What is absent stays; `null` empties.
#[derive(ToSchema)]
#[schema(as = WebhookEdit)]
#[expect(dead_code, reason = "it is a schema and never a value")]
pub(super) struct EditSchema {
    /// Markdown.
    content: Option<String>,
    /// Its cards.
    embeds: Option<Vec<Embed>>,
    /// Whom the new text may notify.
    #[schema(value_type = Option<Object>)]
    allowed_mentions: Option<Value>,
}
