// Generated from the Rust commands and types by `make bindings`. Do not edit: a check compares it.

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

export type AdviceView = { 
/**
 * The setting that it is about, by its name in the auth config.
 */
setting: string, 
/**
 * `deprecated`, `unsupported` or `oversight`.
 */
kind: string, message: string, reason: string, fix: FixView | null, };

export type AssertionView = { name: string, passed: boolean, skipped: boolean, 
/**
 * Why it did not pass.
 */
message: string | null, 
/**
 * “test script of Photos API”.
 */
script: string, line: number | null, };

export type AuthView = { 
/**
 * Postman's name: `oauth2`, `bearer`, `basic`, `noauth`, …
 */
type: string, params: Record<string, unknown>, 
/**
 * Names of secret parameters that have a value. Their values come only through `reveal_auth_secret`.
 */
secrets: Array<string>, };

export type BodyFilter = { matches: number, 
/**
 * First and last line of each match, counted from 0; a match inside of another one is part of it.
 */
ranges: Array<[number, number]>, };

export type BodyHits = { 
/**
 * Counted from 0.
 */
lines: Array<number>, 
/**
 * There are more than are listed.
 */
more: boolean, };

export type BodyLines = { 
/**
 * The lines of this look; of a large body that is still being formatted, those so far.
 */
total: number, 
/**
 * No more lines come.
 */
complete: boolean, first: number, lines: Array<string>, 
/**
 * Whether the formatting failed and this is the raw text, with the reason.
 */
problem: string | null, };

export type BodyLook = "pretty" | "raw" | "hex";

export type BodyText = { 
/**
 * Absent for bodies over 5 MiB: those are read in windows of lines.
 */
text: string | null, lines: number, 
/**
 * Of this look, in bytes.
 */
size: number, 
/**
 * Why the formatting failed, when this is the raw text instead.
 */
problem: string | null, };

export type BodyView = { "kind": "none" } | { "kind": "raw", language: string, text: string, } | { "kind": "urlencoded", fields: Array<RowView>, } | { "kind": "formdata", fields: Array<FormFieldView>, } | { "kind": "file", path: string, } | { "kind": "graphql", query: string, 
/**
 * JSON text of the variables; empty for none.
 */
variables: string, };

export type ChallengeView = { 
/**
 * Where it says which providers it trusts (RFC 9728): `read_resource_metadata` fetches it.
 */
resourceMetadata: string | null, 
/**
 * Whether it wants a stronger or fresher sign-in (RFC 9470): `step_up` makes it.
 */
stepUp: boolean, acrValues: string | null, 
/**
 * In seconds.
 */
maxAge: number | null, };

export type CheckView = { check: string, 
/**
 * `pass`, `fail` or `skipped`.
 */
result: string, detail: string, };

export type ClaimView = { name: string, 
/**
 * JSON text of the value.
 */
json: string, 
/**
 * For times: milliseconds since 1970.
 */
time: number | null, };

export type ClientKeyView = { 
/**
 * The node whose settings hold it.
 */
node: string, algorithm: string, kid: string, 
/**
 * The public half as a key set in JSON, for the provider.
 */
jwks: string, };

export type CollectionScripts = { 
/**
 * Whether all of them may run.
 */
trusted: boolean, scripts: Array<ScriptView>, };

export type ConfigCheckView = { advice: Array<AdviceView>, 
/**
 * Whether the provider's metadata was at hand.
 */
withMetadata: boolean, 
/**
 * Why it was not, where an issuer is set.
 */
problem: ErrorView | null, };

export type CodeHeader = { name: string, value: string, };

export type CodePart = { name: string, value: string | null, file: string | null, contentType: string | null, };

export type CodeRequestView = { method: string, url: string, headers: Array<CodeHeader>, mimeType: string | null, 
/**
 * The body, if it is text.
 */
text: string | null, 
/**
 * The body, if it is a file: its path.
 */
file: string | null, 
/**
 * The body, if it is a form with parts.
 */
parts: Array<CodePart>, 
/**
 * What a person should know of it.
 */
notes: Array<string>, };

export type ConsoleLineView = { 
/**
 * `debug`, `log`, `info`, `warn` or `error`.
 */
level: string, text: string, script: string, };

export type CookieEdit = { name: string, value: string | null, domain: string, path: string, hostOnly: boolean, secure: boolean, httpOnly: boolean, expiresAt: number | null, };

