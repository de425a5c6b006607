//! Where a node stands among its siblings, and moving it.

use gatepass_core::workspace::Id;
use sqlx::SqliteConnection;

use super::{DEEPEST, Nodes, missing};
use crate::failure::StorageFailure;
use crate::tables::GAP;

/// A place in a workspace's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Before all others below this parent; `None` for collections.
    First(Option<Id>),
    /// Behind all others below this parent; `None` for collections.
    Last(Option<Id>),
    /// Directly before this node.
    Before(Id),
    /// Directly behind this node.
    After(Id),
}

impl Nodes<'_> {
    /// Moves a node, with everything below it, to another place of its workspace.
    ///
    /// # Errors
    /// [`StorageFailure::Misplaced`] if that is below itself, or not where its kind can stand.
    pub async fn move_to(&self, id: &Id, place: &Place) -> Result<(), StorageFailure> {
        let text = id.as_str();
        let mut transaction = self.inner.begin().await?;
        let row = sqlx::query!(
            "SELECT workspace_id, kind, collection_id FROM nodes WHERE id = ?1 AND trashed_at IS NULL",
            text
        )
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or_else(|| missing(id))?;
        let spot = Spot::find(&mut transaction, &row.workspace_id, place).await?;
        spot.admit(&row.kind)?;
        let collection = spot.collection.as_deref().unwrap_or(text);
        if is_below(&mut transaction, spot.parent.as_deref(), text).await? {
            return Err(StorageFailure::Misplaced { detail: "A folder cannot be moved into itself.".into() });
        }
        sqlx::query!(
            "UPDATE nodes SET parent_id = ?2, position = ?3,
                 updated_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE id = ?1",
            text,
            spot.parent,
            spot.position
        )
        .execute(&mut *transaction)
        .await?;
        if collection != row.collection_id {
            // What is in the trash below it goes along, so that it can be taken out again.
            sqlx::query!(
                "WITH RECURSIVE branch (id) AS (
                     SELECT ?1 UNION SELECT nodes.id FROM nodes JOIN branch ON nodes.parent_id = branch.id)
                 UPDATE nodes SET collection_id = ?2 WHERE id IN (SELECT id FROM branch)",
                text,
                collection
            )
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// A [`Place`] found in the database.
pub(super) struct Spot {
    pub(super) parent: Option<String>,
    /// The collection that the parent belongs to; `None` where there is no parent.
    pub(super) collection: Option<String>,
    parent_kind: Option<String>,
    pub(super) position: i64,
}

impl Spot {
    pub(super) async fn find(
        connection: &mut SqliteConnection,
        workspace: &str,
        place: &Place,
    ) -> Result<Self, StorageFailure> {
        let (parent, beside) = match place {
            Place::First(parent) | Place::Last(parent) => (parent.as_ref().map(ToString::to_string), None),
            Place::Before(sibling) | Place::After(sibling) => {
                let text = sibling.as_str();
                let row = sqlx::query!(
                    "SELECT parent_id, position FROM nodes
                     WHERE id = ?1 AND workspace_id = ?2 AND trashed_at IS NULL",
                    text,
                    workspace
                )
                .fetch_optional(&mut *connection)
                .await?
                .ok_or_else(|| missing(sibling))?;
                (row.parent_id, Some(row.position))
            }
        };
        let (collection, parent_kind) = match &parent {
            None => (None, None),
            Some(id) => {
                let row = sqlx::query!(
                    "SELECT collection_id, kind FROM nodes
                     WHERE id = ?1 AND workspace_id = ?2 AND trashed_at IS NULL",
                    id,
                    workspace
                )
                .fetch_optional(&mut *connection)
                .await?
                .ok_or_else(|| missing(&Id::from_text(id.clone())))?;
                (Some(row.collection_id), Some(row.kind))
            }
        };
        let siblings = Siblings { workspace, parent: parent.as_deref() };
        let position = siblings.position(connection, place, beside).await?;
        Ok(Self { parent, collection, parent_kind, position })
    }

    /// Whether a node of this kind can stand here.
    pub(super) fn admit(&self, kind: &str) -> Result<(), StorageFailure> {
        let detail = match (kind, self.parent_kind.as_deref()) {
            ("collection", None) | ("folder" | "request", Some("collection" | "folder")) => return Ok(()),
            ("collection", Some(_)) => "A collection cannot stand inside another.",
            (_, None) => "Only a collection can stand at the top.",
            _ => "A request holds no other nodes.",
        };
        Err(StorageFailure::Misplaced { detail: detail.into() })
    }
}

struct Siblings<'a> {
    workspace: &'a str,
    parent: Option<&'a str>,
}

