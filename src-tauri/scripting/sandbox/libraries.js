// `require`: libraries are read when they are first asked for, once for all scripts of a run.
(function (inner) {
  "use strict";

  const { native } = inner;
  const loaded = new Map();

  // Names that Postman's scripts use for the same thing.
  const SAME = {
    "csv-parse": "csv-parse/lib/sync",
    "lodash3": "lodash",
    "uuid/v4": "uuid",
    "querystring": "querystring",
  };

  const OURS = {
    url: () => ({ URL: inner.globals.URL, URLSearchParams: inner.globals.URLSearchParams, parse: (text) => new inner.globals.URL(text), format: String }),
    timers: () => ({ setTimeout: inner.globals.setTimeout, setInterval: inner.globals.setInterval, setImmediate: inner.globals.setImmediate, clearTimeout: inner.globals.clearTimeout, clearInterval: inner.globals.clearInterval, clearImmediate: inner.globals.clearImmediate }),
    util: () => ({
      inspect: inner.inspect,
      format: (...values) => values.map((value) => (typeof value === "string" ? value : inner.inspect(value))).join(" "),
      promisify: (callee) => (...values) => new Promise((resolve, reject) => callee(...values, (error, value) => (error ? reject(error) : resolve(value)))),
      inherits: (child, parent) => Object.setPrototypeOf(child.prototype, parent.prototype),
      isArray: Array.isArray,
      types: {},
    }),
    querystring: () => ({
      parse: (text) => Object.fromEntries(new inner.globals.URLSearchParams(text)),
      stringify: (object) => new inner.globals.URLSearchParams(object).toString(),
    }),
    atob: () => inner.globals.atob,
    btoa: () => inner.globals.btoa,
  };

  /// In the place of what is being made.
  inner.NOT_YET = Symbol("not yet");

  inner.require = function (wanted) {
    const asked = String(wanted).replace(/^node:/, "");
    const name = SAME[asked] ?? asked;
    if (loaded.has(name)) return loaded.get(name);
    // A library that looks for an older one of its name while it is read finds none.
    loaded.set(name, inner.NOT_YET);
    let library;
    try {
      library = load(name);
    } finally {
      loaded.delete(name);
    }
    loaded.set(name, library);
    return library;
  };

  function load(name) {
    if (OURS[name]) return OURS[name]();
    if (native.hasLibrary(name)) return native.loadLibrary(name, inner.require);
    throw new Error("Cannot find module '" + name + "': scripts can require " + native.libraryNames());
  }
})
