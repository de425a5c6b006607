// The globals of Postman's first years. All are made when a script first asks for them.
(function (inner) {
  "use strict";

  function requestData(request) {
    const { body } = request;
    if (!body || body.isEmpty()) return {};
    if (body.mode === "urlencoded" || body.mode === "formdata") return body[body.mode].toObject(true, true, true);
    return body.mode === "raw" ? body.raw : {};
  }

  function postman(variables) {
    const { environment, globals } = variables;
    const stored = (value) => (value !== null && value !== undefined && typeof value.toString === "function" ? value.toString() : value);
    const made = {
      setEnvironmentVariable: (key, value) => environment.set(key, stored(value)),
      getEnvironmentVariable: (key) => environment.get(key),
      clearEnvironmentVariable: (key) => environment.unset(key),
      clearEnvironmentVariables: () => environment.clear(),
      setGlobalVariable: (key, value) => globals.set(key, stored(value)),
      getGlobalVariable: (key) => globals.get(key),
      clearGlobalVariable: (key) => globals.unset(key),
      clearGlobalVariables: () => globals.clear(),
      setNextRequest: (name) => inner.pm.execution.setNextRequest(name),
    };
    if (inner.job.event === "test") {
      made.getResponseHeader = (name) => inner.pm.response?.headers.get(name);
      made.getResponseCookie = (name) => inner.pm.cookies.one(String(name));
    }
    return made;
  }

  function xml2Json(text) {
    let result = {};
    const options = { explicitArray: false, async: false, trim: true, mergeAttrs: false };
    inner.require("xml2js").parseString(text, options, (error, parsed) => {
      if (!error) result = parsed;
    });
    return result;
  }

  const { require } = inner;
  const response = () => inner.pm.response;
  const isTest = () => inner.job.event === "test";

  // How each is made. What is only there after an answer is undefined before.
  const makers = {
    tests: () => ({}),
    postman: () => postman(inner.variables),
    environment: () => inner.variables.environment.toObject(),
    globals: () => inner.variables.globals.toObject(),
    data: () => inner.variables.data.toObject(),
    iteration: () => inner.job.info.iteration,
    request: () => {
      const { request } = inner.pm;
      return {
        id: inner.job.info.requestId,
        name: inner.job.info.requestName,
        headers: request.headers.toObject(true, false, true),
        method: request.method,
        url: request.url.toString(),
        data: requestData(request),
      };
    },
    responseBody: () => response()?.text(),
    responseTime: () => (isTest() ? (response()?.responseTime ?? NaN) : undefined),
    responseCode: () => (isTest() ? (response()?.details() ?? { code: NaN, name: "", detail: "" }) : undefined),
    responseHeaders: () =>
      isTest() ? Object.fromEntries(response()?.headers.map(({ key, value }) => [key, value]) ?? []) : undefined,
    responseCookies: () => (isTest() ? inner.pm.cookies.all() : undefined),
    _: () => require("lodash"),
    CryptoJS: () => require("crypto-js"),
    tv4: () => require("tv4"),
    cheerio: () => require("cheerio"),
    xml2Json: () => xml2Json,
    Buffer: () => require("buffer").Buffer,
  };

  // They stand on the global object for good; what a script makes or puts there is in `own`, and goes with it.
  for (const name of Object.keys(makers)) {
    Object.defineProperty(globalThis, name, {
      get() {
        const own = inner.current?.own;
        if (own === undefined) return undefined;
        if (!own.has(name)) {
          const made = makers[name]();
          if (made === inner.NOT_YET) return undefined;
          own.set(name, made);
        }
        return own.get(name);
      },
      set(value) {
        inner.current.own.set(name, value);
      },
      enumerable: false,
      configurable: true,
    });
  }
})