export type CookieView = { name: string, 
/**
 * Host or domain, without a leading dot.
 */
domain: string, path: string, 
/**
 * Whether it is sent to that very host only, and not to those under it.
 */
hostOnly: boolean, secure: boolean, httpOnly: boolean, 
/**
 * Milliseconds since 1970; `null`: until the end of the session.
 */
expiresAt: number | null, };

export type DisabledRow = { at: number, row: RowView, };

export type DiscoveryView = { issuer: string, endpoints: { [key in string]: string }, scopesSupported: Array<string>, grantTypesSupported: Array<string>, clientAuthenticationSupported: Array<string>, pkceSupported: Array<string>, };

export type EffectiveAuthView = { 
/**
 * The node it is set on, `null` when nothing is set anywhere.
 */
fromNode: string | null, 
/**
 * Its name, for "from collection Photos API".
 */
fromName: string | null, auth: AuthView | null, };

export type EndedView = { card: TokenCardView, 
/**
 * Whether the provider confirmed it.
 */
revokedAtProvider: boolean, 
/**
 * What a person should know about it.
 */
notices: Array<string>, };

export type EnvironmentView = { id: string, name: string, colour: string | null, variables: Array<VariableView>, };

export type ErrorView = { 
/**
 * The stable name, for example `port_in_use`.
 */
code: string, 
/**
 * The provider's own error name, where it sent one.
 */
oauthError: string | null, message: string, cause: string, nextStep: string, 
/**
 * A change of one setting that would most likely help.
 */
fix: FixView | null, flow: Array<FlowStepView>, checks: Array<CheckView>, };

export type FixView = { 
/**
 * What the button says.
 */
label: string, 
/**
 * The auth parameter to set.
 */
setting: string, value: unknown, };

export type FlowChanged = { 
/**
 * The node whose card shows it.
 */
node: string, };

export type FlowExchangeView = { method: string, url: string, requestHeaders: Array<[string, string]>, requestBody: string, status: number, responseHeaders: Array<[string, string]>, responseBody: string, };

export type FlowFormat = "markdown" | "har";

export type FlowStepView = { 
/**
 * `discovery`, `authorization`, `callback`, `token`, `refresh`, `jwks`, `id_token`, `store`, …
 */
step: string, 
/**
 * `ok`, `failed` or `retried`.
 */
result: string, ms: number, detail: string, 
/**
 * Milliseconds since 1970.
 */
at: number, exchange: FlowExchangeView | null, };

export type FlowView = { id: string, 
/**
 * When it began, in milliseconds since 1970.
 */
at: number, 
/**
 * Whether its last step failed.
 */
failed: boolean, steps: Array<FlowStepView>, };

export type FormFieldView = { name: string, 
/**
 * Its text; unused while it has files.
 */
value: string, 
/**
 * The paths of its files; `null`: it is text.
 */
files: Array<string> | null, 
/**
 * Empty: what fits the file, or none for text.
 */
contentType: string, enabled: boolean, description: string, };

export type HeldBackView = { message: string, reason: string, offers: Array<SendIntent>, failure: ErrorView | null, };

export type HistoryDetail = { entry: HistoryView, requestHeaders: Array<[string, string]>, 
/**
 * In bytes.
 */
requestBodySize: number, reason: string, httpVersion: string, responseHeaders: Array<[string, string]>, };

export type HistoryView = { id: string, node: string | null, 
/**
 * The request's name when it was sent.
 */
name: string, method: string, 
/**
 * Secrets blanked.
 */
url: string, 
/**
 * `null` when no answer came.
 */
status: number | null, 
/**
 * Why no answer came.
 */
failure: string | null, totalMs: number, 
/**
 * Size of the answer's body in bytes.
 */
size: number, 
/**
 * Milliseconds since 1970.
 */
at: number, };

export type HostSettingsEdit = { host: string, certificate: string, key: string, passphrase: string | null, caBundle: string, enabled: boolean, };

export type HostSettingsView = { 
/**
 * `api.example.com`, `*.example.com`, `*`, each with or without `:port`.
 */
host: string, 
/**
 * Path of a PEM or PKCS#12 file; empty for none.
 */
certificate: string, 
/**
 * Path of the private key, if it is not in the same file.
 */
key: string, hasPassphrase: boolean, 
/**
 * Path of a PEM file with certificates that are trusted beside the system's; empty for none.
 */
caBundle: string, enabled: boolean, };

export type ImportItem = { 
/**
 * `collection`, `environment` or `globals`.
 */
kind: string, name: string, 
/**
 * "43 requests in 5 folders", "8 variables".
 */
detail: string, };

