//! The tree of collections, folders and requests.

use crate::common::{node, with_workspace};
use gatepass_core::workspace::{AuthKind, Id, NodeKind::*};
use gatepass_storage::tables::Content;
use gatepass_storage::tables::nodes::{Nodes, Place};
use gatepass_storage::{Database, StorageFailure};

fn id(text: &str) -> Id {
    Id::from_text(text)
}

async fn names(nodes: Nodes<'_>, workspace: &Id) -> String {
    let tree = nodes.tree(workspace).await.unwrap();
    tree.iter().map(|node| node.id.as_str()).collect::<Vec<_>>().join(" ")
}

/// c ─ f ─ (a, b), g ─ (d); and e in c behind them.
async fn sample(directory: &std::path::Path) -> (Database, Id) {
    let (database, workspace) = with_workspace(directory).await;
    let branch = [
        node("c", None, Collection),
        node("f", Some("c"), Folder),
        node("a", Some("f"), Request),
        node("b", Some("f"), Request),
        node("g", Some("c"), Folder),
        node("d", Some("g"), Request),
        node("e", Some("c"), Request),
    ];
    database.nodes().insert(&workspace, &Place::Last(None), &branch).await.unwrap();
    (database, workspace)
}

#[tokio::test]
async fn the_tree_comes_back_each_node_before_its_children() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    assert_eq!(names(database.nodes(), &workspace).await, "c f a b g d e");
    let tree = database.nodes().tree(&workspace).await.unwrap();
    assert!(tree.iter().all(|node| node.collection == id("c")));
    assert_eq!(tree[2].parent, Some(id("f")));
}

#[tokio::test]
async fn a_lineage_goes_from_the_collection_to_the_node() {
    let directory = tempfile::tempdir().unwrap();
    let (database, _) = sample(directory.path()).await;
    let lineage = database.nodes().lineage(&id("d")).await.unwrap();
    let ids: Vec<_> = lineage.iter().map(|stored| stored.node.id.as_str()).collect();
    assert_eq!(ids, ["c", "g", "d"]);
    assert_eq!(lineage[2].content.text, r#"{"description":"d"}"#);
    assert!(database.nodes().lineage(&id("nothing")).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_saved_is_what_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let content = Content { text: r#"{"x":1}"#.into(), secrets: Some(vec![0, 255, 7]) };
    database.nodes().save(&id("a"), Some("PROPFIND"), Some(AuthKind::OAuth2), &content).await.unwrap();
    database.nodes().rename(&id("a"), "Ä'; --").await.unwrap();
    let stored = database.nodes().branch(&id("a")).await.unwrap().remove(0);
    assert!(stored.content == content);
    assert_eq!(stored.node.name, "Ä'; --");
    assert_eq!(stored.node.method.as_deref(), Some("PROPFIND"));
    let tree = database.nodes().tree(&workspace).await.unwrap();
    assert_eq!(tree[2].auth, Some(AuthKind::OAuth2));
}

#[tokio::test]
async fn a_save_to_a_node_that_is_gone_is_not_reported_as_done() {
    let directory = tempfile::tempdir().unwrap();
    let (database, _) = sample(directory.path()).await;
    database.nodes().trash(&id("a"), 1).await.unwrap();
    let failure = database.nodes().save(&id("a"), None, None, &Content::default()).await.unwrap_err();
    assert!(matches!(failure, StorageFailure::Missing { .. }));
}

#[tokio::test]
async fn a_node_moves_with_everything_below_it() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let nodes = database.nodes();
    nodes.move_to(&id("g"), &Place::Before(id("a"))).await.unwrap();
    assert_eq!(names(database.nodes(), &workspace).await, "c f g d a b e");
    nodes.insert(&workspace, &Place::First(None), &[node("k", None, Collection)]).await.unwrap();
    nodes.move_to(&id("f"), &Place::Last(Some(id("k")))).await.unwrap();
    assert_eq!(names(database.nodes(), &workspace).await, "k f g d a b c e");
    let tree = nodes.tree(&workspace).await.unwrap();
    let d = tree.iter().find(|node| node.id == id("d")).unwrap();
    assert_eq!(d.collection, id("k"));
}

#[tokio::test]
async fn a_folder_cannot_be_moved_into_itself_nor_a_node_where_its_kind_cannot_stand() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let nodes = database.nodes();
    nodes.move_to(&id("g"), &Place::Last(Some(id("f")))).await.unwrap();
    for (node, place) in [
        ("f", Place::Last(Some(id("g")))),
        ("f", Place::Last(Some(id("f")))),
        ("f", Place::After(id("c"))),
        ("c", Place::Last(Some(id("f")))),
        ("e", Place::Last(Some(id("a")))),
        ("e", Place::Last(None)),
    ] {
        let failure = nodes.move_to(&id(node), &place).await.unwrap_err();
        assert!(matches!(failure, StorageFailure::Misplaced { .. }), "{node} {place:?}: {failure:?}");
    }
    assert_eq!(names(database.nodes(), &workspace).await, "c f a b g d e");
}

#[tokio::test]
async fn any_number_of_nodes_fits_between_two() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let mut expected = vec!["a".to_owned()];
    for number in 0..60 {
        let name = format!("n{number}");
        let (place, at) =
            if number % 2 == 0 { (Place::After(id("a")), 1) } else { (Place::Before(id("b")), 0) };
        let one = [node(&name, Some("f"), Request)];
        database.nodes().insert(&workspace, &place, &one).await.unwrap();
        if at == 1 { expected.insert(1, name) } else { expected.push(name) }
    }
    expected.push("b".to_owned());
    assert_eq!(names(database.nodes(), &workspace).await, format!("c f {} g d e", expected.join(" ")));
}

