//! Queries on `app_setting`.

use entity::app_setting;
use sea_orm::{ConnectionTrait, EntityTrait, Set, sea_query::OnConflict};

use super::model::{Key, SettingValues};
use crate::kernel::Result;

pub(super) async fn read(db: &impl ConnectionTrait) -> Result<SettingValues> {
    let rows = app_setting::Entity::find().all(db).await?;
    Ok(SettingValues(
        rows.into_iter()
            .filter_map(|row| Some((Key::parse(&row.key)?, row.value)))
            .collect(),
    ))
}

pub(super) async fn write(db: &impl ConnectionTrait, changes: &[(Key, String)]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let rows = changes.iter().map(|(key, value)| app_setting::ActiveModel {
        key: Set(key.name().to_owned()),
        value: Set(value.clone()),
    });
    app_setting::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(app_setting::Column::Key)
                .update_column(app_setting::Column::Value)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