export type ImportPreview = { 
/**
 * Names it for `confirm_import`.
 */
id: string, 
/**
 * For a person: "Postman collection 2.1".
 */
format: string, items: Array<ImportItem>, 
/**
 * In all items together.
 */
requests: number, 
/**
 * They run only after they were trusted.
 */
scripts: number, 
/**
 * Places that carry OAuth 2.0 settings of their own.
 */
oauthConfigs: number, warnings: Array<ImportWarning>, };

export type ImportResult = { 
/**
 * Names it for `undo_import`.
 */
id: string, 
/**
 * The new rows of the tree, each behind its parent.
 */
nodes: Array<NodeView>, environments: Array<EnvironmentView>, 
/**
 * All global variables as they are now.
 */
globals: Array<VariableView>, warnings: Array<ImportWarning>, };

export type ImportWarning = { item: string, reason: string, whatHappens: string, };

export type InspectedView = { claims: Array<ClaimView>, checks: Array<CheckView>, };

export type KeyPartView = { 
/**
 * The setting, for example `client_id`.
 */
name: string, 
/**
 * As it is after variables are resolved; empty where it is not set. The environment by its name.
 */
value: string, };

export type KeyStoreView = { 
/**
 * `keyring`, `file`, `passphrase`, or `undecided` when a choice is needed.
 */
kind: string, 
/**
 * `closed` (nothing secret was needed yet), `ready`, `locked` (it can be opened, by the passphrase for example),
 * `missing` (the key is gone: restored, or started over without) or `undecided`.
 */
state: string, 
/**
 * For the status bar: "Secrets encrypted · OS keyring".
 */
label: string, 
/**
 * What stands in the way and what to do, when not ready.
 */
problem: string | null, };

export type NodeDetail = { node: NodeView, description: string, 
/**
 * `null`: inherits.
 */
auth: AuthView | null, 
/**
 * What holds here, wherever it is set.
 */
effectiveAuth: EffectiveAuthView, variables: Array<VariableView>, scripts: ScriptsView, 
/**
 * Every sending setting, with what is set here and what holds otherwise.
 */
settings: Array<SendSettingView>, 
/**
 * Names that templates can use here.
 */
scope: Array<VariableInScope>, 
/**
 * Only for requests.
 */
request: RequestView | null, };

export type NodeHealth = { node: string, 
/**
 * `null` while its config cannot be read.
 */
tokenKey: string | null, status: StatusView, };

export type NodeKindView = "collection" | "folder" | "request";

export type NodeView = { id: string, parent: string | null, collection: string, kind: NodeKindView, name: string, method: string | null, 
/**
 * Its own auth by Postman's name, `null` when it inherits.
 */
auth: string | null, };

export type PlaygroundView = { issuer: string, api: string, 
/**
 * The collection that uses it.
 */
collection: string, };

export type RedirectView = { status: number, url: string, location: string, };

export type RegistrationView = { 
/**
 * The node whose settings were filled in: the one that holds for the node that was meant.
 */
node: string, clientId: string, hasSecret: boolean, 
/**
 * As the provider set it.
 */
clientAuthentication: string | null, 
/**
 * Milliseconds since 1970; `null`: never.
 */
secretExpiresAt: number | null, };

export type RequestEdit = { method?: string, url?: string, disabledQuery?: Array<DisabledRow>, pathVariables?: Array<RowView>, headers?: Array<RowView>, body?: BodyView, };

export type RequestView = { method: string, 
/**
 * As typed, query included.
 */
url: string, 
/**
 * Query rows that are switched off, with the place in the table that they stand at.
 */
disabledQuery: Array<DisabledRow>, pathVariables: Array<RowView>, headers: Array<RowView>, body: BodyView, };

export type ResourceView = { resource: string, 
/**
 * Issuers that it trusts. If there are several, one is to be chosen.
 */
issuers: Array<string>, scopes: Array<string>, 
/**
 * Auth parameters to set: `issuer` if there is but one, `scope`, `resource`.
 */
params: Record<string, unknown>, };

