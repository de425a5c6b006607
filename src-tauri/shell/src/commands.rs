//! Every command that the window can give, each a single call of a use case. The table below makes the command, its
//! permission to be called, and its TypeScript signature from one line, so that the three cannot differ.

use std::collections::BTreeMap;

use gatepass_app::dto::*;
use serde_json::Value;

use crate::bindings::CommandSignature;

macro_rules! commands {
    ($( $(#[doc = $doc:literal])* $name:ident ( $($arg:ident : $type:ty),* ) -> $returns:ty; )*) => {
        mod generated {
            use super::*;
            $(
                $(#[doc = $doc])*
                #[tauri::command(rename_all = "camelCase")]
                pub(crate) async fn $name(
                    desk: tauri::State<'_, crate::desk::Desk>,
                    $($arg: $type),*
                ) -> Result<$returns, ErrorView> {
                    desk.app().await?.$name($($arg),*).await
                }
            )*
        }

        /// The handler that Tauri dispatches to.
        pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
            use crate::starting::*;
            use generated::*;
            tauri::generate_handler![start_again, start_empty, $($name),*]
        }

        /// The same table for the generated TypeScript.
        pub(crate) fn signatures() -> Vec<CommandSignature> {
            let mut all = Vec::from(crate::starting::signatures());
            all.extend([$(CommandSignature::of::<$returns>(
                stringify!($name),
                &[$($doc),*],
                vec![$((stringify!($arg), crate::bindings::type_name::<$type>())),*],
            )),*]);
            all
        }
    };
}

commands! {
    /// Everything that the window needs to paint itself.
    open_workspace() -> WorkspaceView;

    create_collection(name: String) -> NodeView;
    create_folder(parent: String, name: String) -> NodeView;
    create_request(parent: String, name: String) -> NodeView;
    rename_node(id: String, name: String) -> NodeView;
    /// Takes a node and all below it out of the tree; `restore_node` brings it back.
    delete_node(id: String) -> ();
    /// Returns the whole tree.
    restore_node(id: String) -> Vec<NodeView>;
    /// Returns the whole tree, with the copy behind its original.
    duplicate_node(id: String) -> Vec<NodeView>;
    /// Moves a node in front of `before`, or to the end of `parent` (`null`: of the collections). Returns the whole tree.
    move_node(id: String, parent: Option<String>, before: Option<String>) -> Vec<NodeView>;

    /// The scripts of a collection, for a person to look at before they trust them.
    collection_scripts(collection: String) -> CollectionScripts;
    /// From now on the scripts that a collection has now may run. Those that are edited here later may as well.
    trust_scripts(collection: String) -> CollectionScripts;

    open_node(id: String) -> NodeDetail;
    edit_request(id: String, edit: RequestEdit) -> NodeView;
    /// Sets the kind of auth by Postman's name; `null` inherits.
    set_auth(id: String, kind: Option<String>) -> NodeDetail;
    /// Sets auth parameters by name; `null` removes one. Secrets go in this way and never come back out.
    set_auth_params(id: String, params: BTreeMap<String, Value>) -> NodeDetail;
    /// The value of one secret parameter, because the person asked to see it.
    reveal_auth_secret(id: String, name: String) -> String;
    set_variables(id: String, variables: Vec<VariableView>) -> NodeDetail;
    /// Replaces one script of a node; an empty text removes it.
    set_script(id: String, place: ScriptPlace, source: String) -> ();
    /// Sets one sending setting of a node; `null` lets it inherit.
    set_send_setting(id: String, name: String, value: Value) -> NodeDetail;

    /// The value of a secret variable of a collection or folder, because the person asked to see it.
    reveal_variable(id: String, key: String) -> String;

    create_environment(name: String) -> EnvironmentView;
    edit_environment(environment: EnvironmentView) -> EnvironmentView;
    delete_environment(id: String) -> ();
    choose_environment(id: Option<String>) -> ();
    reveal_environment_secret(id: String, key: String) -> String;
    restore_environment(id: String) -> EnvironmentView;
    /// Replaces the global variables. A secret one whose value is `null` keeps its value.
    set_globals(variables: Vec<VariableView>) -> ();
    reveal_global(key: String) -> String;
    /// Paths of files that the person chose in the system's dialog.
    choose_files(several: bool) -> Vec<String>;

    /// Reads the metadata of the issuer that is set for this node.
    discover(node: String) -> DiscoveryView;
    /// The health of each node that carries an OAuth 2.0 config of its own; those below it inherit it.
    tree_health() -> Vec<NodeHealth>;
    /// What is doubtful in the settings of a node, with the provider's metadata where an issuer is set.
    check_config(node: String) -> ConfigCheckView;
    /// Registers a client at the provider (RFC 7591) and fills in what it was given.
    register_client(node: String) -> RegistrationView;
    /// Makes a key pair for the client by the algorithm's name and sets it; the one before is gone.
    generate_client_key(node: String, algorithm: String) -> ClientKeyView;
    /// The public halves of the keys that are set for a node, as a key set in JSON.
    public_jwks(node: String) -> String;
    /// Fetches what the API said about itself where its last 401 pointed to (RFC 9728). Sets nothing.
    read_resource_metadata(node: String) -> ResourceView;
    token_card(node: String) -> TokenCardView;
    /// What the next Send of a node will do, whatever its kind of auth.
    will_send(node: String) -> WillSendView;
    /// Gets a token anew; waits for the person where the grant needs one.
    get_new_token(node: String) -> TokenCardView;
    refresh_token(node: String) -> TokenCardView;
    /// Signs in again in the way that the API asked for in its last 401 (RFC 9470).
    step_up(node: String) -> TokenCardView;
    /// Opens the page of the sign-in that waits for a node once more.
    open_login_page(node: String) -> ();
    paste_callback(node: String, url: String) -> ();
    cancel_login(node: String) -> ();
    /// Revokes the token at the provider and deletes it here; here also if the provider could not be told.
    revoke_token(node: String) -> EndedView;
    /// Revokes, deletes here, and opens the provider's page for signing out.
    log_out(node: String) -> EndedView;
    /// Asks the provider about the access token (RFC 7662).
    introspect_token(node: String) -> InspectedView;
    /// Asks the provider about the person.
    userinfo(node: String) -> InspectedView;
    /// Gives the token that a node sends another name, in the settings that ask for it too.
    rename_token(node: String, name: String) -> TokenCardView;
    /// The settings that make the token of a node another one than all others.
    why_this_token(node: String) -> Vec<KeyPartView>;
    delete_token(key: String) -> ();
    /// Deletes tokens here only; `restore_tokens` brings those deleted last back.
    delete_tokens(keys: Vec<String>) -> ();
    restore_tokens(keys: Vec<String>) -> ();
    /// The key of the token that a node sends; `null` while its settings are not complete. Does not count as use.
    token_key(node: String) -> Option<String>;
    list_tokens() -> Vec<TokenView>;
    /// A token's text, because the person asked to see or copy it.
    reveal_token(key: String, part: TokenPart) -> String;
    /// The last flows of a token, newest first.
    flows(key: String) -> Vec<FlowView>;
    /// One flow of a token as a document, or with `null` all that are kept; secrets blanked.
    export_flow(key: String, flow: Option<String>, format: FlowFormat) -> String;
    /// The request of a step as a cURL command: with its secrets only because the person asked.
    flow_step_as_curl(key: String, flow: String, step: usize, with_secrets: bool) -> String;

    /// Runs a collection, a folder or a request; a run that is under way is ended by it. Rows come as events.
    start_run(node: String, options: RunOptions) -> RunStarted;
    stop_run(run: String) -> ();
    /// All that is known of one row of the last run, secrets blanked.
    run_exchange(run: String, index: usize) -> RunExchangeView;

    /// How the workspace sends where nothing else is said; a proxy's password is shown as dots.
    workspace_settings() -> WorkspaceSettingsView;
    /// Sets sending settings of the workspace by name; `null` goes back to the default.
    set_workspace_settings(settings: BTreeMap<String, Value>) -> WorkspaceSettingsView;
    /// Replaces the certificates by host. A passphrase of `null` keeps the one that is stored for the host.
    set_host_settings(hosts: Vec<HostSettingsEdit>) -> WorkspaceSettingsView;

    /// The cookies of the workspace, without their values.
    cookies() -> Vec<CookieView>;
    /// The value of a cookie, because the person asked to see it.
    reveal_cookie(domain: String, path: String, name: String) -> String;
    /// Sets a cookie, in the place of the one with the same domain, path and name; a value of `null` keeps its value.
    set_cookie(cookie: CookieEdit) -> Vec<CookieView>;
    delete_cookie(domain: String, path: String, name: String) -> Vec<CookieView>;
    /// Deletes the cookies of a domain; all for `null`.
    delete_cookies(domain: Option<String>) -> Vec<CookieView>;

    /// A request as it would leave, for making code of it. Secrets and tokens are left out unless they are asked for.
    request_for_code(node: String, secrets: bool) -> CodeRequestView;

    send(node: String, intent: SendIntent) -> SendOutcome;
    cancel_send(node: String) -> ();
    /// Ends the stream that a Send is receiving; what came until then is its answer.
    stop_stream(node: String) -> ();
    /// The whole text of a response body up to 5 MiB, formatted or raw.
    response_text(id: String, look: BodyLook) -> BodyText;
    /// A window of lines of a response body, formatted or raw.
    response_lines(id: String, look: BodyLook, first: usize, count: usize) -> BodyLines;
    /// What a JSONPath leaves of a JSON body, as lines of its formatted look.
    response_filter(id: String, path: String) -> BodyFilter;
    /// The lines of a body that hold a text, in any case of letters.
    response_search(id: String, look: BodyLook, text: String) -> BodyHits;
    /// An image as a `data:` URL.
    response_image(id: String) -> String;
    /// Saves a body to a file that the person chooses in the system's dialog; `null`: nowhere.
    save_response(id: String, name: String) -> Option<String>;
    /// XML or HTML of a request's body, an element a line.
    format_markup(text: String, html: bool) -> String;
    /// The latest exchanges that match, newest first; older than the entry `before`, if one is named.
    history(query: String, before: Option<String>, limit: usize) -> Vec<HistoryView>;
    history_entry(id: String) -> HistoryDetail;
    delete_history(id: String) -> ();
    clear_history() -> ();
    /// Makes a request of an exchange, at the end of `parent`.
    request_from_history(id: String, parent: String) -> NodeView;

    /// What a text would bring in. Nothing is stored before `confirm_import`.
    preview_import(text: String, name: String) -> ImportPreview;
    /// What the answer of a URL would bring in.
    preview_import_url(url: String) -> ImportPreview;
    /// What a file would bring in that the person chooses in the system's dialog; `null`: none was chosen.
    choose_import() -> Option<ImportPreview>;
    /// The same for a collection that lies in a folder.
    choose_import_folder() -> Option<ImportPreview>;
    /// Brings in what was looked at last, without the items at these places.
    confirm_import(id: String, without: Vec<usize>) -> ImportResult;
    /// Takes a whole import back out of the workspace.
    undo_import(id: String) -> ();

    /// Starts the playground and brings its collection in if it is not there yet.
    open_playground() -> WorkspaceView;
    set_setting(name: String, value: Value) -> ();
    /// Chooses how secrets are protected: `keyring`, `file` or `passphrase` (then with one).
    choose_key_store(kind: String, passphrase: Option<String>) -> KeyStoreView;
    /// The key is lost for good: goes on with a new one. Returns the path of the copy that keeps what the old one sealed.
    start_over(kind: String, passphrase: Option<String>) -> String;
}
