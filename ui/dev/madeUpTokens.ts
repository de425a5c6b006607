import type {
  AdviceView,
  AuthView,
  ErrorView,
  FlowStepView,
  JsonValue,
  StatusView,
  TokenCardView,
  TokenView,
  WaitingView,
} from "../src/ipc/bindings";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Tokens in memory, one in each state of health, and the settings that they come from. */
export class MadeUpTokens {
  /** The state of the token of the open request: a status, or `waiting`, `device`, `refused`, `port`, `checks`. */
  constructor(readonly state: string) {}
  readonly auth = new Map<string, AuthView>();
  #status: StatusView | null = null;
  #obtained = Date.now() - 48_000;

  own(id: string, type: string): AuthView {
    const known = this.auth.get(id);
    if (known?.type === type) return known;
    const made: AuthView =
      type === "oauth2"
        ? {
            type,
            params: {
              grant: this.state === "device" ? "device_code" : "authorization_code",
              issuer: "https://id.example.com",
              client_id: "photos-desktop",
              client_secret: "",
              client_authentication: "client_secret_basic",
              scope: "openid profile email photos:read offline_access",
              audience: "https://api.example.com",
              token_name: "Alice",
            },
            secrets: ["client_secret"],
          }
        : { type, params: {}, secrets: [] };
    this.auth.set(id, made);
    return made;
  }

  setParams(id: string, params: Record<string, JsonValue>): void {
    const auth = this.auth.get(id);
    if (!auth) return;
    const secret = ["client_secret", "password", "token", "value"];
    const next: AuthView = { ...auth, params: { ...auth.params }, secrets: [...auth.secrets] };
    for (const [name, value] of Object.entries(params)) {
      next.secrets = next.secrets.filter((other) => other !== name);
      if (value === null) delete next.params[name];
      else if (secret.includes(name) && !String(value).startsWith("{{")) {
        next.params[name] = "";
        next.secrets.push(name);
      } else next.params[name] = value;
    }
    this.auth.set(id, next);
  }

  list(): TokenView[] {
    const now = Date.now();
    const token = (
      name: string,
      clientId: string,
      status: StatusView,
      left: number,
      life: number,
    ): TokenView => ({
      key: `key-${name}`,
      name,
      clientId,
      provider: "https://id.example.com",
      grant: "authorization_code",
      scope: "openid",
      environment: "Staging",
      status,
      reason: null,
      obtainedAt: now + left - life,
      expiresAt: now + left,
      hasRefreshToken: true,
      lastUsedAt: now - 40_000,
    });
    const alice = this.card();
    return [
      {
        ...token("Alice", "photos-desktop", alice.status, 252_000, 300_000),
        obtainedAt: alice.obtainedAt ?? now,
        expiresAt: alice.expiresAt,
      },
      token("Moderator", "photos-admin", "expiring", 48_000, 300_000),
      token("Nightly job", "photos-ci", "valid", 11.5 * 60 * MINUTE, 12 * 60 * MINUTE),
      token("Carol", "billing-web", "expired", -12 * MINUTE, 60 * MINUTE),
      token("Partner", "partner-hooks", "sign-in-needed", -DAY, 60 * MINUTE),
    ];
  }

  refreshed(): TokenCardView {
    this.#status = "valid";
    this.#obtained = Date.now();
    return this.card();
  }

  forget(): TokenCardView {
    this.#status = "none";
    return this.card();
  }

  stopWaiting(): void {
    this.#status = "none";
  }

  card(): TokenCardView {
    const now = Date.now();
    const state = this.#status ?? this.state;
    const special = ["waiting", "device", "refused", "port"].includes(state);
    const status = (special ? "none" : state === "checks" ? "valid" : state) as StatusView;
    const has = status !== "none";
    const obtainedAt = { expired: now - 72 * MINUTE, expiring: now - 252_000, failed: now - 220_000 }[
      status as string
    ];
    const lifetime = status === "expired" ? 60 * MINUTE : 300_000;
    const obtained = obtainedAt ?? this.#obtained;
    const expiresAt = has ? obtained + lifetime : null;
    const autoRefresh = status !== "expiring";
    const waiting: WaitingView | null =
      state === "waiting" ? signIn(now) : state === "device" ? device(now) : null;
    return {
      tokenKey: "key-Alice",
      problem: null,
      name: "Alice",
      status,
      reason:
        status === "failed"
          ? "The provider did not answer within 30 s. It is tried again"
          : status === "sign-in-needed"
            ? "The provider says that this refresh token was already used"
            : null,
      tokenType: has ? "Bearer" : null,
      obtainedAt: has ? obtained : null,
      expiresAt,
      renewsAt: status === "valid" && expiresAt ? expiresAt - 60_000 : null,
      grantedScopes: has ? ["openid", "profile", "email", "photos:read", "offline_access"] : [],
      missingScopes: state === "checks" ? ["photos:write"] : [],
      hasRefreshToken: has,
      hasIdToken: has && state !== "expired",
      noIdTokenReason: state === "expired" ? "The scope openid was not asked for" : null,
      useToken: "access_token",
      autoRefresh,
      accessTokenPreview: "eyJ…h3Q",
      idTokenPreview: "eyJ…k9w",
      idTokenClaims: has ? claims(obtained) : [],
      idTokenChecks: has ? checks(state === "checks") : [],
      accessTokenClaims: has ? claims(obtained).slice(3) : [],
      notices: state === "checks" ? ["The provider sent expires_in as text; it was read as a number."] : [],
      flow: has || state === "refused" ? flow(state === "refused") : [],
      willSend: {
        tone: has ? "calm" : "warn",
        lead: "This request will send",
        header: has ? "Authorization" : null,
        value: has ? "Bearer eyJ…h3Q" : null,
        tail: has ? "(access token “Alice”)" : "no Authorization: no token yet",
      },
      waiting,
      failure: state === "refused" ? refused : state === "port" ? busyPort : null,
      advice: state === "checks" ? [plainPkce] : [],
    };
  }
}