export type ResponseView = { 
/**
 * Names the stored body; ask for its text with `response_text`.
 */
id: string, status: number, reason: string, httpVersion: string, 
/**
 * Milliseconds, with fractions.
 */
totalMs: number, 
/**
 * Until the connection stood; `null`: one that was open already was used.
 */
connectMs: number | null, firstByteMs: number, 
/**
 * Bytes after decompression.
 */
size: number, headers: Array<[string, string]>, contentType: string, 
/**
 * `json`, `xml`, `html`, `text`, `image`, `binary` or `empty`.
 */
bodyKind: string, 
/**
 * What auth did: "attached", "refreshed, then attached", "refreshed after 401, sent again".
 */
authStory: Array<string>, refreshed: boolean, redirects: Array<RedirectView>, warnings: Array<string>, flow: Array<FlowStepView>, sentUrl: string, 
/**
 * What a 401 asks for, beside another token.
 */
challenge: ChallengeView | null, 
/**
 * What the scripts said, before and after.
 */
scripts: ScriptReportView, };

export type RowView = { name: string, value: string, enabled: boolean, description: string, };

export type RunAssertionView = { name: string, 
/**
 * `passed`, `failed` or `skipped`.
 */
result: string, 
/**
 * Why it failed.
 */
message: string | null, };

export type RunEnd = "finished" | "bailed" | "stopped";

export type RunExchangeView = { row: RunRow, url: string, requestHeaders: Array<[string, string]>, reason: string, responseHeaders: Array<[string, string]>, 
/**
 * The beginning of the answer's text; `null` where it is none, or was not kept.
 */
body: string | null, 
/**
 * The body goes on behind it, or was not kept.
 */
bodyCut: boolean, assertions: Array<RunAssertionView>, 
/**
 * What went wrong outside of assertions.
 */
errors: Array<string>, warnings: Array<string>, console: Array<string>, };

export type RunOptions = { 
/**
 * `null`: once, or once for each row of the data.
 */
iterations: number | null, 
/**
 * How many iterations run side by side.
 */
parallel: number, 
/**
 * Pause between two requests, in milliseconds.
 */
delayMs: number, 
/**
 * Whether the first failure ends it.
 */
stopAtFailure: boolean, 
/**
 * Path of a data file (JSON or CSV); `null` for none.
 */
data: string | null, 
/**
 * Only these requests, by their ids; empty for all.
 */
only: Array<string>, };

export type RunProgress = { run: string, rows: Array<RunRow>, 
/**
 * The run is over: how it ended.
 */
end: RunEnd | null, };

export type RunRow = { 
/**
 * Counts from 0 in the order in which they ended.
 */
index: number, node: string | null, name: string, 
/**
 * The folders around it, from the outermost in.
 */
folders: Array<string>, method: string, 
/**
 * Counts from 0.
 */
iteration: number, 
/**
 * `null`: there was no answer.
 */
status: number | null, 
/**
 * A pre-request script had it left out.
 */
skipped: boolean, ms: number, size: number, passed: number, failed: number, 
/**
 * What failed first, in one sentence; `null` if nothing did.
 */
failure: string | null, 
/**
 * The token it was sent with: `Alice (access token)`; `null` for none.
 */
token: string | null, 
/**
 * The token was obtained or renewed for it.
 */
refreshed: boolean, };

export type RunStarted = { run: string, 
/**
 * What is run: the name of a collection, folder or request.
 */
name: string, iterations: number, 
/**
 * How many requests an iteration has.
 */
requests: number, 
/**
 * What is odd about the data file.
 */
notes: Array<string>, };

export type ScriptErrorView = { 
/**
 * `syntax`, `thrown`, `deadline`, `memory`, `stuck` or `lost`.
 */
kind: string, 
/**
 * With the name of the error in front, if it has one.
 */
message: string, script: string, line: number | null, column: number | null, };

export type ScriptPlace = "pre_request" | "tests";

export type ScriptReportView = { assertions: Array<AssertionView>, console: Array<ConsoleLineView>, errors: Array<ScriptErrorView>, 
/**
 * How many scripts did not run, because nobody has said that they may.
 */
heldBack: number, };

export type ScriptView = { 
/**
 * The collection, folder or request that it stands on.
 */
node: string, name: string, 
/**
 * `prerequest` or `test`.
 */
event: string, source: string, trusted: boolean, };

export type ScriptsView = { preRequest: string, tests: string, };

export type SendIntent = "plain" | "refresh_and_send" | "sign_in_and_send" | "get_token_and_send" | "send_anyway" | "send_without_token";

export type SendOutcome = { "kind": "answered", response: ResponseView, } | { "kind": "held_back", held: HeldBackView, } | { "kind": "failed", error: ErrorView, } | { "kind": "cancelled" };

