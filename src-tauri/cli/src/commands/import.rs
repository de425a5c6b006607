//! `gatepass import`: collections and environments into the database.

use std::io::Read as _;

use gatepass_app::dto::ErrorView;
use gatepass_app::oauth::Code;
use serde_json::json;

use crate::arguments::ImportArguments;
use crate::outcome::{Ending, Stop};
use crate::place::Place;
use crate::terminal;

pub async fn import(place: &Place, arguments: ImportArguments) -> Result<Ending, Stop> {
    let app = place.app_in(arguments.workspace.clone(), false).await?;
    let result = if arguments.source == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| {
            Stop::usage(
                "Standard input cannot be read",
                format!("{error}."),
                "Pipe a document as UTF-8 text into it.",
            )
        })?;
        app.import_text(text, String::new()).await
    } else if arguments.source.starts_with("http://") || arguments.source.starts_with("https://") {
        app.import_url(&arguments.source).await
    } else {
        app.import_file(arguments.source.clone()).await
    };
    let result = result.map_err(unreadable);
    app.close().await;
    let result = result?;
    let collections: Vec<_> = result.nodes.iter().filter(|node| node.parent.is_none()).collect();
    let requests = |collection: &str| {
        result.nodes.iter().filter(|node| node.collection == collection && node.method.is_some()).count()
    };
    if arguments.json {
        let collections: Vec<_> = collections
            .iter()
            .map(|node| json!({ "id": node.id, "name": node.name, "requests": requests(&node.id) }))
            .collect();
        let environments: Vec<_> = result
            .environments
            .iter()
            .map(|environment| json!({ "id": environment.id, "name": environment.name }))
            .collect();
        let warnings: Vec<_> = result
            .warnings
            .iter()
            .map(|warning| json!({ "item": warning.item, "reason": warning.reason, "what_happens": warning.what_happens }))
            .collect();
        terminal::document(
            &json!({ "collections": collections, "environments": environments, "warnings": warnings }),
        );
        return Ok(Ending::Done);
    }
    for node in collections {
        say!("{}", terminal::inert(&format!("collection “{}”: {}", node.name, counted(requests(&node.id)))));
    }
    for environment in &result.environments {
        say!("{}", terminal::inert(&format!("environment “{}”", environment.name)));
    }
    for warning in &result.warnings {
        tell!(
            "{}",
            terminal::inert(&format!("note: {}: {}. {}", warning.item, warning.reason, warning.what_happens))
        );
    }
    Ok(Ending::Done)
}

/// Whatever is wrong with a document, or on the way to it, makes it unreadable input.
fn unreadable(error: ErrorView) -> Stop {
    let stop = Stop::from(error);
    match stop.failure.code {
        Code::Storage | Code::KeyStore => stop,
        _ => Stop { ending: Ending::Usage, ..stop },
    }
}

fn counted(requests: usize) -> String {
    if requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") }
}
