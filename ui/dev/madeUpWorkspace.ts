import type {
  BodyLines,
  DiscoveryView,
  EnvironmentView,
  ErrorView,
  HistoryDetail,
  HistoryView,
  JsonValue,
  NodeDetail,
  NodeKindView,
  NodeView,
  RequestView,
  ResponseView,
  ScriptsView,
  SendOutcome,
  SendSettingView,
  WorkspaceView,
} from "../src/ipc/bindings";
import { MadeUpTokens } from "./madeUpTokens";

const BODY = {
  items: [
    {
      id: "pht_8f2c91",
      title: "Harbour at dawn",
      owner: "alice",
      width: 4032,
      height: 3024,
      taken_at: "2025-05-18T05:41:07Z",
      shared: true,
      links: { self: "/photos/pht_8f2c91", album: "/albums/alb_42", download: null },
    },
    { id: "pht_8f2c92", title: "Ferry, second deck", owner: "alice", width: 4032, height: 3024 },
  ],
  next_cursor: "c2Vhc2lkZQ",
  total: 128,
};

/** A workspace in memory that answers commands as the Rust half would, far enough to look at the window. */
export class MadeUpWorkspace {
  nodes: NodeView[] = [];
  requests = new Map<string, RequestView>();
  environments: EnvironmentView[] = [
    environment("local", "Local", null),
    environment("staging", "Staging", "teal"),
    environment("production", "Production", "red"),
  ];
  chosen: string | null = "staging";
  settings: Record<string, unknown> = {};
  readonly tokens: MadeUpTokens;
  readonly #scripts = new Map<string, ScriptsView>();
  readonly #own = new Map<string, JsonValue>();
  #next = 1;

