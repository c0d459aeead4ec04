//! A point in time: milliseconds since 1970 in the database, UTC text on the wire.

use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// Serialises as the documented API writes times: UTC, whole seconds, `2025-01-15T10:30:00Z`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, sea_orm::DeriveValueType,
)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time `seconds` later (or earlier, when negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whole seconds since 1970.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = time::OffsetDateTime::from_unix_timestamp(self.unix_seconds())
            .map_err(|_| std::fmt::Error)?
            .format(&Rfc3339)
            .map_err(|_| std::fmt::Error)?;
        f.write_str(&text)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .description(Some("UTC, whole seconds: 2025-01-15T10:30:00Z"))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn times_are_written_as_the_documented_api_writes_them() {
        assert_eq!(
            Timestamp(1_736_937_000_999).to_string(),
            "2025-01-15T10:30:00Z"
        );
        assert_eq!(
            Timestamp(0).plus_seconds(1).to_string(),
            "1970-01-01T00:00:01Z"
        );
    }
}