#[tokio::test]
async fn what_is_deleted_comes_back_whole_to_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let nodes = database.nodes();
    assert_eq!(nodes.trash(&id("a"), 10).await.unwrap(), 1);
    assert_eq!(nodes.trash(&id("f"), 20).await.unwrap(), 2);
    assert_eq!(names(database.nodes(), &workspace).await, "c g d e");
    let trash = nodes.list_trash(&workspace).await.unwrap();
    let listed: Vec<_> = trash.iter().map(|node| (node.id.as_str(), node.trashed_at)).collect();
    assert_eq!(listed, [("f", 20), ("a", 10)]);
    // What was deleted earlier, and by itself, stays deleted, and cannot come back before its folder.
    assert!(matches!(nodes.restore(&id("a")).await, Err(StorageFailure::Misplaced { .. })));
    assert_eq!(nodes.restore(&id("f")).await.unwrap(), 2);
    assert_eq!(names(database.nodes(), &workspace).await, "c f b g d e");
    assert_eq!(nodes.restore(&id("a")).await.unwrap(), 1);
    assert_eq!(names(database.nodes(), &workspace).await, "c f a b g d e");
}

#[tokio::test]
async fn the_trash_is_emptied_only_of_what_is_older() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let nodes = database.nodes();
    nodes.trash(&id("a"), 10).await.unwrap();
    nodes.trash(&id("g"), 20).await.unwrap();
    assert_eq!(nodes.purge_trash(20).await.unwrap(), 1);
    assert!(matches!(nodes.restore(&id("a")).await, Err(StorageFailure::Missing { .. })));
    nodes.restore(&id("g")).await.unwrap();
    assert_eq!(names(database.nodes(), &workspace).await, "c f b g d e");
}

#[tokio::test]
async fn a_copy_stands_behind_the_original_with_secrets_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let nodes = database.nodes();
    let secret = Content { text: "{}".into(), secrets: Some(b"for a".to_vec()) };
    nodes.save(&id("a"), Some("GET"), None, &secret).await.unwrap();
    let copy = nodes
        .duplicate(&workspace, &id("f"), "f copy", |old, new, sealed| {
            assert_eq!(sealed, format!("for {old}").as_bytes());
            Ok::<_, StorageFailure>(format!("for {new}").into_bytes())
        })
        .await
        .unwrap();
    let branch = nodes.branch(&copy).await.unwrap();
    assert_eq!(branch.len(), 3);
    assert_eq!(branch[0].node.name, "f copy");
    assert_eq!(branch[1].node.name, "the a");
    assert_eq!(branch[1].content.secrets, Some(format!("for {}", branch[1].node.id).into_bytes()));
    let tree = nodes.tree(&workspace).await.unwrap();
    assert_eq!(tree[4].id, copy);
    assert_eq!(tree[7].id, id("g"));
}

#[tokio::test]
async fn a_tree_that_cannot_be_inserted_whole_is_not_inserted_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = sample(directory.path()).await;
    let twice = [node("x", None, Collection), node("y", Some("x"), Folder), node("a", Some("y"), Request)];
    assert!(database.nodes().insert(&workspace, &Place::Last(None), &twice).await.is_err());
    let orphan = [node("x", None, Collection), node("y", Some("z"), Folder)];
    assert!(database.nodes().insert(&workspace, &Place::Last(None), &orphan).await.is_err());
    assert_eq!(names(database.nodes(), &workspace).await, "c f a b g d e");
}

#[tokio::test]
async fn ten_thousand_requests_go_in_and_come_out_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    let mut branch = vec![node("c", None, Collection)];
    for folder in 0..100 {
        let name = format!("f{folder}");
        branch.push(node(&name, Some("c"), Folder));
        for request in 0..100 {
            let mut stored = node(&format!("{name}-{request}"), Some(&name), Request);
            stored.content.text = format!(r#"{{"request":"{}"}}"#, "x".repeat(1200));
            branch.push(stored);
        }
    }
    let started = std::time::Instant::now();
    database.nodes().insert(&workspace, &Place::Last(None), &branch).await.unwrap();
    let inserted = started.elapsed();
    let started = std::time::Instant::now();
    let tree = database.nodes().tree(&workspace).await.unwrap();
    println!("inserted in {inserted:?}, read in {:?}", started.elapsed());
    assert!(tree.iter().map(|node| &node.id).eq(branch.iter().map(|stored| &stored.node.id)));
}
