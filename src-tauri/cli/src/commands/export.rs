//! `gatepass export`: a collection as a document, a request as a command line.

use gatepass_app::code::as_curl;
use gatepass_app::core::workspace::NodeKind;
use gatepass_app::interchange::postman::{Options, write_collection};
use gatepass_app::{App, Outside};
use serde_json::json;

use crate::aim::{self, is_file, outside_of, surrounding};
use crate::arguments::{ExportArguments, Transport};
use crate::outcome::{Ending, Stop};
use crate::place::Place;
use crate::terminal;
use crate::transport::send_settings;

pub async fn export(place: &Place, arguments: ExportArguments) -> Result<Ending, Stop> {
    let (collection, request) = aim::split(&arguments.collection);
    let named_environment = arguments.variables.environment.as_deref().is_some_and(|name| !is_file(name));
    let app = if is_file(collection) && !named_environment {
        None
    } else {
        Some(place.app_with(collection, false).await?)
    };
    let text = match arguments.format.as_str() {
        "postman" => as_collection(app.as_ref(), collection, request, &arguments).await,
        "curl" => {
            let outside = outside_of(app.as_ref(), place);
            as_command(app.as_ref(), &outside, collection, request, &arguments).await
        }
        other => Err(Stop::usage(
            format!("There is no export format “{other}”"),
            "The formats are: postman, curl.",
            "Use --format postman or --format curl.",
        )),
    };
    if let Some(app) = app {
        app.close().await;
    }
    write(&text?, &arguments)
}

async fn as_collection(
    app: Option<&App>,
    collection: &str,
    request: Option<&str>,
    arguments: &ExportArguments,
) -> Result<String, Stop> {
    if request.is_some() {
        return Err(Stop::usage(
            "A single request is no Postman collection",
            "The format postman writes whole collections.",
            "Leave out what stands behind #, or use --format curl.",
        ));
    }
    let branch = aim::source_of(app, collection).await?.into_branch();
    Ok(format!("{:#}", write_collection(&branch, Options { secrets: arguments.include_secrets })))
}

async fn as_command(
    app: Option<&App>,
    outside: &Outside,
    collection: &str,
    request: Option<&str>,
    arguments: &ExportArguments,
) -> Result<String, Stop> {
    let settings = send_settings(app, &Transport::default()).await?;
    let surrounding = surrounding(app, &arguments.variables).await?;
    let source = aim::source_of(app, collection).await?;
    let node = source.find(request).map_err(Stop::from)?;
    if node.kind != NodeKind::Request {
        return Err(Stop::usage(
            "No request is named",
            format!("“{}” is no request, and a command line is one.", node.name),
            "Name one behind #: Collection#Folder/Request.",
        ));
    }
    let draft = source.draft(node, &surrounding, &settings);
    let (command, notes) = as_curl(&outside.pipeline(None), draft, arguments.include_secrets).await?;
    for note in notes {
        tell!("{}", terminal::inert(&format!("note: {note}")));
    }
    Ok(command)
}

fn write(text: &str, arguments: &ExportArguments) -> Result<Ending, Stop> {
    let Some(file) = &arguments.output else {
        if arguments.json && arguments.format == "curl" {
            terminal::document(&json!({ "command": text }));
        } else {
            say!("{text}");
        }
        return Ok(Ending::Done);
    };
    std::fs::write(file, format!("{text}\n")).map_err(|error| {
        Stop::usage(
            "The export cannot be written",
            format!("{}: {error}.", file.display()),
            "Name a file in a folder that exists and that you may write to.",
        )
    })?;
    if arguments.json {
        terminal::document(&json!({ "done": true, "file": file.display().to_string() }));
    }
    Ok(Ending::Done)
}
