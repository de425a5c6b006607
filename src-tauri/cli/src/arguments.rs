//! What can be typed: the command line is a contract that scripts rely on.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Gatepass: an API client whose tokens never go stale.
#[derive(Parser)]
#[command(name = "gatepass", version, about, disable_help_subcommand = true, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where things are kept.
#[derive(Args, Clone)]
pub struct Place {
    /// Folder of the database; default: the platform's data folder.
    ///
    /// GATEPASS_DATA_DIR does the same, but does not by itself make a run on a file use the database.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What protects stored secrets.
    #[arg(long, global = true, env = "GATEPASS_KEY_STORE", value_name = "KIND")]
    pub key_store: Option<KeyStore>,
    /// File whose first line is the passphrase, for `--key-store passphrase`.
    #[arg(long, global = true, env = "GATEPASS_PASSPHRASE_FILE", value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyStore {
    Keyring,
    File,
    Passphrase,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run a collection: a file, or a name in the database.
    Run(Box<RunArguments>),
    /// Send one request; its body goes to stdout, the rest to stderr.
    Send(Box<SendArguments>),
    /// Get, renew and inspect tokens.
    Token(Box<TokenArguments>),
    /// The OAuth client at its provider: check, register, keys.
    Client(Box<ClientArguments>),
    /// Import collections and environments into the database.
    Import(ImportArguments),
    /// Write a collection out.
    Export(ExportArguments),
    /// Serve the playground: an OAuth provider and API on 127.0.0.1.
    Playground(PlaygroundArguments),
}

/// Variables from outside the collection.
#[derive(Args, Clone, Default)]
pub struct Variables {
    /// Environment: a file, or a name in the database.
    #[arg(short = 'e', long, value_name = "FILE|NAME")]
    pub environment: Option<String>,
    /// Globals: a file.
    #[arg(short = 'g', long, value_name = "FILE")]
    pub globals: Option<PathBuf>,
    /// A variable of the environment, set for this call (repeatable).
    #[arg(long = "env-var", value_name = "KEY=VALUE")]
    pub environment_variables: Vec<String>,
    /// A global variable, set for this call (repeatable).
    #[arg(long = "global-var", value_name = "KEY=VALUE")]
    pub global_variables: Vec<String>,
}

/// How requests leave.
#[derive(Args, Clone, Default)]
pub struct Transport {
    /// Do not verify TLS certificates.
    #[arg(short = 'k', long)]
    pub insecure: bool,
    /// Do not follow redirects.
    #[arg(long)]
    pub ignore_redirects: bool,
    /// Time allowed for one request, in milliseconds.
    #[arg(long, value_name = "MS")]
    pub timeout_request: Option<u64>,
    /// Client certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub ssl_client_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "ssl_client_cert")]
    pub ssl_client_key: Option<PathBuf>,
    /// Passphrase of the private key.
    #[arg(long, value_name = "TEXT", requires = "ssl_client_cert")]
    pub ssl_client_passphrase: Option<String>,
    /// Certificates to trust beside the system's (PEM).
    #[arg(long, value_name = "FILE")]
    pub ssl_extra_ca_certs: Option<PathBuf>,
    /// Client certificates by host, as Newman lists them (JSON).
    #[arg(long, value_name = "FILE")]
    pub ssl_client_cert_list: Option<PathBuf>,
    /// Folder that relative paths of body files start from; default: the current one.
    #[arg(long, value_name = "DIR")]
    pub working_dir: Option<PathBuf>,
}

/// Cookies from outside and back.
#[derive(Args, Clone, Default)]
pub struct CookieJar {
    /// Cookies to start with: a jar as Newman writes it (JSON).
    #[arg(long, value_name = "FILE")]
    pub cookie_jar: Option<PathBuf>,
    /// Write the cookies of the end to this file.
    #[arg(long, value_name = "FILE")]
    pub export_cookie_jar: Option<PathBuf>,
}

/// What is done about tokens while sending.
#[derive(Args, Clone, Default)]
pub struct TokenTerms {
    /// Never renew a token.
    #[arg(long)]
    pub no_auth_refresh: bool,
    /// Send even with a token that is known to be dead, or with none.
    #[arg(long)]
    pub send_anyway: bool,
    /// Keep tokens of a run on a file in the database.
    #[arg(long)]
    pub save_tokens: bool,
}

