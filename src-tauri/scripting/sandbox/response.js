// `pm.response`, and the responses of `pm.sendRequest`.
(function (inner) {
  "use strict";

  const { Header, Cookie, PropertyList } = inner.lists;

  class JSONError extends Error {
    constructor(message) {
      super(message);
      this.name = "JSONError";
    }
  }

  class Response {
    #kept;
    #body;
    #text;
    #headers;
    /// `body`: the number under which the worker holds the bytes; none: there is nothing to read.
    constructor(kept, body) {
      this.#kept = kept;
      this.#body = body;
      this.code = kept.code;
      this.status = kept.status;
      this.responseTime = kept.responseTime;
      this.responseSize = kept.size;
    }
    get headers() {
      this.#headers ??= new PropertyList(Header, this, this.#kept.headers.map(([key, value]) => ({ key, value })));
      return this.#headers;
    }
    get cookies() {
      return new PropertyList(Cookie, this, setCookies(this.headers));
    }
    get stream() {
      return inner.require("buffer").Buffer.from(this.#bytes());
    }
    get to() {
      return inner.chai().expect(this).to;
    }
    get body() {
      return this.text();
    }
    #bytes() {
      return this.#body === undefined ? new ArrayBuffer(0) : inner.native.body(this.#body);
    }
    text() {
      if (this.#text === undefined) {
        const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(this.headers.get("content-type") ?? "");
        const encoding = charset && inner.native.knowsEncoding(charset[1].toLowerCase()) ? charset[1].toLowerCase() : "utf-8";
        this.#text = this.#body === undefined ? "" : inner.native.bodyText(this.#body, encoding);
      }
      return this.#text;
    }
    json(reviver) {
      const text = this.text().replace(/^\uFEFF/, "");
      try {
        return JSON.parse(text, reviver);
      } catch (thrown) {
        const start = text.length > 60 ? text.slice(0, 60) + "…" : text;
        throw new JSONError(text.trim() === "" ? "No data, empty input" : thrown.message + "\n" + start);
      }
    }
    jsonp(reviver) {
      const call = /^\s*(?:\/\*\*\/)?[\w$.]+\(([\s\S]*)\);?\s*$/.exec(this.text());
      return JSON.parse(call ? call[1] : this.text(), reviver);
    }
    reason() {
      return this.status;
    }
    details() {
      return { name: this.status, detail: this.status, code: this.code };
    }
    size() {
      const header = this.headers.contentSize();
      return { body: this.#kept.size, header, total: this.#kept.size + header };
    }
    contentInfo() {
      const type = this.headers.get("content-type") ?? "";
      const mimeType = type.split(";")[0].trim();
      const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ?? "utf8";
      const name = /filename\*?="?([^";]+)/i.exec(this.headers.get("content-disposition") ?? "");
      return { mimeType, mimeFormat: mimeType.split(/[/+]/).pop(), charset, fileName: name ? name[1] : "response" };
    }
    mime() {
      return { ...this.contentInfo(), type: this.contentInfo().mimeFormat };
    }
    encoding() {
      return { format: this.headers.get("content-encoding"), source: "header" };
    }
    dataURI() {
      const { mimeType } = this.contentInfo();
      return "data:" + mimeType + ";base64," + this.stream.toString("base64");
    }
    toJSON() {
      const { code, status, responseTime, responseSize } = this;
      return { code, status, header: this.headers.toJSON(), responseTime, responseSize, body: this.text() };
    }
    static isResponse(value) {
      return value instanceof Response;
    }
  }
  Response.prototype[inner.SHOWN_AS_JSON] = true;

  function setCookies(headers) {
    return headers
      .filter((header) => header.key.toLowerCase() === "set-cookie")
      .map((header) => {
        const [first, ...attributes] = header.value.split(";").map((piece) => piece.trim());
        const at = first.indexOf("=");
        const cookie = { key: first.slice(0, at), value: first.slice(at + 1) };
        for (const attribute of attributes) {
          const [name, value = true] = attribute.split("=");
          const known = { path: "path", domain: "domain", expires: "expires", secure: "secure", httponly: "httpOnly" };
          if (known[name.toLowerCase()]) cookie[known[name.toLowerCase()]] = value;
        }
        return cookie;
      });
  }

  inner.lists.Response = Response;
})
