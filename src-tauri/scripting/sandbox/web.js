// What scripts know from browsers and Node: timers, text encodings, URLs, cryptography.
(function (inner) {
  "use strict";

  const { native, globals } = inner;

  // --- timers ---------------------------------------------------------------------------------------------------
  // A script is over when nothing of it is left to wait for. One timer at a time is due; the worker sleeps until then.
  const timers = new Map();
  let lastTimer = 0;

  function start(callback, delay, values, every) {
    if (typeof callback !== "function") throw new TypeError("a timer needs a function to call");
    const wait = Math.max(Number(delay) || 0, 0);
    timers.set(++lastTimer, { callback, values, due: Date.now() + wait, every: every ? Math.max(wait, 1) : 0 });
    return lastTimer;
  }

  globals.setTimeout = (callback, delay, ...values) => start(callback, delay, values, false);
  globals.setInterval = (callback, delay, ...values) => start(callback, delay, values, true);
  globals.setImmediate = (callback, ...values) => start(callback, 0, values, false);
  globals.clearTimeout = globals.clearInterval = globals.clearImmediate = (id) => void timers.delete(Number(id));

  /// Milliseconds until the next timer; -1 for none.
  inner.untilNextTimer = function () {
    let due = Infinity;
    for (const timer of timers.values()) due = Math.min(due, timer.due);
    return due === Infinity ? -1 : Math.max(0, due - Date.now());
  };

  /// Calls the timer that is due first, if one is. Says whether one was.
  inner.fireTimer = function () {
    let first = null;
    for (const [id, timer] of timers) if (first === null || timer.due < timers.get(first).due) first = id;
    if (first === null || timers.get(first).due > Date.now()) return false;
    const timer = timers.get(first);
    if (timer.every > 0) timer.due = Date.now() + timer.every;
    else timers.delete(first);
    try {
      timer.callback(...timer.values);
    } catch (thrown) {
      inner.fail(thrown);
    }
    return true;
  };

  inner.clearTimers = () => timers.clear();

  // --- text and bytes -------------------------------------------------------------------------------------------
  /// The bytes behind anything that has some.
  inner.bytes = function (data) {
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (typeof data === "string") return new Uint8Array(native.encode(data.toWellFormed()));
    throw new TypeError("bytes are needed: an ArrayBuffer, a typed array, or a text");
  };

  class TextEncoder {
    get encoding() {
      return "utf-8";
    }
    encode(text = "") {
      return new Uint8Array(native.encode(String(text).toWellFormed()));
    }
  }

  class TextDecoder {
    constructor(label = "utf-8", options = {}) {
      this.encoding = String(label).toLowerCase();
      this.fatal = Boolean(options.fatal);
      if (!native.knowsEncoding(this.encoding)) throw new RangeError("the encoding “" + label + "” is not known here");
    }
    decode(data) {
      if (data === undefined) return "";
      return native.decode(inner.bytes(data), this.encoding, this.fatal);
    }
  }

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  function btoa(text) {
    const binary = String(text);
    let out = "";
    for (let at = 0; at < binary.length; at += 3) {
      const codes = [binary.charCodeAt(at), binary.charCodeAt(at + 1), binary.charCodeAt(at + 2)];
      if (codes.some((code) => code > 255)) throw new RangeError("btoa takes characters up to U+00FF only");
      const bits = (codes[0] << 16) | ((codes[1] || 0) << 8) | (codes[2] || 0);
      out += ALPHABET[bits >> 18] + ALPHABET[(bits >> 12) & 63];
      out += at + 1 < binary.length ? ALPHABET[(bits >> 6) & 63] : "=";
      out += at + 2 < binary.length ? ALPHABET[bits & 63] : "=";
    }
    return out;
  }

  function atob(text) {
    const clean = String(text).replace(/[\t\n\f\r ]/g, "").replace(/={1,2}$/, "");
    if (clean.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(clean)) throw new RangeError("this is no base64");
    let out = "";
    let bits = 0;
    let held = 0;
    for (const letter of clean) {
      bits = (bits << 6) | ALPHABET.indexOf(letter);
      held += 6;
      if (held >= 8) {
        held -= 8;
        out += String.fromCharCode((bits >> held) & 255);
        bits &= (1 << held) - 1;
      }
    }
    return out;
  }

  Object.assign(globals, { TextEncoder, TextDecoder, atob, btoa });

  // --- cryptography ---------------------------------------------------------------------------------------------
  const hashName = (algorithm) => {
    const name = String((algorithm && algorithm.name) || algorithm).toUpperCase();
    if (!["SHA-1", "SHA-256", "SHA-384", "SHA-512"].includes(name)) {
      throw new TypeError("crypto.subtle has SHA-1, SHA-256, SHA-384 and SHA-512 here, and not " + name);
    }
    return name;
  };

  class CryptoKey {
    #bytes;
    constructor(bytes, algorithm, extractable, usages) {
      this.#bytes = bytes;
      Object.assign(this, { type: "secret", algorithm, extractable, usages });
    }
    static bytes(key) {
      return key.#bytes;
    }
  }

  const hmac = async (key, data) => {
    if (!(key instanceof CryptoKey)) throw new TypeError("crypto.subtle needs a key from importKey");
    return native.hmac(key.algorithm.hash.name, CryptoKey.bytes(key), inner.bytes(data));
  };

  const subtle = {
    async digest(algorithm, data) {
      return native.digest(hashName(algorithm), inner.bytes(data));
    },
    async importKey(format, data, algorithm, extractable, usages) {
      const name = String((algorithm && algorithm.name) || algorithm).toUpperCase();
      if (format !== "raw" || name !== "HMAC") throw new TypeError("crypto.subtle imports raw HMAC keys only here");
      const hash = { name: hashName(algorithm.hash) };
      return new CryptoKey(inner.bytes(data).slice(), { name, hash }, Boolean(extractable), usages);
    },
    async sign(algorithm, key, data) {
      return hmac(key, data);
    },
    async verify(algorithm, key, signature, data) {
      const [right, given] = [new Uint8Array(await hmac(key, data)), inner.bytes(signature)];
      let differs = right.length ^ given.length;
      for (let at = 0; at < right.length; at++) differs |= right[at] ^ given[at];
      return differs === 0;
    },
  };

  globals.crypto = {
    subtle,
    getRandomValues(array) {
      const bytes = inner.bytes(array);
      bytes.set(new Uint8Array(native.random(bytes.length)));
      return array;
    },
    randomUUID() {
      const bytes = new Uint8Array(native.random(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    },
  };

  // --- URLs -----------------------------------------------------------------------------------------------------
  class URLSearchParams {
    #pairs = [];
    #changed = () => {};
    constructor(from = "") {
      if (typeof from === "string") this.#read(from);
      else if (from && typeof from[Symbol.iterator] === "function") for (const [k, v] of from) this.append(k, v);
      else for (const key of Object.keys(from ?? {})) this.append(key, from[key]);
    }
    static of(search, changed) {
      const params = new URLSearchParams(search);
      params.#changed = changed;
      return params;
    }
    #read(text) {
      const decode = (part) => {
        try {
          return decodeURIComponent(part.replace(/\+/g, " "));
        } catch {
          return part;
        }
      };
      this.#pairs = [];
      for (const piece of text.replace(/^\?/, "").split("&")) {
        if (piece === "") continue;
        const at = piece.indexOf("=");
        this.#pairs.push(at < 0 ? [decode(piece), ""] : [decode(piece.slice(0, at)), decode(piece.slice(at + 1))]);
      }
    }
    append(key, value) {
      this.#pairs.push([String(key), String(value)]);
      this.#changed();
    }
    delete(key) {
      this.#pairs = this.#pairs.filter(([other]) => other !== key);
      this.#changed();
    }
    get(key) {
      return this.#pairs.find(([other]) => other === key)?.[1] ?? null;
    }
    getAll(key) {
      return this.#pairs.filter(([other]) => other === key).map(([, value]) => value);
    }
    has(key) {
      return this.#pairs.some(([other]) => other === key);
    }
    set(key, value) {
      const at = this.#pairs.findIndex(([other]) => other === key);
      if (at < 0) return this.append(key, value);
      this.#pairs = this.#pairs.filter(([other], here) => other !== key || here === at);
      this.#pairs[this.#pairs.findIndex(([other]) => other === key)][1] = String(value);
      this.#changed();
    }
    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed();
    }
    forEach(callback, self) {
      for (const [key, value] of this.#pairs) callback.call(self, value, key, this);
    }
    entries() {
      return this.#pairs.map((pair) => [...pair])[Symbol.iterator]();
    }
    keys() {
      return this.#pairs.map(([key]) => key)[Symbol.iterator]();
    }
    values() {
      return this.#pairs.map(([, value]) => value)[Symbol.iterator]();
    }
    get size() {
      return this.#pairs.length;
    }
    [Symbol.iterator]() {
      return this.entries();
    }
    toString() {
      const encode = (part) =>
        encodeURIComponent(part)
          .replace(/%20/g, "+")
          .replace(/[!'()~]/g, (letter) => "%" + letter.charCodeAt(0).toString(16).toUpperCase());
      return this.#pairs.map(([key, value]) => encode(key) + "=" + encode(value)).join("&");
    }
  }

  const PARTS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];

  class URL {
    #parts;
    #params;
    constructor(url, base) {
      const parsed = native.parseUrl(String(url).toWellFormed(), base === undefined ? "" : String(base).toWellFormed());
      if (parsed === null) throw new TypeError("Invalid URL: " + url);
      this.#parts = JSON.parse(parsed);
    }
    static canParse(url, base) {
      return native.parseUrl(String(url).toWellFormed(), base === undefined ? "" : String(base).toWellFormed()) !== null;
    }
    #write(part, value) {
      const parts = { ...this.#parts, [part]: String(value) };
      if (part === "search" && parts.search !== "" && !parts.search.startsWith("?")) parts.search = "?" + parts.search;
      if (part === "hash" && parts.hash !== "" && !parts.hash.startsWith("#")) parts.hash = "#" + parts.hash;
      if (part === "protocol" && !parts.protocol.endsWith(":")) parts.protocol += ":";
      if (part === "pathname" && !parts.pathname.startsWith("/")) parts.pathname = "/" + parts.pathname;
      const parsed = native.parseUrl(join(parts).toWellFormed(), "");
      if (parsed !== null) this.#parts = JSON.parse(parsed);
    }
    get href() {
      return join(this.#parts);
    }
    set href(value) {
      this.#parts = new URL(value).#parts;
      this.#params = undefined;
    }
    get host() {
      return this.#parts.hostname + (this.#parts.port === "" ? "" : ":" + this.#parts.port);
    }
    set host(value) {
      const [hostname, port = ""] = String(value).split(":");
      this.#write("hostname", hostname);
      this.#write("port", port);
    }
    get origin() {
      return this.#parts.origin;
    }
    get searchParams() {
      this.#params ??= URLSearchParams.of(this.#parts.search, () => {
        const text = this.#params.toString();
        this.#write("search", text === "" ? "" : "?" + text);
      });
      return this.#params;
    }
    toString() {
      return this.href;
    }
    toJSON() {
      return this.href;
    }
    static {
      for (const part of PARTS) {
        Object.defineProperty(URL.prototype, part, {
          get() {
            return this.#parts[part];
          },
          set(value) {
            this.#write(part, value);
            if (part === "search") this.#params = undefined;
          },
          enumerable: true,
          configurable: true,
        });
      }
    }
  }

  function join(parts) {
    const user = parts.username === "" ? "" : parts.username + (parts.password === "" ? "" : ":" + parts.password) + "@";
    const port = parts.port === "" ? "" : ":" + parts.port;
    const slashes = parts.opaque ? "" : "//";
    return parts.protocol + slashes + user + parts.hostname + port + parts.pathname + parts.search + parts.hash;
  }

  Object.assign(globals, { URL, URLSearchParams });
})
