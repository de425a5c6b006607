// `pm` and `gatepass`: what scripts reach the application through.
(function (inner) {
  "use strict";

  const { native, globals, lists } = inner;
  const { Cookie, PropertyList, Request, RequestAuth, Response } = lists;

  // --- questions to the application -----------------------------------------------------------------------------
  const questions = new Map();
  let lastQuestion = 0;

  function ask(question) {
    return new Promise((resolve, reject) => {
      const id = ++lastQuestion;
      questions.set(id, { resolve, reject });
      native.ask(id, inner.json(question));
    });
  }

  function refusal({ code, message }) {
    const error = new Error(message);
    error.code = code;
    return error;
  }

  /// Synchronously, for the few things that scripts expect at once.
  native.askNow = function (question) {
    const answer = JSON.parse(native.askAndWait(inner.json(question)));
    if (answer.refused) throw refusal(answer.refused);
    return answer.value;
  };

  /// An answer came in. `body`: the number of the bytes that came with it.
  inner.answer = function (text, body) {
    const answer = JSON.parse(text);
    const question = questions.get(answer.id);
    if (!question) return;
    questions.delete(answer.id);
    if (answer.refused) question.reject(refusal(answer.refused));
    else question.resolve(answer.response ? new Response(answer.response, body) : answer.value);
  };
  inner.openQuestions = () => questions.size;
  inner.forgetQuestions = () => questions.clear();

  /// Hands a promise to whoever prefers a callback.
  function deliver(promise, callback, ...more) {
    if (typeof callback !== "function") return promise;
    promise.then(
      (value) => call(callback, null, value, ...more.map((make) => make(value))),
      (error) => call(callback, error),
    );
    return undefined;
  }

  function call(callback, ...values) {
    try {
      const result = callback(...values);
      if (result && typeof result.then === "function") result.then(undefined, inner.fail);
    } catch (thrown) {
      inner.fail(thrown);
    }
  }

  // --- cookies --------------------------------------------------------------------------------------------------
  class CookieJar {
    #ask(what, url, more, callback) {
      return deliver(ask({ ask: "cookies", call: what, url: String(url), cookie: null, name: null, ...more }), callback);
    }
    get(url, name, callback) {
      const found = this.getAll(url).then((cookies) => cookies.find((cookie) => cookie.name === name)?.value);
      return deliver(found, callback);
    }
    getAll(url, options, callback) {
      if (typeof options === "function") callback = options;
      const all = this.#ask("list", url).then((cookies) => cookies.map(cookieOf));
      return deliver(all, callback);
    }
    set(url, name, value, callback) {
      if (typeof value === "function") [value, callback] = [undefined, value];
      const given = typeof name === "object" && name !== null ? name : { name, value };
      const cookie = {
        name: String(given.name ?? given.key),
        value: String(given.value ?? ""),
        domain: String(given.domain ?? ""),
        path: String(given.path ?? "/"),
        secure: Boolean(given.secure),
        httpOnly: Boolean(given.httpOnly),
        expires: given.expires === undefined || given.expires === null ? null : new Date(given.expires).getTime(),
      };
      return this.#ask("set", url, { cookie }, callback);
    }
    unset(url, name, callback) {
      return this.#ask("unset", url, { name: String(name) }, callback);
    }
    clear(url, callback) {
      return this.#ask("clear", url, {}, callback);
    }
  }

  const cookieOf = ({ name, ...cookie }) => new Cookie({ key: name, ...cookie });

  function cookieList(cookies) {
    const list = new PropertyList(Cookie, null, cookies.map(({ name, ...cookie }) => ({ key: name, ...cookie })));
    Object.defineProperty(list, "jar", { value: () => new CookieJar() });
    return list;
  }

  // --- pm -------------------------------------------------------------------------------------------------------
  /// Properties that are made when they are first asked for.
  function lazy(object, makers) {
    for (const name of Object.keys(makers)) {
      Object.defineProperty(object, name, {
        get() {
          const value = makers[name]();
          Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
          return value;
        },
        set(value) {
          Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
        },
        enumerable: true,
        configurable: true,
      });
    }
  }

  function sendRequest(given, callback) {
    let sent;
    try {
      if (!given) throw new Error("sendrequest: nothing to request");
      const request = given instanceof Request ? given : new Request(given);
      sent = ask({ ask: "sendRequest", request: inner.writeRequest(request) });
    } catch (thrown) {
      sent = Promise.reject(thrown);
    }
    return deliver(sent, callback, (response) => ({ cookies: response.cookies }));
  }

  class SkipRequest extends Error {
    constructor() {
      super("the request is skipped");
      this.name = "SkipRequest";
    }
  }
  inner.SkipRequest = SkipRequest;

  const visualizer = {
    set(template, data, options) {
      if (typeof template !== "string") throw new Error("Invalid template. Template must be of type string, found " + typeof template);
      if (data && typeof data !== "object") throw new Error("Invalid data. Data must be an object, found " + typeof data);
      inner.current.report.visualization = { template, data: data ?? null, options: options ?? null };
    },
    clear() {
      inner.current.report.visualization = null;
    },
  };

  const vault = (call) => (key, value) =>
    ask({ ask: "vault", call, key: String(key), value: value === undefined ? null : String(value) }).then((v) => v ?? undefined);

  function setNextRequest(name) {
    inner.current.report.nextRequest = name === null || name === undefined ? { go: "end" } : { go: "named", to: String(name) };
  }

  /// `pm` for one event of one request.
  inner.makePm = function (job) {
    const variables = inner.variables;
    const pm = {
      environment: variables.environment,
      globals: variables.globals,
      collectionVariables: variables.collection,
      iterationData: variables.data,
      variables: variables.all,
      visualizer,
      vault: { get: vault("get"), set: vault("set"), unset: vault("unset") },
      sendRequest,
      test: inner.test,
      require: (name) => inner.require(String(name).replace(/^(?:npm|jsr):/, "").replace(/(.)@[^/]*$/, "$1")),
      info: {
        eventName: job.event,
        iteration: job.info.iteration,
        iterationCount: job.info.iterationCount,
        requestName: job.info.requestName,
        requestId: job.info.requestId,
      },
    };
    pm.expect = (value, message) => inner.chai().expect(value, message);
    pm.expect.fail = (...given) => inner.chai().expect.fail(...given);
    const location = job.info.location.slice();
    Object.defineProperty(location, "current", { get: () => inner.current.script.node });
    pm.execution = { location, setNextRequest };
    if (job.event === "prerequest") {
      pm.execution.skipRequest = function () {
        inner.current.report.skipRequest = true;
        throw new SkipRequest();
      };
    }
    const makers = {
      cookies: () => cookieList(job.cookies),
      request: () => {
        const request = inner.readRequest(job.request);
        if (job.event === "prerequest") inner.watchRequest(request);
        return request;
      },
    };
    if (job.response) makers.response = () => new Response(job.response, 0);
    lazy(pm, makers);
    return pm;
  };

  // --- gatepass -------------------------------------------------------------------------------------------------
  const oauth = (call) => async (name) => {
    const tokens = await ask({ ask: "oauth", call, name: name === undefined || name === null ? null : String(name) });
    if (call !== "revokeToken") {
      tokens.accessToken = tokens.access_token;
      tokens.idToken = tokens.id_token;
    }
    return tokens;
  };

  globals.gatepass = {
    oauth: { getToken: oauth("getToken"), refreshToken: oauth("refreshToken"), revokeToken: oauth("revokeToken") },
  };

  inner.sdk = {
    Request,
    Response,
    RequestAuth,
    RequestBody: lists.RequestBody,
    Url: lists.Url,
    Header: lists.Header,
    QueryParam: lists.QueryParam,
    FormParam: lists.FormParam,
    Cookie,
    PropertyList,
  };
})
