use gatepass_tests::{Collection, Gatepass};

use crate::{echo, item};

#[tokio::test]
async fn imported_scripts_run_after_somebody_has_trusted_them_and_a_new_import_asks_again() {
    let server = echo().await;
    let add = "pm.request.headers.add({key: 'X-Script', value: 'ran'})";
    let document = Collection::named("Imported").item(item("A", &server.origin(), add, "")).json();
    let home = Gatepass::new();
    home.import(&document).await;
    let marked = || server.seen().last().unwrap().headers.contains_key("x-script");

    let held = home.run(&["send", "Imported", "A"]).await.expect_code(0);
    assert!(!marked());
    assert!(held.stderr.contains("1 script was held back"), "{}", held.stderr);

    home.run(&["send", "Imported", "A", "--trust-scripts"]).await.expect_code(0);
    assert!(marked());
    home.run(&["run", "Imported"]).await.expect_code(0);
    assert!(marked(), "it was said once and for all");
    home.run(&["run", "Imported", "--no-scripts"]).await.expect_code(0);
    assert!(!marked());

    let again = Collection::named("Imported again").item(item("A", &server.origin(), add, "")).json();
    home.import(&again).await;
    home.run(&["send", "Imported again", "A"]).await.expect_code(0);
    assert!(!marked(), "the same script in another collection is another matter");
}
