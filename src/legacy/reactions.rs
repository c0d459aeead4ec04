//! Reactions to messages.

use entity::MessageId;

use super::{
    Import,
    people::Who,
    source::{Cursor, Row},
    spec::REACTIONS,
    store::Kind,
};

impl Import {
    /// Brings the reactions over.
    pub(super) async fn reactions(&mut self) -> anyhow::Result<()> {
        if !self.source.has_table(&REACTIONS) {
            self.report.note("there is no table reactions");
            return Ok(());
        }
        self.report.read(REACTIONS.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&REACTIONS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                self.reaction(row).await?;
            }
        }
    }

    async fn reaction(&mut self, row: &Row) -> anyhow::Result<()> {
        let text = |column| row.text(column).unwrap_or_default();
        let (message, emoji) = (text("message_id"), text("emoji"));
        let shown = format!("{emoji} of {} under {message}", text("username"));
        let kind = match text("message_type") {
            "public" | "" => Kind::Public,
            "dm" => Kind::Dm,
            "gdm" | "group" => Kind::Gdm,
            _ => {
                self.report
                    .skipped(REACTIONS.name, "to messages of a kind that is none", shown);
                return Ok(());
            }
        };
        // The form that people's keyboards agree on least is the fully qualified one of Unicode.
        let Some(emoji) = emojis::get(emoji) else {
            self.report.skipped(REACTIONS.name, "no emoji", shown);
            return Ok(());
        };
        let Some(Who::Person(person)) = self.member_of(row) else {
            self.report
                .skipped(REACTIONS.name, "without an account", shown);
            return Ok(());
        };
        let found = self.target.messages_of(kind, &[message.to_owned()]).await?;
        let found = found.get(message);
        let Some(id) = found.filter(|m| m.deleted_at.is_none()).map(|m| m.id) else {
            self.report
                .skipped(REACTIONS.name, "to messages that are not there", shown);
            return Ok(());
        };
        let key = format!("{id}:{person}:{}", emoji.as_str());
        let key = (key, String::new());
        let known = self
            .target
            .known(Kind::Reaction, std::slice::from_ref(&key))
            .await?;
        let at = row.time("created_at").unwrap_or(self.target.now);
        // Who took it away here has taken it away.
        if !known.is_empty() || !self.target.react((id, person), emoji.as_str(), at).await? {
            self.report.already_here(REACTIONS.name);
            return Ok(());
        }
        self.report.imported(REACTIONS.name);
        let MessageId(new) = id;
        self.target.remember(Kind::Reaction, vec![(key, new)]).await
    }
}
