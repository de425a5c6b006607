// `pm.request`: what the workspace keeps of a request, as Postman's request object, and back again.
(function (inner) {
  "use strict";

  const { Pair, Header, QueryParam, FormParam, PropertyList } = inner.lists;

  // --- URL ------------------------------------------------------------------------------------------------------
  const URL_PARTS =
    /^(?:([A-Za-z][\w+.-]*|\{\{[^}]*\}\}):\/\/)?(?:([^@/?#]*)@)?((?:\{\{[^}]*\}\}|\[[^\]]*\]|[^:/?#{]|\{)*)(?::((?:\{\{[^}]*\}\}|[^/?#])*))?(\/(?:\{\{[^}]*\}\}|[^?#])*)?(?:\?((?:\{\{[^}]*\}\}|[^#])*))?(?:#(.*))?$/s;

  class Url {
    constructor(given) {
      this.update(given ?? "");
    }
    update(given) {
      if (given instanceof Url) given = given.toString();
      if (typeof given !== "string") {
        this.#take(given);
        return;
      }
      const [, protocol, user, host, port, path, query, hash] = URL_PARTS.exec(given.trim()) ?? [];
      const credentials = user?.split(":");
      this.#take({
        protocol,
        auth: credentials && { user: credentials[0], password: credentials.slice(1).join(":") },
        host,
        port,
        path,
        query: query ?? [],
        hash,
      });
    }
    #take({ protocol, auth, host, port, path, query, variable, hash, raw }) {
      if (raw !== undefined && host === undefined) return this.update(raw);
      this.protocol = protocol;
      this.auth = auth;
      this.host = typeof host === "string" ? (host.startsWith("{{") ? [host] : host.split(".")) : host;
      this.port = port;
      this.path = typeof path === "string" ? path.replace(/^\//, "").split("/") : path;
      this.hash = hash;
      this.query = new PropertyList(QueryParam, this, query);
      this.variables = new PropertyList(Pair, this, variable);
    }
    getHost() {
      return (this.host ?? []).join(".");
    }
    getPath(options) {
      const path = (this.path ?? []).map((segment) => {
        const variable = /^:(.+)/.exec(segment);
        return variable && !options?.unresolved ? (this.variables.get(variable[1]) ?? segment) : segment;
      });
      return "/" + path.join("/");
    }
    getQueryString() {
      return this.query.toString();
    }
    getPathWithQuery() {
      const query = this.getQueryString();
      return this.getPath() + (query === "" ? "" : "?" + query);
    }
    getRemote() {
      return this.getHost() + (this.port ? ":" + this.port : "");
    }
    getRaw() {
      return this.toString();
    }
    addQueryParams(given) {
      new PropertyList(QueryParam, this, given).each((param) => this.query.add(param));
    }
    removeQueryParams(keys) {
      for (const key of [].concat(keys)) this.query.remove(key?.key ?? key);
    }
    toString() {
      let text = this.protocol ? this.protocol.replace(/:?\/?\/?$/, "") + "://" : "";
      if (this.auth?.user) text += this.auth.user + (this.auth.password ? ":" + this.auth.password : "") + "@";
      text += this.getRemote();
      if (this.path) text += this.getPath({ unresolved: true });
      const query = this.getQueryString();
      if (query !== "") text += "?" + query;
      return this.hash === undefined ? text : text + "#" + this.hash;
    }
    toJSON() {
      const { protocol, port, path, host, hash } = this;
      return { raw: this.toString(), protocol, host, port, path, query: this.query.toJSON(), hash };
    }
    static isUrl(value) {
      return value instanceof Url;
    }
    static parse(text) {
      return new Url(text).toJSON();
    }
  }

  // --- body -----------------------------------------------------------------------------------------------------
  class RequestBody {
    constructor(given) {
      this.update(given);
    }
    update(given) {
      if (typeof given === "string") given = { mode: "raw", raw: given };
      const { mode, raw, urlencoded, formdata, file, graphql, options, disabled } = given ?? {};
      Object.assign(this, { mode, raw, file, options, disabled });
      this.urlencoded = urlencoded && new PropertyList(QueryParam, this, urlencoded);
      this.formdata = formdata && new PropertyList(FormParam, this, formdata);
      this.graphql = graphql;
    }
    isEmpty() {
      const content = this.mode && this[this.mode];
      if (!content) return true;
      if (content instanceof PropertyList) return content.count() === 0;
      return typeof content === "string" ? content === "" : Object.keys(content).length === 0;
    }
    toString() {
      if (this.mode === "raw") return String(this.raw ?? "");
      if (this.mode === "urlencoded" || this.mode === "formdata") return String(this[this.mode] ?? "");
      return this.mode === "graphql" ? JSON.stringify(this.graphql) : "";
    }
    toJSON() {
      return JSON.parse(JSON.stringify(Object.assign({}, this)));
    }
  }

  // --- authorization --------------------------------------------------------------------------------------------
  // The config has the standards' names; scripts ask by Postman's.
  const NAMES = {
    accessTokenUrl: "token_endpoint",
    authUrl: "authorization_endpoint",
    addTokenTo: "send_in",
    client_authentication: "client_authentication",
    grant_type: "grant",
    tokenName: "token_name",
    useBrowser: "browser",
  };
  const standard = (key) => NAMES[key] ?? key.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());

  class AuthParameters extends PropertyList {
    constructor(given) {
      super(Pair, null, given);
    }
    one(key) {
      return super.one(key) ?? super.one(standard(String(key)));
    }
    has(key) {
      return this.one(key) !== undefined;
    }
  }

  class RequestAuth {
    constructor(type, params) {
      this.type = type;
      Object.defineProperty(this, "lists", { value: {} });
      if (type) this.#list(type, params);
    }
    #list(type, params) {
      this.lists[type] = params instanceof AuthParameters ? params : new AuthParameters(params);
      Object.defineProperty(this, type, {
        get: () => this.lists[type],
        set: (given) => (this.lists[type] = new AuthParameters(given)),
        enumerable: true,
        configurable: true,
      });
    }
    static from(given) {
      if (given === null || given === undefined) return undefined;
      if (given instanceof RequestAuth) return given;
      return new RequestAuth(given.type, given[given.type]);
    }
    parameters() {
      return this.lists[this.type] ?? new AuthParameters([]);
    }
    current() {
      return this.parameters().toObject();
    }
    use(type, params) {
      this.type = type;
      this.#list(type, params);
    }
    update(params, type) {
      this.use(type ?? this.type, params);
    }
    clear() {
      this.type = "noauth";
    }
    toJSON() {
      const parameters = this.parameters().map(({ key, value }) => ({ key, value, type: "any" }));
      return { type: this.type, [this.type]: parameters };
    }
  }

  // --- request --------------------------------------------------------------------------------------------------
  class Request {
    #url;
    #headers;
    #body;
    #auth;
    constructor(given) {
      this.update(given);
    }
    update(given) {
      if (typeof given === "string" || given instanceof Url) given = { url: given };
      else if (given && typeof given.toJSON === "function" && !(given instanceof Request)) given = given.toJSON();
      const { url, method, header, headers, body, auth, name, id, description } = given ?? {};
      this.url = url ?? "";
      this.method = String(method ?? "GET").toUpperCase();
      this.headers = header ?? headers ?? [];
      this.body = body;
      this.auth = auth;
      Object.assign(this, { name, id, description });
    }
    get url() {
      return this.#url;
    }
    set url(given) {
      this.#url = given instanceof Url ? given : new Url(given);
    }
    get headers() {
      return this.#headers;
    }
    set headers(given) {
      this.#headers = given instanceof PropertyList ? given : new PropertyList(Header, this, given);
    }
    get body() {
      return this.#body;
    }
    set body(given) {
      this.#body =
        given === undefined || given === null || given instanceof RequestBody ? (given ?? undefined) : new RequestBody(given);
    }
    get auth() {
      return this.#auth;
    }
    set auth(given) {
      this.#auth = RequestAuth.from(given);
    }
    get to() {
      return inner.chai().expect(this).to;
    }
    addHeader(header, value) {
      this.headers.add(header, value);
    }
    removeHeader(name) {
      this.headers.remove(typeof name === "string" ? name : name?.key);
    }
    upsertHeader(header) {
      this.headers.upsert(header);
    }
    getHeaders(options) {
      return this.headers.toObject(options?.enabled, !options?.ignoreCase);
    }
    forEachHeader(callback) {
      this.headers.each((header) => callback(header, this));
    }
    addQueryParams(params) {
      this.url.addQueryParams(params);
    }
    removeQueryParams(params) {
      this.url.removeQueryParams(params);
    }
    authorizeUsing(type, params) {
      if (type && typeof type === "object") [type, params] = [type.type, type[type.type]];
      this.#auth = type ? new RequestAuth(type, params) : undefined;
    }
    size() {
      const [header, body] = [this.headers.contentSize(), inner.bytes(String(this.body ?? "")).length];
      return { header, body, total: header + body };
    }
    clone() {
      return new Request(this.toJSON());
    }
    toJSON() {
      const { method, name, id, description } = this;
      const [url, header] = [this.url.toJSON(), this.headers.toJSON()];
      return { id, name, description, method, url, header, body: this.body?.toJSON(), auth: this.auth?.toJSON() };
    }
    static isRequest(value) {
      return value instanceof Request;
    }
  }
  Request.prototype[inner.SHOWN_AS_JSON] = true;
  Url.prototype[inner.SHOWN_AS_JSON] = true;
  RequestAuth.prototype[inner.SHOWN_AS_JSON] = true;

  // --- from and to what the workspace keeps ---------------------------------------------------------------------
  const pair = ({ name, value, enabled = true, description }) => {
    const made = { key: name, value };
    if (!enabled) made.disabled = true;
    if (description) made.description = description;
    return made;
  };
  const row = (member) => ({
    name: String(member.key ?? ""),
    value: member.value === null || member.value === undefined ? "" : String(member.value),
    enabled: !member.disabled,
  });

  const bodies = {
    raw: ({ text, language }) => ({ mode: "raw", raw: text, options: { raw: { language } } }),
    urlencoded: ({ fields }) => ({ mode: "urlencoded", urlencoded: fields.map(pair) }),
    formdata: ({ fields }) => ({ mode: "formdata", formdata: fields.map(formPart) }),
    file: ({ path }) => ({ mode: "file", file: { src: path } }),
    graphql: ({ query, variables }) => ({ mode: "graphql", graphql: { query, variables } }),
  };

  function formPart(field) {
    const made = { key: field.name, type: "text" };
    if (field.enabled === false) made.disabled = true;
    if (field.content_type) made.contentType = field.content_type;
    if (field.part.text === undefined) Object.assign(made, { type: "file", src: field.part.files });
    else made.value = field.part.text;
    return made;
  }

  function formField(member) {
    const isFile = member.type === "file" || (member.src !== undefined && member.value === "");
    return {
      name: String(member.key ?? ""),
      part: isFile ? { files: [].concat(member.src ?? []).map(String) } : { text: String(member.value ?? "") },
      content_type: member.contentType ?? null,
      enabled: !member.disabled,
    };
  }

  const asTyped = new WeakMap();

  /// A request of the workspace as Postman's.
  inner.readRequest = function (kept) {
    const { info } = inner.job;
    const request = new Request({ method: kept.method, name: info.requestName, id: info.requestId });
    request.url = kept.url;
    // A URL that no script touches stays as it is typed, letter by letter.
    asTyped.set(request, { typed: kept.url, parsed: request.url.toString() });
    for (const variable of kept.path_variables ?? []) request.url.variables.add(pair(variable));
    for (const [at, param] of kept.disabled_query ?? []) {
      request.url.query.members.splice(at, 0, new QueryParam({ ...pair(param), disabled: true }));
    }
    request.headers = (kept.headers ?? []).map(pair);
    const body = kept.body && bodies[kept.body.kind];
    if (body) request.body = body(kept.body);
    if (kept.auth) request.auth = new RequestAuth(kept.auth.type, kept.auth.params);
    return request;
  };

  /// Postman's request as the workspace keeps it.
  inner.writeRequest = function (request) {
    const disabled = [];
    const url = request.url.toString();
    const before = asTyped.get(request);
    request.url.query.each((param, at) => param.disabled && disabled.push([at, row(param)]));
    return {
      method: String(request.method),
      url: before?.parsed === url ? before.typed : url,
      disabled_query: disabled,
      path_variables: request.url.variables.map(row),
      headers: request.headers.map(row),
      body: writeBody(request.body),
      auth: request.auth ? { type: String(request.auth.type).toLowerCase(), params: params(request.auth) } : null,
    };
  };

  const params = (auth) => {
    const written = {};
    auth.parameters().each(({ key, value }) => (written[key] = value));
    return written;
  };

  function writeBody(body) {
    if (!body || body.disabled || !body.mode) return { kind: "none" };
    switch (body.mode) {
      case "raw":
        return {
          kind: "raw",
          text: typeof body.raw === "string" ? body.raw : body.raw === undefined ? "" : JSON.stringify(body.raw),
          language: body.options?.raw?.language ?? "text",
        };
      case "urlencoded":
        return { kind: "urlencoded", fields: listed(body.urlencoded, QueryParam).map(row) };
      case "formdata":
        return { kind: "formdata", fields: listed(body.formdata, FormParam).map(formField) };
      case "file":
        return { kind: "file", path: String(body.file?.src ?? body.file ?? "") };
      case "graphql": {
        const { query = "", variables = "" } = typeof body.graphql === "string" ? JSON.parse(body.graphql) : body.graphql;
        const text = typeof variables === "string" ? variables : JSON.stringify(variables);
        return { kind: "graphql", query: String(query), variables: text };
      }
      default:
        throw new TypeError("a body has the mode raw, urlencoded, formdata, file or graphql, and not " + body.mode);
    }
  }

  const listed = (list, Member) => (list instanceof PropertyList ? list : new PropertyList(Member, null, list));

  Object.assign(inner.lists, { Url, RequestBody, RequestAuth, Request });
})
