//! Reports to the admins.

use entity::{
    MessageId,
    report::{Kind as About, Status},
};

use super::{
    Import,
    people::Who,
    source::{Cursor, Row},
    spec::REPORTS,
    store::Kind,
    store_records::NewReport,
};

/// The most characters of what people wrote.
const MAX_CHARS: usize = 2000;
/// How much of a message is quoted.
const EXCERPT_CHARS: usize = 500;

impl Import {
    /// Brings the reports over.
    pub(super) async fn reports(&mut self) -> anyhow::Result<()> {
        if !self.source.has_table(&REPORTS) {
            self.report.note("there is no table reports");
            return Ok(());
        }
        self.report.read(REPORTS.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&REPORTS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                self.one_report(row).await?;
            }
        }
    }

    async fn one_report(&mut self, row: &Row) -> anyhow::Result<()> {
        let key = (row.key(), row.mark());
        let known = self
            .target
            .known(Kind::Report, std::slice::from_ref(&key))
            .await?;
        if !known.is_empty() {
            self.report.already_here(REPORTS.name);
            return Ok(());
        }
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        let Some(status) = status(&text("status")) else {
            self.report
                .skipped(REPORTS.name, "with a status that is none", &key.0);
            return Ok(());
        };
        let Who::Person(target) = self.named(&text("target_username")).await? else {
            self.report.skipped(REPORTS.name, "about System", &key.0);
            return Ok(());
        };
        let reporter = self.named(&text("reporter_username")).await?.account();
        let message = match text("report_type").as_str() {
            "user" => None,
            _ => self.reported(&text("target_id"), target).await?,
        };
        if message.is_none() && text("report_type") != "user" {
            let changed = "reports of messages that cannot be told, kept as reports of the person";
            self.report.changed(changed, &key.0);
        }
        let excerpt = message.as_ref().map(|(_, excerpt)| excerpt.clone());
        let resolved_by = self.find_named(&text("resolved_by")).and_then(Who::sender);
        let is_closed = matches!(status, Status::Resolved | Status::Dismissed);
        let created_at = row.time("created_at").unwrap_or(self.target.now);
        self.target
            .insert_report(NewReport {
                kind: match message {
                    Some(_) => About::Message,
                    None => About::User,
                },
                message: message.map(|(id, _)| id),
                excerpt,
                target,
                reporter,
                reason: cut(&text("reason")),
                details: cut(&text("details")),
                created_at,
                status,
                admin_notes: cut(&text("admin_notes")),
                resolved_at: row.time("resolved_at").filter(|_| is_closed),
                resolved_by: resolved_by.filter(|_| is_closed),
            })
            .await?;
        self.report.imported(REPORTS.name);
        self.target.remember(Kind::Report, vec![(key, 0)]).await
    }

    /// The message that is reported. Its kind is not said there: it is the one that its author wrote,
    /// if only one is.
    async fn reported(
        &self,
        key: &str,
        author: entity::UserId,
    ) -> anyhow::Result<Option<(MessageId, String)>> {
        let mut found = Vec::new();
        for kind in [Kind::Public, Kind::Gdm, Kind::Dm] {
            let messages = self.target.messages_of(kind, &[key.to_owned()]).await?;
            let of_author = messages
                .into_values()
                .filter(|message| message.sender_id == Some(author));
            found.extend(of_author);
        }
        match found.as_slice() {
            [one] => {
                let excerpt = one.source.chars().take(EXCERPT_CHARS).collect();
                Ok(Some((one.id, excerpt)))
            }
            _ => Ok(None),
        }
    }
}

fn status(text: &str) -> Option<Status> {
    Some(match text {
        "pending" | "" => Status::Pending,
        "reviewed" => Status::Reviewed,
        "resolved" => Status::Resolved,
        "dismissed" => Status::Dismissed,
        _ => return None,
    })
}

fn cut(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    kept.take(MAX_CHARS).collect()
}