/// What becomes of the scripts of a collection.
#[derive(Args, Clone, Default)]
pub struct Scripts {
    /// Run no script.
    #[arg(long, conflicts_with = "trust_scripts")]
    pub no_scripts: bool,
    /// Time allowed for one script, in milliseconds; default: 10000. What it waits for answers does not count.
    #[arg(long, value_name = "MS")]
    pub timeout_script: Option<u64>,
    /// Trust the scripts that a collection of the database has now, from now on. A file is trusted by its being named.
    #[arg(long)]
    pub trust_scripts: bool,
}

#[derive(Args)]
pub struct RunArguments {
    /// A file, or a name in the database.
    #[arg(value_name = "COLLECTION")]
    pub collection: String,
    #[command(flatten)]
    pub variables: Variables,
    #[command(flatten)]
    pub transport: Transport,
    #[command(flatten)]
    pub terms: TokenTerms,
    #[command(flatten)]
    pub cookies: CookieJar,
    /// Run only this folder or request (repeatable).
    #[arg(long, value_name = "NAME")]
    pub folder: Vec<String>,
    /// A row of variables for each iteration: JSON or CSV.
    #[arg(short = 'd', long, value_name = "FILE")]
    pub iteration_data: Option<PathBuf>,
    /// How many times the collection is run; default: once, or once for each row of the data.
    #[arg(short = 'n', long, value_name = "N")]
    pub iteration_count: Option<u32>,
    /// How many iterations run side by side.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub parallel: u32,
    /// Pause between two requests, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub delay_request: u64,
    /// Time allowed for the whole run, in milliseconds; 0: any.
    #[arg(long, value_name = "MS")]
    pub timeout: Option<u64>,
    /// Stop at the first failure; with `folder` only at one that is no failed assertion.
    #[arg(long, value_name = "MODIFIERS", num_args = 0..=1, default_missing_value = "failure", value_delimiter = ',')]
    pub bail: Vec<BailModifier>,
    /// Exit with 0 even if something failed.
    #[arg(short = 'x', long)]
    pub suppress_exit_code: bool,
    #[command(flatten)]
    pub scripts: Scripts,
    /// How the run is told: `cli` on the terminal, `json` and `junit` into files (separated by commas).
    #[arg(short = 'r', long, value_name = "NAMES", value_delimiter = ',', default_value = "cli")]
    pub reporters: Vec<ReporterName>,
    /// Where the reporter `json` writes; default: gatepass-run-report.json.
    #[arg(long, value_name = "FILE")]
    pub reporter_json_export: Option<PathBuf>,
    /// Where the reporter `junit` writes; default: gatepass-run-report.xml.
    #[arg(long, value_name = "FILE")]
    pub reporter_junit_export: Option<PathBuf>,
    /// Write the environment as the run left it to this file, secret values included.
    #[arg(long, value_name = "FILE")]
    pub export_environment: Option<PathBuf>,
    /// Write the globals as the run left them to this file, secret values included.
    #[arg(long, value_name = "FILE")]
    pub export_globals: Option<PathBuf>,
    /// Print nothing but errors.
    #[arg(long)]
    pub silent: bool,
    /// Print the document of the reporter `json` instead of the report.
    #[arg(long)]
    pub json: bool,
    /// When to colour the report.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Colour,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BailModifier {
    Failure,
    Folder,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReporterName {
    Cli,
    Json,
    Junit,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    On,
    Off,
}

#[derive(Args)]
pub struct SendArguments {
    /// A file, or a name in the database.
    #[arg(value_name = "COLLECTION")]
    pub collection: String,
    /// An id, a name, or a path `Folder/Sub/Name`.
    #[arg(value_name = "REQUEST")]
    pub request: String,
    #[command(flatten)]
    pub variables: Variables,
    #[command(flatten)]
    pub transport: Transport,
    #[command(flatten)]
    pub scripts: Scripts,
    #[command(flatten)]
    pub terms: TokenTerms,
    /// Headers and timing on stderr.
    #[arg(short = 'v', long)]
    pub verbose: bool,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct TokenArguments {
    #[command(subcommand)]
    pub action: TokenAction,
}

#[derive(Subcommand)]
pub enum TokenAction {
    /// The stored token if it is good, a renewed one, or a new one.
    Get(TokenTarget),
    /// Renew now.
    Refresh(TokenTarget),
    /// What is stored, without getting or renewing anything.
    Show(TokenTarget),
    /// All stored tokens; of one collection if it is named.
    List(ListTarget),
    /// Ask the provider about the token (RFC 7662).
    Introspect(TokenTarget),
    /// Revoke at the provider and delete here (RFC 7009).
    Revoke(TokenTarget),
    /// Delete here only.
    Delete(TokenTarget),
    /// Ask the provider about the person.
    Userinfo(TokenTarget),
    /// Revoke, delete, and end the session at the provider.
    Logout(TokenTarget),
}

#[derive(Args)]
pub struct ClientArguments {
    #[command(subcommand)]
    pub action: ClientAction,
}

#[derive(Subcommand)]
pub enum ClientAction {
    /// What is doubtful in the config: OAuth 2.1, and what the provider's metadata says.
    Check(TokenTarget),
    /// Register a client at the provider (RFC 7591); prints its id and secret.
    Register(TokenTarget),
    /// Make a key pair: the private half on stdout, the public one on stderr.
    Key(KeyArguments),
    /// The public halves of the keys in the config, as a JWK set.
    Jwks(TokenTarget),
}

#[derive(Args)]
pub struct KeyArguments {
    /// What it signs with: RS256, PS256, ES256, ES384, ES512, EdDSA, …
    #[arg(long, value_name = "NAME", default_value = "ES256")]
    pub alg: String,
    /// Print one JSON document with both halves.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Clone)]
pub struct TokenTarget {
    /// A file or a name in the database, and after `#` a request or folder in it.
    #[arg(value_name = "COLLECTION[#REQUEST]", required_unless_present = "config")]
    pub target: Option<String>,
    /// An auth config as JSON instead (`-` reads stdin).
    #[arg(long, value_name = "FILE", conflicts_with = "target")]
    pub config: Option<String>,
    #[command(flatten)]
    pub variables: Variables,
    #[command(flatten)]
    pub transport: Transport,
    /// The token's name.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The ID token instead of the access token.
    #[arg(long)]
    pub id_token: bool,
    /// Print the whole header line.
    #[arg(long)]
    pub header: bool,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
    /// Open no browser: print the URL, read the callback URL from stdin.
    #[arg(long)]
    pub no_browser: bool,
    /// Print an ID token that failed its checks all the same.
    #[arg(long)]
    pub allow_invalid_id_token: bool,
    /// Print the refresh token too (with `--json`).
    #[arg(long)]
    pub reveal_refresh_token: bool,
    /// Write what was exchanged with the provider to this file, secrets blanked: an HTTP archive if its name ends
    /// with .har, else Markdown.
    #[arg(long, value_name = "FILE")]
    pub flow_log: Option<PathBuf>,
}

#[derive(Args, Clone)]
pub struct ListTarget {
    /// Only tokens that this collection asks for.
    #[arg(value_name = "COLLECTION")]
    pub collection: Option<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct ImportArguments {
    /// A file, the folder of a Bruno collection, a URL, or `-` for stdin.
    #[arg(value_name = "FILE|FOLDER|URL|-")]
    pub source: String,
    /// Into this workspace, which is made if there is none; default: the first.
    #[arg(long, value_name = "NAME")]
    pub workspace: Option<String>,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct ExportArguments {
    /// A name in the database, or a file; for `curl` with `#` and a request in it.
    #[arg(value_name = "COLLECTION[#REQUEST]")]
    pub collection: String,
    #[command(flatten)]
    pub variables: Variables,
    /// `postman`: the collection in format 2.1; `curl`: one request as a command line.
    #[arg(long, value_name = "FORMAT", default_value = "postman")]
    pub format: String,
    /// Write to this file instead of stdout.
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave secrets in. They are left out by default.
    #[arg(long)]
    pub include_secrets: bool,
    /// Print one JSON document: the collection, or with `-o` where it was written; errors too.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct PlaygroundArguments {
    /// Port; default: a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// Lifetime of its tokens, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub lifetime: u64,
    /// Write the sample collection to this file, for use with the other commands.
    #[arg(long, value_name = "FILE")]
    pub collection: Option<PathBuf>,
}
