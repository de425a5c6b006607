//! `cookies`: the jar of each workspace, values sealed.

use gatepass_core::workspace::Id;
use gatepass_oauth::ports::UnixMillis;

use crate::database::Inner;
use crate::failure::StorageFailure;

/// A cookie as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCookie {
    pub domain: String,
    pub path: String,
    pub name: String,
    pub host_only: bool,
    pub secure: bool,
    pub http_only: bool,
    /// `None`: until the end of the session.
    pub expires_at: Option<UnixMillis>,
    /// The value, encrypted and bound to its place by the caller.
    pub sealed: Vec<u8>,
}

/// One change of a jar.
pub enum CookieChange {
    /// In the place of one with the same domain, path and name.
    Put(StoredCookie),
    Remove {
        domain: String,
        path: String,
        name: String,
    },
}

/// The table of cookies.
pub struct Cookies<'a> {
    inner: &'a Inner,
}

impl<'a> Cookies<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self { inner }
    }

    /// The cookies of a workspace, by domain, path and name; expired ones included.
    pub async fn list(&self, workspace: &Id) -> Result<Vec<StoredCookie>, StorageFailure> {
        let workspace = workspace.as_str();
        let rows = sqlx::query!(
            r#"SELECT domain, path, name, host_only AS "host_only: bool", secure AS "secure: bool",
                      http_only AS "http_only: bool", expires_at, sealed
               FROM cookies WHERE workspace_id = ?1 ORDER BY domain, path, name"#,
            workspace
        )
        .fetch_all(&self.inner.readers)
        .await?;
        let cookies = rows.into_iter().map(|row| StoredCookie {
            domain: row.domain,
            path: row.path,
            name: row.name,
            host_only: row.host_only,
            secure: row.secure,
            http_only: row.http_only,
            expires_at: row.expires_at,
            sealed: row.sealed,
        });
        Ok(cookies.collect())
    }

    /// Makes all changes, in order, or none.
    pub async fn change(&self, workspace: &Id, changes: &[CookieChange]) -> Result<(), StorageFailure> {
        let workspace = workspace.as_str();
        let mut transaction = self.inner.begin().await?;
        for change in changes {
            match change {
                CookieChange::Put(cookie) => {
                    sqlx::query!(
                        "INSERT INTO cookies
                             (workspace_id, domain, path, name, host_only, secure, http_only, expires_at, sealed,
                              updated_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(unixepoch('subsec') * 1000 AS INTEGER))
                         ON CONFLICT (workspace_id, domain, path, name) DO UPDATE SET
                             host_only = excluded.host_only, secure = excluded.secure,
                             http_only = excluded.http_only, expires_at = excluded.expires_at,
                             sealed = excluded.sealed, updated_at = excluded.updated_at",
                        workspace,
                        cookie.domain,
                        cookie.path,
                        cookie.name,
                        cookie.host_only,
                        cookie.secure,
                        cookie.http_only,
                        cookie.expires_at,
                        cookie.sealed
                    )
                    .execute(&mut *transaction)
                    .await?;
                }
                CookieChange::Remove { domain, path, name } => {
                    sqlx::query!(
                        "DELETE FROM cookies WHERE workspace_id = ?1 AND domain = ?2 AND path = ?3 AND name = ?4",
                        workspace,
                        domain,
                        path,
                        name
                    )
                    .execute(&mut *transaction)
                    .await?;
                }
            }
        }
        Ok(transaction.commit().await?)
    }
}