  constructor(
    readonly state: string,
    token = "valid",
  ) {
    this.tokens = new MadeUpTokens(token);
    if (state === "empty") {
      this.environments = [];
      this.chosen = null;
      return;
    }
    const photos = this.#add(null, "collection", "Photos API", { auth: "oauth2" });
    const albums = this.#add(photos, "folder", "Albums");
    this.#add(albums, "request", "List albums", { method: "GET" }, "{{base_url}}/v2/albums");
    this.#add(albums, "request", "Create album", { method: "POST" }, "{{base_url}}/v2/albums");
    this.#add(albums, "request", "Get album", { method: "GET" }, "{{base_url}}/v2/albums/:album");
    this.#add(albums, "request", "Rename album", { method: "PATCH" }, "{{base_url}}/v2/albums/:album");
    const folder = this.#add(photos, "folder", "Photos");
    const list = "{{base_url}}/v2/albums/{{album_id}}/photos?limit=50&tag={{missing}}";
    const first = this.#add(folder, "request", "List photos", { method: "GET", auth: "oauth2" }, list);
    const upload = this.#add(folder, "request", "Upload photo", { method: "POST" }, "{{base_url}}/v2/photos");
    this.#add(
      folder,
      "request",
      "Download original",
      { method: "GET" },
      "{{base_url}}/v2/photos/:id/original",
    );
    this.#add(folder, "request", "Delete photo", { method: "DELETE" }, "{{base_url}}/v2/photos/:id");
    this.#add(photos, "folder", "Partner webhooks", { auth: "oauth2" });
    this.#add(photos, "request", "Service status", { method: "GET", auth: "noauth" }, "{{base_url}}/status");
    this.#add(null, "collection", "Billing API", { auth: "oauth2" });
    this.#add(null, "collection", "Identity provider", { auth: "apikey" });
    this.settings = {
      expanded: [photos, albums, folder],
      openTabs: [first, upload, photos],
      selection: first,
    };
    if (state === "many") {
      const many = this.#add(null, "collection", "Ten thousand");
      for (let at = 0; at < 10_000; at++)
        this.#add(many, "request", `Request ${at}`, { method: "GET" }, "{{base_url}}");
      this.settings.expanded = [many];
    }
  }

  async answer(command: string, args: Record<string, unknown>): Promise<unknown> {
    const id = (args.id ?? args.node) as string;
    switch (command) {
      case "open_workspace":
        return this.#view();
      case "open_playground":
        return this.#view();
      case "create_collection":
        return this.#made(null, "collection", args.name as string);
      case "create_folder":
        return this.#made(args.parent as string, "folder", args.name as string);
      case "create_request":
        return this.#made(args.parent as string, "request", args.name as string);
      case "duplicate_node": {
        const node = this.#node(id);
        this.#made(node.parent, node.kind, `${node.name} copy`);
        return [...this.nodes];
      }
      case "restore_node":
        return this.nodes;
      case "move_node":
        return this.#moved(id, args.parent as string | null, args.before as string | null);
      case "set_script": {
        const name = args.place === "tests" ? "tests" : "preRequest";
        const scripts = this.#scripts.get(id) ?? { preRequest: "", tests: "" };
        this.#scripts.set(id, { ...scripts, [name]: args.source as string });
        return null;
      }
      case "set_send_setting":
        this.#own.set(`${id} ${args.name as string}`, args.value as JsonValue);
        return this.#detail(id);
      case "history":
        return madeUpHistory(args.query as string);
      case "history_entry":
        return historyDetail(id);
      case "response_text": {
        const { lines: shown } = lines(args.look as string);
        return { text: shown.join("\n"), lines: shown.length, size: 18_412, problem: null };
      }
      case "response_filter":
        return { matches: 1, ranges: [[2, 4]] };
      case "response_search":
        return { lines: [3], more: false };
      case "open_node":
        return this.#detail(id);
      case "edit_request":
        this.requests.set(id, { ...(this.requests.get(id) as RequestView), ...(args.edit as RequestView) });
        return this.#node(id);
      case "create_environment": {
        const made = environment(`e${this.#next++}`, args.name as string, null);
        this.environments.push({ ...made, variables: [] });
        return this.environments.at(-1);
      }
      case "reveal_environment_secret":
        return "s3cret-of-staging";
      case "set_auth":
        this.#node(id).auth = args.kind as string | null;
        return this.#detail(id);
      case "set_auth_params":
        this.tokens.setParams(id, args.params as Record<string, never>);
        return this.#detail(id);
      case "reveal_auth_secret":
        return "correct-horse-battery";
      case "reveal_token":
        return "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIyNDgyODk3NjEwMDEifQ.c2lnbmF0dXJl";
      case "token_card":
        return this.tokens.card();
      case "token_key":
        return "key-Alice";
      case "will_send":
        return {
          tone: "calm",
          lead: "This request will send",
          header: null,
          value: null,
          tail: "no Authorization",
        };
      case "list_tokens":
        return this.tokens.list();
      case "get_new_token":
      case "refresh_token":
        await new Promise((done) => setTimeout(done, 100));
        return this.tokens.refreshed();
      case "revoke_token":
      case "log_out":
        return { card: this.tokens.forget(), revokedAtProvider: true, notices: [] };
      case "delete_tokens":
        return void this.tokens.forget();
      case "introspect_token":
      case "userinfo":
        return { claims: this.tokens.card().idTokenClaims, checks: [] };
      case "flows": {
        const steps = this.tokens.card().flow;
        return [
          { id: "2", at: Date.now() - 60_000, failed: false, steps },
          { id: "1", at: Date.now() - 400_000, failed: true, steps: steps.slice(0, 2) },
        ];
      }
      case "export_flow":
      case "flow_step_as_curl":
        return `${name} ${JSON.stringify(args)}`;
      case "why_this_token":
        return [
          { name: "issuer", value: "https://id.example.com" },
          { name: "client_id", value: "photos-desktop" },
          { name: "audience", value: "" },
        ];
      case "cancel_login":
        return this.tokens.stopWaiting();
      case "discover":
        return discovery;
      case "send":
        return this.#send(id, args.intent as string);
      case "response_lines":
        return lines(args.look as string);
      case "preview_import":
        return preview(args.text as string);
      default:
        return null;
    }
  }

  async #send(id: string, intent: string): Promise<SendOutcome> {
    const request = this.requests.get(id);
    await new Promise((done) => setTimeout(done, request?.url.includes("slow") ? 60_000 : 150));
    if (this.#node(id).name === "Upload photo" && intent === "plain") {
      return {
        kind: "held_back",
        held: {
          message: "Held back: the token has expired",
          reason: "expired",
          offers: ["refresh_and_send", "send_anyway"],
          failure: null,
        },
      };
    }
    if (this.#node(id).name === "Service status") return { kind: "failed", error: refused };
    return { kind: "answered", response };
  }

  #moved(id: string, parent: string | null, before: string | null): NodeView[] {
    const branch = new Set([id]);
    for (const node of this.nodes) if (node.parent && branch.has(node.parent)) branch.add(node.id);
    const moving = this.nodes.filter((node) => branch.has(node.id));
    const staying = this.nodes.filter((node) => !branch.has(node.id));
    const moved = moving.map((node) => (node.id === id ? { ...node, parent } : node));
    const at = before === null ? staying.length : staying.findIndex((node) => node.id === before);
    this.nodes = [...staying.slice(0, at), ...moved, ...staying.slice(at)];
    return this.nodes;
  }

  #settings(id: string): SendSettingView[] {
    const set = (name: string, inherited: JsonValue, origin = "the settings"): SendSettingView => ({
      name,
      own: this.#own.get(`${id} ${name}`) ?? null,
      inherited,
      origin,
    });
    return [
      set("follow_redirects", true),
      set("max_redirects", 10),
      set("verify_tls", false, "collection Photos API"),
      set("timeout_ms", 0),
      set("http_version", "auto"),
      set("proxy", "system"),
      set("cookies", true),
    ];
  }

  #add(
    parent: string | null,
    kind: NodeKindView,
    name: string,
    more: { method?: string; auth?: string } = {},
    url = "",
  ): string {
    const id = `n${this.#next++}`;
    const collection = parent ? this.#node(parent).collection : id;
    this.nodes.push({
      id,
      parent,
      collection,
      kind,
      name,
      method: more.method ?? null,
      auth: more.auth ?? null,
    });
    if (kind === "request") {
      this.requests.set(id, {
        method: more.method ?? "GET",
        url,
        disabledQuery: url.includes("limit")
          ? [{ at: 1, row: { name: "cursor", value: "{{next_cursor}}", enabled: false, description: "" } }]
          : [],
        pathVariables: [],
        headers: [{ name: "Accept", value: "application/json", enabled: true, description: "" }],
        body:
          more.method === "POST"
            ? {
                kind: "raw",
                language: "json",
                text: '{\n  "title": "Harbour at dawn",\n  "album": "{{album_id}}"\n}',
              }
            : { kind: "none" },
      });
    }
    return id;
  }

  #made(parent: string | null, kind: NodeKindView, name: string): NodeView {
    return this.#node(this.#add(parent, kind, name, kind === "request" ? { method: "GET" } : {}));
  }

  #node(id: string): NodeView {
    const node = this.nodes.find((other) => other.id === id);
    if (!node) throw new Error(`no node ${id}`);
    return node;
  }

  #detail(id: string): NodeDetail {
    const node = this.#node(id);
    let owner: NodeView | undefined = node;
    while (owner && !owner.auth) owner = this.nodes.find((other) => other.id === owner?.parent);
    const auth = owner?.auth ? this.tokens.own(owner.id, owner.auth) : null;
    return {
      node,
      description: "",
      auth: owner === node ? auth : null,
      effectiveAuth: { fromNode: owner?.id ?? null, fromName: owner?.name ?? null, auth },
      variables: [{ key: "page_size", value: "50", secret: false, enabled: true }],
      scripts: this.#scripts.get(id) ?? { preRequest: "", tests: "" },
      settings: this.#settings(id),
      scope: [
        {
          key: "base_url",
          value: "https://api.staging.example.com",
          secret: false,
          origin: "environment Staging",
        },
        { key: "album_id", value: "alb_42", secret: false, origin: "environment Staging" },
        { key: "next_cursor", value: "c2Vh", secret: false, origin: "collection Photos API" },
      ],
      request: this.requests.get(id) ?? null,
    };
  }

  #view(): WorkspaceView {
    return {
      name: "Acme Studio",
      nodes: this.nodes,
      environments: this.environments,
      chosenEnvironment: this.chosen,
      globals: [{ key: "api_version", value: "2", secret: false, enabled: true }],
      tokens: this.state === "empty" ? [] : this.tokens.list(),
      settings: this.settings,
      keyStore: { kind: "keyring", state: "ready", label: "Tokens encrypted · OS keyring", problem: null },
      playground: null,
    };
  }
}

