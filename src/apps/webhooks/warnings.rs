//! What was ignored of a body: told to its sender in the answer's `warnings`, refused to nobody.

/// The most warnings of one answer.
const MAX: usize = 50;
/// The most characters of a sender's own text in a warning.
const MAX_NAME: usize = 64;

/// Warnings about one body, in the order they came up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings(Vec<String>);

impl Warnings {
    /// Says that the part at `pointer` was left out or changed, and why.
    pub fn add(&mut self, pointer: &str, why: &str) {
        if self.0.len() < MAX {
            let short: String = pointer.chars().take(MAX_NAME).collect();
            self.0.push(format!("{short}: {why}"));
        }
    }

    /// The warnings as the answer has them.
    pub fn into_list(self) -> Vec<String> {
        self.0
    }

    /// The warnings so far.
    pub fn list(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX, Warnings};

    #[test]
    fn neither_their_number_nor_their_length_grows_with_the_body() {
        let mut warnings = Warnings::default();
        for _ in 0..1000 {
            warnings.add(&"x".repeat(10_000), "ignored");
        }
        let list = warnings.into_list();
        assert_eq!(list.len(), MAX);
        assert!(list.iter().all(|warning| warning.len() < 100));
    }
}
