//! What a command is about: the collection, the request in it, and the token that it means.

use std::collections::HashSet;
use std::path::Path;

use gatepass_app::core::exchange::SendSettings;
use gatepass_app::core::workspace::{Environment, Id, Variable};
use gatepass_app::oauth::keeper::{Keeper, TokenDemand};
use gatepass_app::oauth::{AuthConfig, TokenKey};
use gatepass_app::scripting::ScriptLimits;
use gatepass_app::source::{Source, Surrounding, environment_of_file, globals_of_file};
use gatepass_app::{App, Outside};

use crate::arguments::{Scripts, TokenTarget, Variables};
use crate::outcome::{Ending, Stop};
use crate::place::Place;
use crate::transport::send_settings;

/// The token that a `gatepass token` command is about, on the database.
pub struct Aim {
    app: App,
    pub demand: TokenDemand,
}

impl Aim {
    pub async fn take(place: &Place, target: &TokenTarget) -> Result<Self, Stop> {
        let app = match &target.target {
            Some(named) => place.app_with(split(named).0, target.no_browser).await?,
            None => place.app_for(target.no_browser).await?,
        };
        let settings = send_settings(Some(&app), &target.transport).await?;
        app.outside().set_send_settings(settings.clone());
        let surrounding = surrounding(Some(&app), &target.variables).await?;
        let mut demand = match (&target.target, &target.config) {
            (_, Some(file)) => TokenDemand {
                config: config_of_file(file)?,
                environment: surrounding.environment_id().to_owned(),
            },
            (Some(target), None) => {
                let (collection, request) = split(target);
                let source = source(&app, collection).await?;
                let node = source.find(request).map_err(Stop::from)?;
                let draft = source.draft(node, &surrounding, &settings);
                app.outside().pipeline(None).demand_of(draft).await?.ok_or_else(|| {
                    Stop::usage(
                        format!("“{}” does not use OAuth 2.0", node.name),
                        "Neither it nor what it stands in carries an OAuth 2.0 config.",
                        "Name a request that does, or give a config with --config.",
                    )
                })?
            }
            (None, None) => {
                return Err(Stop::usage(
                    "No token is named",
                    "A token command is about a collection or a config.",
                    "Name a collection, or give an auth config with --config.",
                ));
            }
        };
        if let Some(name) = &target.name {
            demand.config.token_name = name.clone();
        }
        if target.id_token {
            demand.config.use_token = gatepass_app::oauth::config::UseToken::IdToken;
        }
        if target.allow_invalid_id_token {
            demand.config.allow_invalid_id_token = true;
        }
        Ok(Self { app, demand })
    }

    pub fn keeper(&self) -> &Keeper {
        self.app.outside().keeper()
    }

    /// Whether what a sign-in brings can be kept: asked before a person is sent to a provider in vain.
    pub async fn prove_vault(&self) -> Result<(), Stop> {
        self.app.open_vault().await.map_err(Stop::from)
    }

    /// Writes down what is still in memory, and passes the result on.
    pub async fn close_with(self, result: Result<Ending, Stop>) -> Result<Ending, Stop> {
        self.app.close().await;
        result
    }
}

/// A collection: a file if there is one of that name, else a name in the database.
pub async fn source(app: &App, name: &str) -> Result<Source, Stop> {
    if is_file(name) {
        return Source::of_file(Path::new(name)).map_err(Stop::from);
    }
    Source::of_database(app, name).await.map_err(Stop::from)
}

/// The same where there may be no database: then only files are found.
pub async fn source_of(app: Option<&App>, name: &str) -> Result<Source, Stop> {
    match app {
        Some(app) => source(app, name).await,
        None => Source::of_file(Path::new(name)).map_err(Stop::from),
    }
}

pub fn is_file(name: &str) -> bool {
    Path::new(name).is_file()
}

/// The keys of all tokens that a collection asks for.
pub async fn keys_of(app: &App, collection: &str) -> Result<HashSet<TokenKey>, Stop> {
    let source = source(app, collection).await?;
    let settings = SendSettings::default();
    let pipeline = app.outside().pipeline(None);
    let mut keys = HashSet::new();
    for environment in app.all_environments().await?.into_iter().map(Some).chain([None]) {
        let surrounding = Surrounding::new(environment, Vec::new());
        for node in source.nodes() {
            let draft = source.draft(node, &surrounding, &settings);
            // A config that cannot be read has no token.
            if let Ok(Some(demand)) = pipeline.demand_of(draft).await {
                keys.insert(demand.key());
            }
        }
    }
    Ok(keys)
}

