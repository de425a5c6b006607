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

  /// The legacy globals of one script. They may be overwritten by it, and are made anew for the next.
  inner.legacyGlobals = function () {
    const { pm, job, variables } = inner;
    const makers = {
      tests: () => ({}),
      postman: () => postman(variables),
      environment: () => variables.environment.toObject(),
      globals: () => variables.globals.toObject(),
      data: () => variables.data.toObject(),
      iteration: () => job.info.iteration,
      request: () => ({
        id: job.info.requestId,
        name: job.info.requestName,
        headers: pm.request.headers.toObject(true, false, true),
        method: pm.request.method,
        url: pm.request.url.toString(),
        data: requestData(pm.request),
      }),
      _: () => inner.require("lodash"),
      CryptoJS: () => inner.require("crypto-js"),
      tv4: () => inner.require("tv4"),
      cheerio: () => inner.require("cheerio"),
      xml2Json: () => xml2Json,
      Buffer: () => inner.require("buffer").Buffer,
    };
    if (job.event === "test") {
      Object.assign(makers, {
        responseBody: () => pm.response?.text(),
        responseTime: () => pm.response?.responseTime ?? NaN,
        responseCode: () => pm.response?.details() ?? { code: NaN, name: "", detail: "" },
        responseHeaders: () => Object.fromEntries(pm.response?.headers.map(({ key, value }) => [key, value]) ?? []),
        responseCookies: () => pm.cookies.all(),
      });
    }
    return makers;
  };
})