export type SendProgress = { node: string, 
/**
 * `token`, `connecting`, `waiting`, `receiving`, or `streaming`: then `text` is what just came.
 */
stage: string, bytes: number | null, of: number | null, 
/**
 * A part of an answer that comes bit by bit (server-sent events).
 */
text?: string, };

export type SendSettingView = { name: string, 
/**
 * What is set on the node itself; `null`: nothing.
 */
own: JsonValue, 
/**
 * What holds without that.
 */
inherited: JsonValue, 
/**
 * Where that comes from, for a person: "collection Photos API", "the settings".
 */
origin: string, };

export type SettingsView = Record<string, unknown>;

export type StatusView = "none" | "valid" | "expiring" | "expired" | "refreshing" | "failed" | "sign-in-needed";

export type TokenCardView = { 
/**
 * `null` while the config cannot be read; `problem` then says why.
 */
tokenKey: string | null, problem: ErrorView | null, name: string, status: StatusView, 
/**
 * Why it is not well, in words.
 */
reason: string | null, tokenType: string | null, 
/**
 * Milliseconds since 1970.
 */
obtainedAt: number | null, 
/**
 * Of the token that is sent. `null` with a token: no expiry given.
 */
expiresAt: number | null, 
/**
 * When auto-refresh will renew it; `null` if it will not.
 */
renewsAt: number | null, grantedScopes: Array<string>, 
/**
 * Asked for but not granted.
 */
missingScopes: Array<string>, hasRefreshToken: boolean, hasIdToken: boolean, 
/**
 * Why there is no ID token to choose, where there is none.
 */
noIdTokenReason: string | null, 
/**
 * `access_token` or `id_token`.
 */
useToken: string, autoRefresh: boolean, 
/**
 * First and last three characters.
 */
accessTokenPreview: string | null, idTokenPreview: string | null, 
/**
 * Claims of the ID token in the order in which they came, values as JSON text.
 */
idTokenClaims: Array<ClaimView>, idTokenChecks: Array<CheckView>, 
/**
 * Claims of the access token if it is a JWT: not verified, meant for the API.
 */
accessTokenClaims: Array<ClaimView>, notices: Array<string>, 
/**
 * Steps of the last flow of this token.
 */
flow: Array<FlowStepView>, willSend: WillSendView, 
/**
 * A sign-in that is under way.
 */
waiting: WaitingView | null, 
/**
 * The last failure of getting or refreshing, until it is dismissed or succeeds.
 */
failure: ErrorView | null, 
/**
 * Warnings about the config (OAuth 2.1, what the provider does not support).
 */
advice: Array<AdviceView>, };

export type TokenChanged = { key: string, };

export type TokenPart = "access_token" | "id_token" | "refresh_token";

export type TokenView = { 
/**
 * The token key: a fingerprint, not a secret.
 */
key: string, name: string, clientId: string, provider: string, grant: string, scope: string, environment: string | null, status: StatusView, reason: string | null, 
/**
 * Milliseconds since 1970.
 */
obtainedAt: number, 
/**
 * `null`: no expiry given.
 */
expiresAt: number | null, hasRefreshToken: boolean, 
/**
 * When a request was last sent with it since Gatepass started; milliseconds since 1970.
 */
lastUsedAt: number | null, };

export type Tone = "calm" | "warn" | "bad";

export type VariableInScope = { key: string, 
/**
 * `null` for a secret.
 */
value: string | null, secret: boolean, 
/**
 * For a person: "environment Staging", "collection Photos API", "globals".
 */
origin: string, };

export type VariableView = { key: string, value: string | null, secret: boolean, enabled: boolean, };

export type WaitingView = { "for": "sign_in", authorizationUrl: string, redirectUri: string, listening: boolean, browserProblem: string | null, until: number, } | { "for": "device", userCode: string, verificationUri: string, verificationUriComplete: string | null, until: number, interval: number, } | { "for": "backchannel", bindingMessage: string | null, until: number, };

export type WillSendView = { tone: Tone, 
/**
 * Words before the header: "This request will send", "This request will refresh “Alice”, then send".
 */
lead: string, 
/**
 * `Authorization`, or `null` when nothing is sent.
 */
header: string | null, 
/**
 * `Bearer eyJ…h3Q`: never more than the first and last three characters of a token.
 */
value: string | null, 
/**
 * Words behind it: `(access token “Alice”)`, "no Authorization: no token yet".
 */
tail: string, };

