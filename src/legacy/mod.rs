//! Moving over: what the old server has in its SQLite file and its folder of uploads comes here.
//!
//! The old file is only read. Everything here is one transaction, and files are in the store before
//! it commits: it comes over as a whole or not at all. What came over is noted (`imported`), so a
//! second run brings what is new and nothing twice. Rows come in pages, so memory holds the people,
//! the conversations and one page. What cannot be brought over as it was is changed in the way that
//! surprises least, or left out, and the report says so.

mod bans;
mod docs;
mod files;
mod groups;
mod messages;
mod people;
mod reactions;
mod report;
mod reports;
mod settings;
mod source;
mod spec;
mod store;
mod store_messages;
mod store_records;
mod texts;
mod values;

use std::path::PathBuf;

use entity::ConversationId;

use self::{
    files::Uploads, messages::Conversations, people::People, source::Source, store::Target,
};
pub use self::{report::Report, texts::TextForm};
use crate::{
    chat,
    file::Intake,
    kernel::{Clock, Config, Db},
};

/// What is to be brought over, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The old server's database.
    pub file: PathBuf,
    /// Its folder of uploads; `uploads` beside the database otherwise.
    pub uploads: Option<PathBuf>,
    /// Whether files stay behind.
    pub without_files: bool,
    /// How its texts are stored; otherwise told from how they begin.
    pub texts: Option<TextForm>,
    /// Whether nothing is changed, and only said what would be.
    pub dry_run: bool,
}

/// One run.
struct Import {
    source: Source,
    target: Target,
    report: Report,
    people: People,
    uploads: Uploads,
    conversations: Conversations,
    texts: TextForm,
    public: ConversationId,
}

/// Brings the old server's data over into the database and the store of `config`, which no server
/// should be using meanwhile.
///
/// # Errors
/// Says why nothing was brought over: the file is no database of the old server, something cannot be
/// read or written.
pub async fn import(config: &Config, options: Options) -> anyhow::Result<Report> {
    let mut source = Source::open(&options.file).await?;
    let folder = files::folder(&source, &options).await?;
    let texts = match options.texts {
        Some(texts) => texts,
        None => messages::text_form(&source).await?,
    };
    let db = Db::open(&config.database.url).await?;
    let target = Target::begin(&db, Clock::default().now()).await?;
    let intake = if options.dry_run {
        None
    } else {
        Some(Intake::open(&config.storage).await?)
    };
    let mut report = Report::new(options.dry_run);
    for (table, rows) in std::mem::take(&mut source.unknown_tables) {
        report.unknown(match rows {
            0.. => format!("table {table} ({rows} rows)"),
            _ => format!("table {table}"),
        });
    }
    for column in std::mem::take(&mut source.unknown_columns) {
        report.unknown(format!("column {column}"));
    }
    let mut run = Import {
        public: target.public_chat().await?,
        people: People::default(),
        uploads: Uploads::new(folder, intake),
        conversations: Conversations::default(),
        source,
        target,
        report,
        texts,
    };
    let done = run.everything().await;
    let Import {
        target,
        report,
        uploads,
        ..
    } = run;
    if let Err(error) = done {
        target.end(false).await?;
        uploads.undo().await?;
        return Err(error.context("nothing was brought over"));
    }
    // A commit that is not answered may have happened: the server frees files without a row itself.
    target.end(!options.dry_run).await?;
    db.close().await?;
    Ok(report)
}

impl Import {
    /// Whom others speak of first.
    async fn everything(&mut self) -> anyhow::Result<()> {
        self.users().await?;
        self.admins().await?;
        self.shadow_bans().await?;
        self.groups().await?;
        self.group_members().await?;
        self.messages().await?;
        self.docs().await?;
        self.doc_members().await?;
        self.reactions().await?;
        self.reports().await?;
        self.bans().await?;
        self.settings().await?;
        let touched = self.conversations.touched();
        self.target.mark_read(touched).await?;
        // The server indexes what is newer than what it has indexed; kept ids may be older.
        chat::index_earlier(&self.target.tx).await?;
        Ok(())
    }
}
