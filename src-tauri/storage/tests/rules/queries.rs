//! What the compiler was told of the queries holds for the schema that the migrations make.

use sqlx::{Connection as _, Executor as _, SqlSafeStr as _, SqliteConnection};

use crate::common::open;

#[tokio::test]
async fn every_checked_query_fits_the_schema_that_the_migrations_make() {
    let directory = tempfile::tempdir().unwrap();
    open(directory.path()).await.close().await.unwrap();
    let url = format!("sqlite://{}", directory.path().join(gatepass_storage::DATABASE_FILE).display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let described = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let mut queries = 0;
    for file in std::fs::read_dir(described).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let described: serde_json::Value = serde_json::from_str(&text).unwrap();
        let sql = described["query"].as_str().unwrap().to_owned();
        let statement = sqlx::AssertSqlSafe(sql.clone()).into_sql_str();
        if let Err(error) = (&mut connection).prepare(statement).await {
            panic!("{error}: {sql}");
        }
        queries += 1;
    }
    assert!(queries > 30, "only {queries} queries are described");
}