function signIn(now: number): WaitingView {
  return {
    for: "sign_in",
    authorizationUrl:
      "https://id.example.com/authorize?response_type=code&client_id=photos-desktop&redirect_uri=http%3A%2F%2F127.0.0.1%3A53127%2Fcallback&scope=openid&state=xyz",
    redirectUri: "http://127.0.0.1:53127/callback",
    listening: true,
    browserProblem: null,
    until: now + 281_000,
  };
}

function device(now: number): WaitingView {
  return {
    for: "device",
    userCode: "WDJB-MJHT",
    verificationUri: "https://id.example.com/device",
    verificationUriComplete: "https://id.example.com/device?user_code=WDJB-MJHT",
    until: now + 572_000,
    interval: 5,
  };
}

function claims(obtained: number) {
  const seconds = Math.floor(obtained / 1_000);
  return [
    { name: "sub", json: '"248289761001"', time: null },
    { name: "name", json: '"Alice Meyer"', time: null },
    { name: "email", json: '"alice@example.com"', time: null },
    { name: "aud", json: '"photos-desktop"', time: null },
    { name: "iat", json: String(seconds), time: seconds * 1_000 },
    { name: "exp", json: String(seconds + 300), time: (seconds + 300) * 1_000 },
  ];
}

function checks(broken: boolean) {
  const check = (name: string, result: string, detail: string) => ({ check: name, result, detail });
  return [
    check("signature", "pass", "RS256 with the key 2025-05 of the provider"),
    check("iss", "pass", "https://id.example.com, as configured"),
    broken
      ? check("aud", "fail", "It is photos-web; expected photos-desktop.")
      : check("aud", "pass", "It names photos-desktop"),
    check("nonce", broken ? "skipped" : "pass", broken ? "None was sent" : "It is the one that was sent"),
    check("exp", "pass", "It ends in 4 min"),
    check("at_hash", "pass", "It fits the access token"),
  ];
}

function flow(broken: boolean): FlowStepView[] {
  const at = Date.now() - 60_000;
  const step = (name: string, ms: number, offset: number, detail: string): FlowStepView => ({
    step: name,
    result: "ok",
    ms,
    detail,
    at: at + offset,
    exchange: null,
  });
  const exchange = {
    method: "POST",
    url: "https://id.example.com/token",
    requestHeaders: [
      ["authorization", "Basic •••"],
      ["content-type", "application/x-www-form-urlencoded"],
    ] as [string, string][],
    requestBody:
      "grant_type=authorization_code&code=•••&code_verifier=•••&redirect_uri=http%3A%2F%2F127.0.0.1%3A53127%2Fcallback",
    status: broken ? 401 : 200,
    responseHeaders: [["content-type", "application/json"]] as [string, string][],
    responseBody: broken
      ? '{"error":"invalid_client","error_description":"client authentication failed"}'
      : '{"access_token":"•••","expires_in":300,"token_type":"Bearer"}',
  };
  const steps = [
    step("discovery", 34, 0, "9 endpoints, issuer matches"),
    step("authorization", 9, 40, "Opened in the system browser"),
    step("callback", 6_100, 60, "State matches, iss matches"),
    { ...step("token", 88, 6_200, "Exchanged the code"), exchange, result: broken ? "failed" : "ok" },
  ];
  if (broken) return steps;
  return [
    ...steps,
    step("id_token", 3, 6_300, "RS256, key 2025-05 from the JWKS"),
    step("store", 2, 6_310, "Key held by the OS keyring"),
  ];
}

const refused: ErrorView = {
  code: "provider_error",
  oauthError: "invalid_client",
  message: "The provider refused this client",
  cause:
    "The secret is wrong or has expired, or this client must send it in the request body instead of a Basic header.",
  nextStep: "Check client ID and secret, or send the secret in the body.",
  fix: {
    label: "Send the secret in the body",
    setting: "client_authentication",
    value: "client_secret_post",
  },
  flow: [],
  checks: [],
};

const busyPort: ErrorView = {
  code: "port_in_use",
  oauthError: null,
  message: "Port 8765 is in use",
  cause: "Another program is listening there, so the browser’s answer couldn’t reach Gatepass.",
  nextStep: "Use a free port, or end the other program.",
  fix: { label: "Use a free port", setting: "redirect_uri", value: "http://127.0.0.1:{port}/callback" },
  flow: [],
  checks: [],
};

const plainPkce: AdviceView = {
  setting: "pkce",
  kind: "deprecated",
  message: "The code challenge is sent plain",
  reason: "Who reads the authorization request can then redeem the code.",
  fix: { label: "Use PKCE with S256", setting: "pkce", value: "S256" },
};