const discovery: DiscoveryView = {
  issuer: "https://id.example.com",
  endpoints: Object.fromEntries(
    [
      ["authorization_endpoint", "authorize"],
      ["token_endpoint", "token"],
      ["device_authorization_endpoint", "device/code"],
      ["jwks_uri", "jwks.json"],
      ["pushed_authorization_request_endpoint", "par"],
      ["userinfo_endpoint", "userinfo"],
      ["introspection_endpoint", "introspect"],
      ["revocation_endpoint", "revoke"],
      ["end_session_endpoint", "logout"],
    ].map(([name, path]) => [name, `https://id.example.com/${path}`]),
  ),
  scopesSupported: ["openid", "profile", "email", "photos:read", "photos:write", "offline_access"],
  grantTypesSupported: ["authorization_code", "refresh_token"],
  clientAuthenticationSupported: ["client_secret_basic", "client_secret_post"],
  pkceSupported: ["S256"],
};

function environment(id: string, name: string, colour: string | null): EnvironmentView {
  return {
    id,
    name,
    colour,
    variables: [
      { key: "base_url", value: `https://api.${id}.example.com`, secret: false, enabled: true },
      { key: "album_id", value: "alb_42", secret: false, enabled: true },
      { key: "client_secret", value: null, secret: true, enabled: true },
    ],
  };
}

