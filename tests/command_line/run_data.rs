//! Data files: a row for each iteration.

use gatepass_tests::{
    Collection, Gatepass,
    http::{Answer, Server},
};
use serde_json::json;

async fn server() -> Server {
    Server::start(|_| Answer::json(200, &json!({}))).await
}

fn collection(server: &Server) -> serde_json::Value {
    Collection::named("Data").get("One", &format!("{}/{{{{name}}}}/{{{{n}}}}", server.origin())).json()
}

fn write(home: &Gatepass, name: &str, content: &[u8]) -> String {
    let file = home.home().join(name);
    std::fs::write(&file, content).unwrap();
    file.to_str().unwrap().to_owned()
}

fn paths(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|request| request.path).collect()
}

#[tokio::test]
async fn there_is_an_iteration_for_each_row_and_the_last_row_serves_those_beyond() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("data.json", &collection(&server));
    let rows = home.file("rows.json", &json!([{"name": "a", "n": 1}, {"name": "b", "n": 2.5}]));
    home.run(&["run", &file, "-d", &rows]).await.expect_code(0);
    assert_eq!(paths(&server), ["/a/1", "/b/2.5"]);
    home.run(&["run", &file, "-d", &rows, "-n", "3"]).await.expect_code(0);
    assert_eq!(paths(&server)[2..], ["/a/1", "/b/2.5", "/b/2.5"]);
}

#[tokio::test]
async fn a_table_of_another_program_is_read_and_its_ragged_rows_are_named() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("data.json", &collection(&server));
    let table: Vec<u8> =
        "\u{feff}name,n\r\n\"a\"\"b\",007\r\nc\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rows = write(&home, "rows.csv", &table);
    let ran = home.run(&["run", &file, "-d", &rows]).await.expect_code(0);
    let seen = paths(&server);
    assert_eq!(seen[0], "/a%22b/7");
    assert!(seen[1].starts_with("/c/"), "{seen:?}");
    assert!(ran.stderr.contains("line 3 of the data has 1 value for 2 columns"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_data_file_that_cannot_be_read_is_named_with_its_line_and_nothing_is_sent() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("data.json", &collection(&server));
    for (name, content, told) in [
        ("broken.csv", "name,n\na,1\n\"open,2\n", "line 3"),
        ("broken.json", "[{\"name\": \"a\"},\n{\"name\": }]", "line 2"),
    ] {
        let rows = write(&home, name, content.as_bytes());
        let ran = home.run(&["run", &file, "-d", &rows]).await.expect_code(2);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
    home.run(&["run", &file, "-d", "/nonexistent/rows.csv"]).await.expect_code(2);
    assert!(server.seen().is_empty());
}
