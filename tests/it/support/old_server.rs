//! The old server, as far as it left something: its database and its folder of uploads.

use std::{path::PathBuf, process::Output};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

use super::Program;

/// `correct horse`, as that server hashed it in its later years.
pub(crate) const SCRYPT: &str = "scrypt:1024:8:1$saltsalt$646792c2ba294af1202d0535a6396d20d2ab46f9840529e885da985d47b9119f255fcdfd85ef17967bb51e6eaf060f14d1d8a4e461dfcd7bb56b1d9aa486025d";
/// The same, as it did before.
pub(crate) const PBKDF2: &str =
    "pbkdf2:sha256:1000$saltsalt$a900cf4996b73ab9b2cbda0ad4fbb464b2f03f64afce6c77caef0ebc376afc9d";

/// What is left of an old server.
#[derive(Debug)]
pub(crate) struct OldServer {
    folder: TempDir,
}

impl OldServer {
    /// One whose database was made by these statements.
    pub(crate) async fn of(sql: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Self { folder };
        server.runs(sql).await;
        server
    }

    /// Its database.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("chat.db")
    }

    /// Has it run some more statements.
    pub(crate) async fn runs(&self, sql: &str) {
        let db = self.connect().await;
        db.execute_unprepared(sql).await.expect(sql);
        db.close().await.expect("closed");
    }

    /// A connection to its database.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        let url = format!("sqlite://{}?mode=rwc", self.file().display());
        Database::connect(url).await.expect("the old database")
    }

    /// Puts a file among its uploads.
    pub(crate) fn has_upload(&self, name: &str, bytes: &[u8]) {
        let path = self.folder.path().join("uploads").join(name);
        let folder = path.parent().expect("a folder");
        std::fs::create_dir_all(folder).expect("made");
        std::fs::write(path, bytes).expect("written");
    }

    /// What `chatter import legacy` does with it; more arguments follow the file.
    pub(crate) fn moves_to(&self, program: &Program, more: &[&str]) -> Output {
        let file = self.file().display().to_string();
        let mut arguments = vec!["import", "legacy", &file];
        arguments.extend(more);
        program.runs(&arguments, "")
    }

    /// The report of moving over, which must succeed.
    pub(crate) fn moves(&self, program: &Program, more: &[&str]) -> String {
        let output = self.moves_to(program, more);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).expect("a text")
    }
}

/// The numbers of a table in a report: imported, already here, skipped.
#[track_caller]
pub(crate) fn counts(report: &str, table: &str) -> [u64; 3] {
    let begins = format!("{table} ");
    let line = report.lines().find(|line| line.starts_with(&begins));
    let line = line.unwrap_or_else(|| panic!("no {table}: {report}"));
    let numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
    let numbers: Vec<u64> = numbers.collect();
    numbers.try_into().expect("three numbers")
}
