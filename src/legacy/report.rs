//! What was brought over, and what was not and why.

use std::{collections::BTreeMap, fmt};

/// How many rows are named with each reason.
const EXAMPLES: usize = 5;

/// What has become of the old server's rows.
#[derive(Debug, Default)]
pub struct Report {
    /// By table, in the order in which they were read.
    tables: Vec<(&'static str, Counts)>,
    /// What an operator has to know.
    notes: Vec<String>,
    /// By what was changed on the way.
    changed: BTreeMap<String, Rows>,
    unknown: Vec<String>,
    dry_run: bool,
}

/// What has become of the rows of one table.
#[derive(Debug, Default)]
struct Counts {
    imported: u64,
    already: u64,
    skipped: BTreeMap<&'static str, Rows>,
}

/// Rows of which the same is to be said.
#[derive(Debug, Default)]
struct Rows {
    count: u64,
    examples: Vec<String>,
}

impl Rows {
    fn add(&mut self, row: impl fmt::Display) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(row.to_string());
        }
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.count, self.examples.join(", "))?;
        if self.count > self.examples.len() as u64 {
            f.write_str(", ...")?;
        }
        f.write_str(")")
    }
}

impl Report {
    pub(super) fn new(dry_run: bool) -> Self {
        Self {
            dry_run,
            ..Self::default()
        }
    }

    fn counts(&mut self, table: &'static str) -> &mut Counts {
        let at = self.tables.iter().position(|(name, _)| *name == table);
        let at = at.unwrap_or_else(|| {
            self.tables.push((table, Counts::default()));
            self.tables.len() - 1
        });
        &mut self.tables[at].1
    }

    /// A table was looked at, whether or not it has rows.
    pub(super) fn read(&mut self, table: &'static str) {
        self.counts(table);
    }

    pub(super) fn imported(&mut self, table: &'static str) {
        self.counts(table).imported += 1;
    }

    pub(super) fn already_here(&mut self, table: &'static str) {
        self.counts(table).already += 1;
    }

    /// A row was left out.
    pub(super) fn skipped(
        &mut self,
        table: &'static str,
        why: &'static str,
        row: impl fmt::Display,
    ) {
        let rows = self.counts(table).skipped.entry(why).or_default();
        rows.add(row);
    }

    /// A row was not brought over as it was.
    pub(super) fn changed(&mut self, how: impl Into<String>, row: impl fmt::Display) {
        self.changed.entry(how.into()).or_default().add(row);
    }

    /// Something was found that is not read.
    pub(super) fn unknown(&mut self, what: String) {
        self.unknown.push(what);
    }

    /// Something that an operator has to know.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (table, counts) in &self.tables {
            let skipped: u64 = counts.skipped.values().map(|rows| rows.count).sum();
            writeln!(
                f,
                "{table:16} {:>8} imported {:>8} already here {skipped:>8} skipped",
                counts.imported, counts.already
            )?;
            for (why, rows) in &counts.skipped {
                writeln!(f, "  skipped, {why}: {rows}")?;
            }
        }
        let sections = [
            ("Changed on the way:", lines(&self.changed)),
            ("Not read:", self.unknown.clone()),
            ("To know:", self.notes.clone()),
        ];
        for (title, lines) in sections {
            if !lines.is_empty() {
                writeln!(f, "{title}")?;
            }
            for line in lines {
                writeln!(f, "  {line}")?;
            }
        }
        if self.dry_run {
            writeln!(f, "Nothing was changed: this was a dry run.")?;
        }
        Ok(())
    }
}

fn lines(changed: &BTreeMap<String, Rows>) -> Vec<String> {
    let lines = changed.iter().map(|(how, rows)| format!("{how}: {rows}"));
    lines.collect()
}
