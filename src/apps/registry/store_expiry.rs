//! Which tokens of integrations end soon.

use entity::{AppId, AppTokenId, Timestamp, UserId, app, integration_token};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};

use crate::kernel::Result;

/// A token that ends soon.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Ending {
    pub(super) id: AppTokenId,
    pub(super) name: String,
    pub(super) app_id: AppId,
    pub(super) app_name: String,
    pub(super) created_by: UserId,
    pub(super) expires_at: Timestamp,
}

/// At most `limit` tokens that end within `days` days after `now`, whose creators were not told so,
/// the first that end first. Those that live no longer than that are left out.
pub(super) async fn list_ending(
    db: &impl ConnectionTrait,
    now: Timestamp,
    days: i64,
    limit: u64,
) -> Result<Vec<Ending>> {
    use integration_token::Column;
    let lived = Expr::col((integration_token::Entity, Column::ExpiresAt))
        .sub(Expr::col((integration_token::Entity, Column::CreatedAt)));
    Ok(integration_token::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name, Column::AppId])
        .columns([Column::CreatedBy, Column::ExpiresAt])
        .column_as(app::Column::Name, "app_name")
        .join(JoinType::InnerJoin, app_of_token())
        .filter(app::Column::DeletedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::ExpiresAt.lte(now.plus_seconds(days * 86_400)))
        .filter(lived.gt(days * 86_400_000))
        .filter(Column::WarnedDays.is_null().or(Column::WarnedDays.gt(days)))
        .order_by_asc(Column::ExpiresAt)
        .limit(limit)
        .into_model()
        .all(db)
        .await?)
}

fn app_of_token() -> sea_orm::RelationDef {
    integration_token::Entity::belongs_to(app::Entity)
        .from(integration_token::Column::AppId)
        .to(app::Column::Id)
        .into()
}

/// Notes that a token's creator is told `days` days before its end, unless that was noted before;
/// whether it was this call that did.
pub(super) async fn note_warning(
    db: &impl ConnectionTrait,
    id: AppTokenId,
    days: i64,
) -> Result<bool> {
    use integration_token::Column;
    let noted = integration_token::Entity::update_many()
        .col_expr(Column::WarnedDays, days.into())
        .filter(Column::Id.eq(id))
        .filter(Column::WarnedDays.is_null().or(Column::WarnedDays.gt(days)))
        .exec(db)
        .await?;
    Ok(noted.rows_affected == 1)
}
