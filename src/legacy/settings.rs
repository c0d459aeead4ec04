//! Settings: those that are known here and that nobody has set here yet.

use super::{Import, source::Cursor, spec::APP_SETTINGS};
use crate::settings::Key;

impl Import {
    /// Brings the settings over.
    pub(super) async fn settings(&mut self) -> anyhow::Result<()> {
        if !self.source.has_table(&APP_SETTINGS) {
            return Ok(());
        }
        self.report.read(APP_SETTINGS.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&APP_SETTINGS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                let name = row.text("key").unwrap_or_default();
                let value = row.text("value").unwrap_or_default();
                let Some(key) = Key::parse(name) else {
                    self.report
                        .skipped(APP_SETTINGS.name, "not known here", name);
                    continue;
                };
                if !key.accepts(value) {
                    let row = format!("{name} = {value:?}");
                    self.report
                        .skipped(APP_SETTINGS.name, "with a value that is none", row);
                } else if self.target.set_once(key.name(), value).await? {
                    self.report.imported(APP_SETTINGS.name);
                } else {
                    self.report.already_here(APP_SETTINGS.name);
                }
            }
        }
    }
}
