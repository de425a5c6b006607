//! `gatepass`: arguments in, reports out. No window, no WebKit.

#[macro_use]
mod terminal;

mod aim;
mod arguments;
mod commands;
mod outcome;
mod person;
mod place;
mod reporters;
mod transport;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, ClientAction, Command, TokenAction};
use outcome::{Ending, Stop};

fn main() -> ExitCode {
    gatepass_app::scripting::serve_if_worker();
    let json = std::env::args_os().any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error, json),
    };
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("GATEPASS_LOG").unwrap_or_else(|_| "error".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    // One thread does it all: a request on a kept connection takes less time than waking another thread.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(Stop::usage(
            "The program could not start",
            format!("The system refused a part of its runtime: {error}."),
            "Close other programs and try again.",
        )),
    };
    match ended {
        Ok(ending) => ending,
        Err(stop) => stop.report(json),
    }
    .into()
}

async fn run(arguments: Arguments) -> Result<Ending, Stop> {
    let place = place::Place::new(arguments.place)?;
    match arguments.command {
        Command::Run(run) => commands::run::run(&place, *run).await,
        Command::Send(send) => commands::send::send(&place, *send).await,
        Command::Token(token) => match token.action {
            TokenAction::Get(target) => commands::token::get(&place, target).await,
            TokenAction::Refresh(target) => commands::token::refresh(&place, target).await,
            TokenAction::Show(target) => commands::token::show(&place, target).await,
            TokenAction::List(target) => commands::token::list(&place, target).await,
            TokenAction::Introspect(target) => commands::token_ends::introspect(&place, target).await,
            TokenAction::Userinfo(target) => commands::token_ends::userinfo(&place, target).await,
            TokenAction::Revoke(target) => commands::token_ends::revoke(&place, target).await,
            TokenAction::Delete(target) => commands::token_ends::delete(&place, target).await,
            TokenAction::Logout(target) => commands::token_ends::logout(&place, target).await,
        },
        Command::Client(client) => match client.action {
            ClientAction::Check(target) => commands::client::check(&place, target).await,
            ClientAction::Register(target) => commands::client::register(&place, target).await,
            ClientAction::Key(key) => commands::client::key(&key),
            ClientAction::Jwks(target) => commands::client::jwks(&place, target).await,
        },
        Command::Import(import) => commands::import::import(&place, import).await,
        Command::Export(export) => commands::export::export(&place, export).await,
        Command::Playground(playground) => commands::playground::playground(playground).await,
    }
}

/// Usage errors, and `--help` and `--version`, which are none.
fn refuse(error: &clap::Error, json: bool) -> ExitCode {
    use clap::error::ErrorKind;
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || (is_help && !json) {
        let _ = error.print();
        return if is_help { Ending::Usage } else { Ending::Done }.into();
    }
    usage(error).report(json).into()
}

/// What clap says, in the shape of all our errors.
fn usage(error: &clap::Error) -> Stop {
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Stop::usage(
            "A command is missing",
            "gatepass was called without one.",
            "See gatepass --help.",
        );
    }
    let text = error.render().to_string();
    // The message goes up to the first empty line; after it come tips and the usage.
    let (message, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let message: Vec<&str> = message.trim_start_matches("error: ").split_whitespace().collect();
    let tip = rest.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let usage = rest.lines().find_map(|line| line.trim().strip_prefix("Usage: "));
    Stop::usage(
        message.join(" "),
        tip.map_or("The command line is not one that gatepass understands.".to_owned(), |tip| {
            format!("The command line is not one that gatepass understands; {tip}.")
        }),
        match usage {
            Some(usage) => format!("Write {usage}; see gatepass --help."),
            None => "See gatepass --help.".to_owned(),
        },
    )
}