/// Environment, globals and the variables given for this call.
pub async fn surrounding(app: Option<&App>, variables: &Variables) -> Result<Surrounding, Stop> {
    let mut environment = match (&variables.environment, app) {
        (None, _) => None,
        (Some(name), _) if is_file(name) => Some(environment_of_file(Path::new(name))?),
        (Some(name), Some(app)) => {
            Some(app.environment_named(name).await?.ok_or_else(|| unknown_environment(name))?)
        }
        (Some(name), None) => return Err(unknown_environment(name)),
    };
    let mut globals = match (&variables.globals, app) {
        (Some(file), _) => globals_of_file(file)?,
        (None, Some(app)) => app.globals().await?,
        (None, None) => Vec::new(),
    };
    if !variables.environment_variables.is_empty() {
        let environment = environment.get_or_insert_with(|| Environment {
            id: Id::from_text(""),
            name: "command line".to_owned(),
            colour: None,
            variables: Vec::new(),
        });
        set(&mut environment.variables, &variables.environment_variables, "--env-var")?;
    }
    set(&mut globals, &variables.global_variables, "--global-var")?;
    Ok(Surrounding::new(environment, globals))
}

fn set(variables: &mut Vec<Variable>, given: &[String], option: &str) -> Result<(), Stop> {
    for text in given {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Stop::usage(
                format!("{option} needs KEY=VALUE"),
                "There is no equals sign in it.",
                format!("Write {option} name=value."),
            ));
        };
        variables.retain(|variable| variable.key != key);
        variables.push(Variable::new(key, value));
    }
    Ok(())
}

/// Sets scripts up as the options say, before the collection is read.
pub async fn prepare_scripts(
    app: Option<&App>,
    outside: &Outside,
    collection: &str,
    scripts: &Scripts,
) -> Result<(), Stop> {
    let mut limits = ScriptLimits::default();
    if let Some(millis) = scripts.timeout_script {
        limits.deadline = std::time::Duration::from_millis(millis);
    }
    outside.set_script_limits(limits);
    if let Some(app) = app.filter(|_| scripts.trust_scripts && !is_file(collection)) {
        let source = Source::of_database(app, collection).await?;
        if let Some(id) = source.id() {
            app.trust_scripts(id.to_string()).await?;
        }
    }
    Ok(())
}

/// A collection and, behind the last `#`, a request in it. A file whose name holds a `#` is taken whole.
pub fn split(target: &str) -> (&str, Option<&str>) {
    if is_file(target) {
        return (target, None);
    }
    match target.rsplit_once('#') {
        Some((collection, request)) if !request.is_empty() => (collection, Some(request)),
        _ => (target, None),
    }
}

/// What decides between valid and expiring where the config of a token is not at hand.
pub fn usual_config() -> AuthConfig {
    AuthConfig::from_json(&serde_json::json!({ "grant": "authorization_code" }))
        .unwrap_or_else(|_| unreachable!("a config with a grant and nothing else is complete"))
}

fn config_of_file(file: &str) -> Result<AuthConfig, Stop> {
    let text =
        if file == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    let text = text.map_err(|error| {
        Stop::usage(
            "The auth config cannot be read",
            format!("{file}: {error}."),
            "Name a JSON file that exists and that you may read, or - for stdin.",
        )
    })?;
    let value = serde_json::from_str(&text).map_err(|error| {
        Stop::usage(
            "The auth config is not valid JSON",
            format!("{file}: {error}."),
            "Correct the place it names.",
        )
    })?;
    AuthConfig::from_json(&value)
        .map_err(|failure| Stop::usage(failure.message, failure.cause, failure.next_step))
}

fn unknown_environment(name: &str) -> Stop {
    Stop::usage(
        format!("There is no environment “{name}”"),
        "It is neither a file nor the name of one in the database.",
        "Name an environment file, or import one first.",
    )
}

/// Where a run or send gets its tokens and connections.
pub fn outside_of(app: Option<&App>, place: &Place) -> Outside {
    app.map_or_else(|| place.outside(), |app| app.outside().clone())
}