impl Siblings<'_> {
    /// A position that puts a node at the place. `beside` is the position of the sibling that the place names.
    async fn position(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        beside: Option<i64>,
    ) -> Result<i64, StorageFailure> {
        let Some(beside) = beside else {
            let ends = sqlx::query!(
                r#"SELECT min(position) AS "first: i64", max(position) AS "last: i64" FROM nodes
                   WHERE workspace_id = ?1 AND parent_id IS ?2"#,
                self.workspace,
                self.parent
            )
            .fetch_one(connection)
            .await?;
            return Ok(match place {
                Place::First(_) => ends.first.map_or(GAP, |first| first - GAP),
                _ => ends.last.map_or(GAP, |last| last + GAP),
            });
        };
        let before = matches!(place, Place::Before(_));
        let neighbour = self.neighbour(connection, beside, before).await?;
        let other = neighbour.unwrap_or(if before { beside - 2 * GAP } else { beside + 2 * GAP });
        if beside.abs_diff(other) >= 2 {
            return Ok(beside.midpoint(other));
        }
        let beside = self.spread(connection, beside).await?;
        let half = GAP / 2;
        Ok(if before { beside - half } else { beside + half })
    }

    async fn neighbour(
        &self,
        connection: &mut SqliteConnection,
        beside: i64,
        before: bool,
    ) -> Result<Option<i64>, StorageFailure> {
        let found = if before {
            sqlx::query_scalar!(
                r#"SELECT max(position) AS "position: i64" FROM nodes
                   WHERE workspace_id = ?1 AND parent_id IS ?2 AND position < ?3"#,
                self.workspace,
                self.parent,
                beside
            )
            .fetch_one(connection)
            .await?
        } else {
            sqlx::query_scalar!(
                r#"SELECT min(position) AS "position: i64" FROM nodes
                   WHERE workspace_id = ?1 AND parent_id IS ?2 AND position > ?3"#,
                self.workspace,
                self.parent,
                beside
            )
            .fetch_one(connection)
            .await?
        };
        Ok(found)
    }

    /// Renews the gaps between siblings where they have been used up. Returns where the one that stood at `beside`
    /// stands now.
    async fn spread(&self, connection: &mut SqliteConnection, beside: i64) -> Result<i64, StorageFailure> {
        let place = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!: i64" FROM nodes
               WHERE workspace_id = ?1 AND parent_id IS ?2 AND position <= ?3"#,
            self.workspace,
            self.parent,
            beside
        )
        .fetch_one(&mut *connection)
        .await?;
        sqlx::query!(
            "UPDATE nodes SET position = ranked.place * ?3
             FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS place FROM nodes
                   WHERE workspace_id = ?1 AND parent_id IS ?2) AS ranked
             WHERE nodes.id = ranked.id",
            self.workspace,
            self.parent,
            GAP
        )
        .execute(connection)
        .await?;
        Ok(place * GAP)
    }
}

/// Whether `node` is `above` or stands below it.
async fn is_below(
    connection: &mut SqliteConnection,
    node: Option<&str>,
    above: &str,
) -> Result<bool, StorageFailure> {
    Ok(sqlx::query_scalar!(
        r#"WITH RECURSIVE lineage (id, depth) AS (
               SELECT ?1, 0
               UNION ALL
               SELECT nodes.parent_id, depth + 1 FROM nodes JOIN lineage ON nodes.id = lineage.id WHERE depth < ?3)
           SELECT EXISTS (SELECT 1 FROM lineage WHERE id = ?2) AS "below!: bool""#,
        node,
        above,
        DEEPEST
    )
    .fetch_one(connection)
    .await?)
}