const response: ResponseView = {
  id: "r1",
  status: 200,
  reason: "OK",
  httpVersion: "HTTP/2",
  totalMs: 142.3,
  connectMs: 27,
  firstByteMs: 118,
  size: 18_412,
  headers: [
    ["content-type", "application/json; charset=utf-8"],
    ["cache-control", "private, max-age=30"],
    ["etag", 'W/"a81f-42"'],
    ["x-ratelimit-remaining", "4982"],
  ],
  contentType: "application/json",
  bodyKind: "json",
  authStory: ["Access token “Alice” attached, 4:12 left, no refresh needed"],
  refreshed: false,
  redirects: [],
  warnings: [],
  flow: [],
  sentUrl: "https://api.staging.example.com/v2/albums/alb_42/photos?limit=50",
  challenge: null,
  scripts: {
    assertions: [
      {
        name: "Status is 200",
        passed: true,
        skipped: false,
        message: null,
        script: "test script of List photos",
        line: 1,
      },
      {
        name: "Returns at most 50 photos",
        passed: false,
        skipped: false,
        message: "expected 128 to be at most 50",
        script: "test script of Photos API",
        line: 4,
      },
    ],
    console: [{ level: "log", text: "128 photos in all", script: "test script of Photos API" }],
    errors: [],
    heldBack: 0,
  },
};

const refused: ErrorView = {
  code: "network",
  oauthError: null,
  message: "Nothing is listening at localhost:8080",
  cause: "The machine answered but refused the connection. The server may be stopped, or on another port.",
  nextStep: "Start the server, or edit base_url. Nothing was sent.",
  fix: null,
  flow: [],
  checks: [],
};

function lines(look: string): BodyLines {
  const text = look === "pretty" ? JSON.stringify(BODY, null, 2) : JSON.stringify(BODY);
  return { total: text.split("\n").length, first: 0, lines: text.split("\n"), complete: true, problem: null };
}

function preview(text: string) {
  if (!text.trim().startsWith("{")) {
    throw {
      ...refused,
      code: "usage",
      message: "This is no format that Gatepass reads",
      cause: "The text does not begin with a brace, so it is no JSON.",
      nextStep: "Export the collection from Postman as v2.1 and choose that file.",
    };
  }
  return {
    id: "looked-at",
    format: "Postman 2.1",
    items: [
      { kind: "collection", name: "Photos API", detail: "43 requests in 5 folders" },
      { kind: "environment", name: "Staging", detail: "8 variables" },
    ],
    requests: 43,
    scripts: 12,
    oauthConfigs: 1,
    warnings: [
      {
        item: "Photos API/Photos/Upload photo",
        reason: "The script calls pm.visualizer, which has no equivalent.",
        whatHappens: "It is kept and does nothing.",
      },
    ],
  };
}

const HISTORY: [string, string, number | null, number][] = [
  ["GET", "/v2/albums/alb_42/photos?limit=50", 200, 142],
  ["GET", "/v2/albums/alb_42/photos?limit=50", 401, 38],
  ["POST", "/v2/albums", 201, 96],
  ["PATCH", "/v2/albums/alb_17", 200, 88],
  ["DELETE", "/v2/photos/pht_77", 204, 64],
  ["PUT", "/v2/moderation/pht_12", 500, 1_200],
  ["GET", "/v2/status", null, 22],
];

function madeUpHistory(query: string): HistoryView[] {
  const at = Date.now();
  return HISTORY.map(([method, path, status, totalMs], index): HistoryView => ({
    id: String(index + 1),
    node: null,
    name: "List photos",
    method,
    url: `https://api.staging.example.com${path}`,
    status,
    failure: status === null ? "Nothing is listening at localhost:8080" : null,
    totalMs,
    size: 18_412,
    at: at - index * 5 * 3_600_000,
  })).filter((row) => `${row.method} ${row.url} ${row.status}`.toLowerCase().includes(query.toLowerCase()));
}

function historyDetail(id: string): HistoryDetail {
  const entry = madeUpHistory("").find((row) => row.id === id);
  if (!entry) throw new Error(`no exchange ${id}`);
  return {
    entry,
    requestHeaders: [
      ["Accept", "application/json"],
      ["Authorization", "Bearer •••"],
    ],
    requestBodySize: 0,
    reason: entry.status === 200 ? "OK" : "",
    httpVersion: "HTTP/2",
    responseHeaders: entry.status === null ? [] : response.headers,
  };
}
