//! `gatepass export`: a collection as a document.

use gatepass_app::core::workspace::Branch;
use gatepass_app::interchange::postman::{Options, write_collection};
use serde_json::json;

use crate::aim::{self, is_file};
use crate::arguments::ExportArguments;
use crate::outcome::{Ending, Stop};
use crate::place::Place;
use crate::terminal;

pub async fn export(place: &Place, arguments: ExportArguments) -> Result<Ending, Stop> {
    if arguments.format != "postman" {
        return Err(Stop::usage(
            format!("There is no export format “{}”", arguments.format),
            "The formats are: postman.",
            "Use --format postman.",
        ));
    }
    let app = if is_file(&arguments.collection) { None } else { Some(place.app().await?) };
    let source = aim::source_of(app.as_ref(), &arguments.collection).await;
    if let Some(app) = app {
        app.close().await;
    }
    let branch: Branch = source?.into_branch();
    let document = write_collection(&branch, Options { secrets: arguments.include_secrets });
    let text = format!("{document:#}\n");
    let Some(file) = &arguments.output else {
        say!("{}", text.trim_end());
        return Ok(Ending::Done);
    };
    std::fs::write(file, text).map_err(|error| {
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
