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

/// Times of the platform's routes: UTC with milliseconds, `2026-01-15T13:42:07.012Z`.
///
/// For `#[serde(with = "entity::timestamp::millis")]`; [`millis::option`] is for what may be absent.
pub mod millis {
    use serde::{Serialize, Serializer};

    use super::Timestamp;

    /// How a time is written.
    pub fn format(time: Timestamp) -> String {
        let whole = Timestamp(time.unix_seconds() * 1000).to_string();
        let whole = whole.trim_end_matches('Z');
        format!("{whole}.{:03}Z", time.0.rem_euclid(1000))
    }

    /// Writes a time.
    ///
    /// # Errors
    /// Those of `serializer`.
    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format(*time))
    }

    /// The same for what may be absent.
    pub mod option {
        use super::{Serialize, Serializer, Timestamp};

        /// Writes a time, or null.
        ///
        /// # Errors
        /// Those of `serializer`.
        pub fn serialize<S: Serializer>(
            time: &Option<Timestamp>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            time.map(super::format).serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, millis};

    #[test]
    fn the_platform_writes_milliseconds() {
        let text = |ms| millis::format(Timestamp(ms));
        assert_eq!(text(1_768_484_527_012), "2026-01-15T13:42:07.012Z");
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999Z");
    }

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