export type WorkspaceSettingsView = { 
/**
 * What was set, by name: `verify_tls`, `follow_redirects`, `max_redirects`, `keep_method_on_redirect`,
 * `keep_authorization_across_origins`, `timeout_ms`, `proxy`, `http_version`, `ca_bundle`, `cookies`, `body_limit`.
 * A proxy's password is shown as dots.
 */
sending: Record<string, unknown>, 
/**
 * The first that fits a host counts.
 */
hosts: Array<HostSettingsView>, };

export type WorkspaceView = { name: string, 
/**
 * In tree order: each node stands behind its parent.
 */
nodes: Array<NodeView>, environments: Array<EnvironmentView>, chosenEnvironment: string | null, globals: Array<VariableView>, tokens: Array<TokenView>, settings: SettingsView, keyStore: KeyStoreView, playground: PlaygroundView | null, };

/** Every command of the native side: its arguments and what it answers. It fails with an ErrorView. */
export interface Commands {
  /** Tries once more to open the workspace, after it could not be opened. */
  start_again: { args: Record<string, never>; returns: null };
  /** Sets a damaged database aside and starts with an empty one. Returns where the damaged one is kept. */
  start_empty: { args: Record<string, never>; returns: string };
  /** Everything that the window needs to paint itself. */
  open_workspace: { args: Record<string, never>; returns: WorkspaceView };
  create_collection: { args: { name: string }; returns: NodeView };
  create_folder: { args: { parent: string; name: string }; returns: NodeView };
  create_request: { args: { parent: string; name: string }; returns: NodeView };
  rename_node: { args: { id: string; name: string }; returns: NodeView };
  /** Takes a node and all below it out of the tree; `restore_node` brings it back. */
  delete_node: { args: { id: string }; returns: null };
  /** Returns the whole tree. */
  restore_node: { args: { id: string }; returns: Array<NodeView> };
  /** Returns the whole tree, with the copy behind its original. */
  duplicate_node: { args: { id: string }; returns: Array<NodeView> };
  /** Moves a node in front of `before`, or to the end of `parent` (`null`: of the collections). Returns the whole tree. */
  move_node: { args: { id: string; parent: string | null; before: string | null }; returns: Array<NodeView> };
  /** The scripts of a collection, for a person to look at before they trust them. */
  collection_scripts: { args: { collection: string }; returns: CollectionScripts };
  /** From now on the scripts that a collection has now may run. Those that are edited here later may as well. */
  trust_scripts: { args: { collection: string }; returns: CollectionScripts };
  open_node: { args: { id: string }; returns: NodeDetail };
  edit_request: { args: { id: string; edit: RequestEdit }; returns: NodeView };
  /** Sets the kind of auth by Postman's name; `null` inherits. */
  set_auth: { args: { id: string; kind: string | null }; returns: NodeDetail };
  /** Sets auth parameters by name; `null` removes one. Secrets go in this way and never come back out. */
  set_auth_params: { args: { id: string; params: { [key in string]: JsonValue } }; returns: NodeDetail };
  /** The value of one secret parameter, because the person asked to see it. */
  reveal_auth_secret: { args: { id: string; name: string }; returns: string };
  set_variables: { args: { id: string; variables: Array<VariableView> }; returns: NodeDetail };
  /** Replaces one script of a node; an empty text removes it. */
  set_script: { args: { id: string; place: ScriptPlace; source: string }; returns: null };
  /** Sets one sending setting of a node; `null` lets it inherit. */
  set_send_setting: { args: { id: string; name: string; value: JsonValue }; returns: NodeDetail };
  /** The value of a secret variable of a collection or folder, because the person asked to see it. */
  reveal_variable: { args: { id: string; key: string }; returns: string };
  create_environment: { args: { name: string }; returns: EnvironmentView };
  edit_environment: { args: { environment: EnvironmentView }; returns: EnvironmentView };
  delete_environment: { args: { id: string }; returns: null };
  choose_environment: { args: { id: string | null }; returns: null };
  reveal_environment_secret: { args: { id: string; key: string }; returns: string };
  restore_environment: { args: { id: string }; returns: EnvironmentView };
  /** Replaces the global variables. A secret one whose value is `null` keeps its value. */
  set_globals: { args: { variables: Array<VariableView> }; returns: null };
  reveal_global: { args: { key: string }; returns: string };
  /** Paths of files that the person chose in the system's dialog. */
  choose_files: { args: { several: boolean }; returns: Array<string> };
  /** Reads the metadata of the issuer that is set for this node. */
  discover: { args: { node: string }; returns: DiscoveryView };
  /** The health of each node that carries an OAuth 2.0 config of its own; those below it inherit it. */
  tree_health: { args: Record<string, never>; returns: Array<NodeHealth> };
  /** What is doubtful in the settings of a node, with the provider's metadata where an issuer is set. */
  check_config: { args: { node: string }; returns: ConfigCheckView };
  /** Registers a client at the provider (RFC 7591) and fills in what it was given. */
  register_client: { args: { node: string }; returns: RegistrationView };
  /** Makes a key pair for the client by the algorithm's name and sets it; the one before is gone. */
  generate_client_key: { args: { node: string; algorithm: string }; returns: ClientKeyView };
  /** The public halves of the keys that are set for a node, as a key set in JSON. */
  public_jwks: { args: { node: string }; returns: string };
  /** Fetches what the API said about itself where its last 401 pointed to (RFC 9728). Sets nothing. */
  read_resource_metadata: { args: { node: string }; returns: ResourceView };
  token_card: { args: { node: string }; returns: TokenCardView };
  /** What the next Send of a node will do, whatever its kind of auth. */
  will_send: { args: { node: string }; returns: WillSendView };
  /** Gets a token anew; waits for the person where the grant needs one. */
  get_new_token: { args: { node: string }; returns: TokenCardView };
  refresh_token: { args: { node: string }; returns: TokenCardView };
  /** Signs in again in the way that the API asked for in its last 401 (RFC 9470). */
  step_up: { args: { node: string }; returns: TokenCardView };
  /** Opens the page of the sign-in that waits for a node once more. */
  open_login_page: { args: { node: string }; returns: null };
  paste_callback: { args: { node: string; url: string }; returns: null };
  cancel_login: { args: { node: string }; returns: null };
  /** Revokes the token at the provider and deletes it here; here also if the provider could not be told. */
  revoke_token: { args: { node: string }; returns: EndedView };
  /** Revokes, deletes here, and opens the provider's page for signing out. */
  log_out: { args: { node: string }; returns: EndedView };
  /** Asks the provider about the access token (RFC 7662). */
  introspect_token: { args: { node: string }; returns: InspectedView };
  /** Asks the provider about the person. */
  userinfo: { args: { node: string }; returns: InspectedView };
  /** Gives the token that a node sends another name, in the settings that ask for it too. */
  rename_token: { args: { node: string; name: string }; returns: TokenCardView };
  /** The settings that make the token of a node another one than all others. */
  why_this_token: { args: { node: string }; returns: Array<KeyPartView> };
  delete_token: { args: { key: string }; returns: null };
  /** Deletes tokens here only; `restore_tokens` brings those deleted last back. */
  delete_tokens: { args: { keys: Array<string> }; returns: null };
  restore_tokens: { args: { keys: Array<string> }; returns: null };
  /** The key of the token that a node sends; `null` while its settings are not complete. Does not count as use. */
  token_key: { args: { node: string }; returns: string | null };
  list_tokens: { args: Record<string, never>; returns: Array<TokenView> };
  /** A token's text, because the person asked to see or copy it. */
  reveal_token: { args: { key: string; part: TokenPart }; returns: string };
  /** The last flows of a token, newest first. */
  flows: { args: { key: string }; returns: Array<FlowView> };
  /** One flow of a token as a document, or with `null` all that are kept; secrets blanked. */
  export_flow: { args: { key: string; flow: string | null; format: FlowFormat }; returns: string };
  /** The request of a step as a cURL command: with its secrets only because the person asked. */
  flow_step_as_curl: { args: { key: string; flow: string; step: number; withSecrets: boolean }; returns: string };
  /** Runs a collection, a folder or a request; a run that is under way is ended by it. Rows come as events. */
  start_run: { args: { node: string; options: RunOptions }; returns: RunStarted };
  stop_run: { args: { run: string }; returns: null };
  /** All that is known of one row of the last run, secrets blanked. */
  run_exchange: { args: { run: string; index: number }; returns: RunExchangeView };
  /** How the workspace sends where nothing else is said; a proxy's password is shown as dots. */
  workspace_settings: { args: Record<string, never>; returns: WorkspaceSettingsView };
  /** Sets sending settings of the workspace by name; `null` goes back to the default. */
  set_workspace_settings: { args: { settings: { [key in string]: JsonValue } }; returns: WorkspaceSettingsView };
  /** Replaces the certificates by host. A passphrase of `null` keeps the one that is stored for the host. */
  set_host_settings: { args: { hosts: Array<HostSettingsEdit> }; returns: WorkspaceSettingsView };
  /** The cookies of the workspace, without their values. */
  cookies: { args: Record<string, never>; returns: Array<CookieView> };
  /** The value of a cookie, because the person asked to see it. */
  reveal_cookie: { args: { domain: string; path: string; name: string }; returns: string };
  /** Sets a cookie, in the place of the one with the same domain, path and name; a value of `null` keeps its value. */
  set_cookie: { args: { cookie: CookieEdit }; returns: Array<CookieView> };
  delete_cookie: { args: { domain: string; path: string; name: string }; returns: Array<CookieView> };
  /** Deletes the cookies of a domain; all for `null`. */
  delete_cookies: { args: { domain: string | null }; returns: Array<CookieView> };
  /** A request as it would leave, for making code of it. Secrets and tokens are left out unless they are asked for. */
  request_for_code: { args: { node: string; secrets: boolean }; returns: CodeRequestView };
  send: { args: { node: string; intent: SendIntent }; returns: SendOutcome };
  cancel_send: { args: { node: string }; returns: null };
  /** Ends the stream that a Send is receiving; what came until then is its answer. */
  stop_stream: { args: { node: string }; returns: null };
  /** The whole text of a response body up to 5 MiB, formatted or raw. */
  response_text: { args: { id: string; look: BodyLook }; returns: BodyText };
  /** A window of lines of a response body, formatted or raw. */
  response_lines: { args: { id: string; look: BodyLook; first: number; count: number }; returns: BodyLines };
  /** What a JSONPath leaves of a JSON body, as lines of its formatted look. */
  response_filter: { args: { id: string; path: string }; returns: BodyFilter };
  /** The lines of a body that hold a text, in any case of letters. */
  response_search: { args: { id: string; look: BodyLook; text: string }; returns: BodyHits };
  /** An image as a `data:` URL. */
  response_image: { args: { id: string }; returns: string };
  /** Saves a body to a file that the person chooses in the system's dialog; `null`: nowhere. */
  save_response: { args: { id: string; name: string }; returns: string | null };
  /** XML or HTML of a request's body, an element a line. */
  format_markup: { args: { text: string; html: boolean }; returns: string };
  /** The latest exchanges that match, newest first; older than the entry `before`, if one is named. */
  history: { args: { query: string; before: string | null; limit: number }; returns: Array<HistoryView> };
  history_entry: { args: { id: string }; returns: HistoryDetail };
  delete_history: { args: { id: string }; returns: null };
  clear_history: { args: Record<string, never>; returns: null };
  /** Makes a request of an exchange, at the end of `parent`. */
  request_from_history: { args: { id: string; parent: string }; returns: NodeView };
  /** What a text would bring in. Nothing is stored before `confirm_import`. */
  preview_import: { args: { text: string; name: string }; returns: ImportPreview };
  /** What the answer of a URL would bring in. */
  preview_import_url: { args: { url: string }; returns: ImportPreview };
  /** What a file would bring in that the person chooses in the system's dialog; `null`: none was chosen. */
  choose_import: { args: Record<string, never>; returns: ImportPreview | null };
  /** The same for a collection that lies in a folder. */
  choose_import_folder: { args: Record<string, never>; returns: ImportPreview | null };
  /** Brings in what was looked at last, without the items at these places. */
  confirm_import: { args: { id: string; without: Array<number> }; returns: ImportResult };
  /** Takes a whole import back out of the workspace. */
  undo_import: { args: { id: string }; returns: null };
  /** Starts the playground and brings its collection in if it is not there yet. */
  open_playground: { args: Record<string, never>; returns: WorkspaceView };
  set_setting: { args: { name: string; value: JsonValue }; returns: null };
  /** Chooses how secrets are protected: `keyring`, `file` or `passphrase` (then with one). */
  choose_key_store: { args: { kind: string; passphrase: string | null }; returns: KeyStoreView };
  /** The key is lost for good: goes on with a new one. Returns the path of the copy that keeps what the old one sealed. */
  start_over: { args: { kind: string; passphrase: string | null }; returns: string };
}

/** Every event of the native side and what it carries. */
export interface Events {
  "token-changed": TokenChanged;
  "flow-changed": FlowChanged;
  "send-progress": SendProgress;
  "run-progress": RunProgress;
  "key-store-changed": KeyStoreView;
  "workspace-changed": null;
}
