// `pm.test`, and what Postman adds to chai.
(function (inner) {
  "use strict";

  const { lists } = inner;

  // --- pm.test --------------------------------------------------------------------------------------------------
  function begin(name) {
    const { script } = inner.current;
    const assertion = {
      name: String(name),
      passed: true,
      skipped: false,
      error: null,
      script: script.name,
      event: inner.job.event,
      index: inner.current.assertions++,
    };
    inner.current.report.assertions.push(assertion);
    return assertion;
  }

  function refute(assertion, thrown) {
    assertion.passed = false;
    assertion.error = inner.describe(thrown);
  }

  /// An assertion whose end is waited for.
  function outlasting(assertion) {
    const { current } = inner;
    current.waiting.add(assertion);
    return (thrown, failed) => {
      if (failed) refute(assertion, thrown);
      current.waiting.delete(assertion);
    };
  }

  inner.test = function (name, check) {
    const assertion = begin(name);
    if (typeof check !== "function") return inner.pm;
    try {
      if (check.length > 0) {
        const end = outlasting(assertion);
        check((thrown) => end(thrown, Boolean(thrown)));
      } else {
        const result = check();
        if (result && typeof result.then === "function") {
          const end = outlasting(assertion);
          result.then(
            () => end(),
            (thrown) => end(thrown, true),
          );
        }
      }
    } catch (thrown) {
      inner.current.waiting.delete(assertion);
      refute(assertion, thrown);
    }
    return inner.pm;
  };

  inner.test.skip = function (name) {
    begin(name).skipped = true;
    return inner.pm;
  };
  inner.test.index = () => inner.current.assertions;

  /// `tests["name"] = true`, at the end of a script.
  inner.takeLegacyTests = function (tests) {
    for (const name of Object.keys(tests ?? {})) {
      const assertion = begin(name);
      if (!tests[name]) refute(assertion, { name: "AssertionError", message: "expected false to be truthy" });
    }
  };

  // --- chai -----------------------------------------------------------------------------------------------------
  let chai;
  inner.chai = function () {
    if (!chai) {
      chai = inner.require("chai");
      chai.use(postman);
    }
    return chai;
  };

  const CLASSES = { info: 1, success: 2, redirection: 3, clientError: 4, serverError: 5 };
  const REASONS = {
    accepted: [202, "Accepted"],
    withoutContent: [204, "No Content"],
    badRequest: [400, "Bad Request"],
    unauthorised: [401, "Unauthorized"],
    unauthorized: [401, "Unauthorized"],
    forbidden: [403, "Forbidden"],
    notFound: [404, "Not Found"],
    notAcceptable: [406, "Not Acceptable"],
    rateLimited: [429, "Too Many Requests"],
  };

  function postman({ Assertion, util }) {
    const isResponse = (value) => value instanceof lists.Response;
    const isRequest = (value) => value instanceof lists.Request;
    const property = (name, check) => Assertion.addProperty(name, check);
    const method = (name, check) => Assertion.addMethod(name, check);
    const response = (assertion) => {
      const value = assertion._obj;
      new Assertion(value).to.be.postmanResponse;
      return value;
    };

    property("postmanResponse", function () {
      this.assert(isResponse(this._obj), "expecting a postman response object but got #{this}", "not expecting a postman response object");
    });
    property("postmanRequest", function () {
      this.assert(isRequest(this._obj), "expecting a postman request object but got #{this}", "not expecting a postman request object");
    });
    property("postmanRequestOrResponse", function () {
      this.assert(
        isResponse(this._obj) || isRequest(this._obj),
        "expecting a postman request or response object but got #{this}",
        "not expecting a postman request or response object",
      );
    });

    function inClass(assertion, wanted) {
      const { code } = response(assertion);
      assertion.assert(
        Math.floor(code / 100) === wanted,
        "expected response code to be #{exp}XX but found #{act}",
        "expected response code to not be #{exp}XX",
        wanted,
        code,
      );
    }
    method("statusCodeClass", function (wanted) {
      inClass(this, wanted);
    });
    for (const name of Object.keys(CLASSES)) {
      property(name, function () {
        inClass(this, CLASSES[name]);
      });
    }
    property("error", function () {
      const { code } = response(this);
      const found = Math.floor(code / 100);
      this.assert(
        found === 4 || found === 5,
        "expected response code to be 4XX or 5XX but found #{act}",
        "expected response code to not be 4XX or 5XX",
        null,
        code,
      );
    });

    function hasCode(assertion, wanted) {
      const { code } = response(assertion);
      assertion.assert(
        code === Number(wanted),
        "expected response to have status code #{exp} but got #{act}",
        "expected response to not have status code #{act}",
        Number(wanted),
        code,
      );
    }
    function hasReason(assertion, wanted, fold = (text) => text) {
      const reason = fold(String(response(assertion).reason()));
      assertion.assert(
        reason === fold(String(wanted)),
        "expected response to have status reason #{exp} but got #{act}",
        "expected response to not have status reason #{act}",
        wanted,
        reason,
      );
    }
    method("statusCode", function (code) {
      hasCode(this, code);
    });
    method("statusReason", function (reason) {
      hasReason(this, reason);
    });
    method("status", function (wanted) {
      if (typeof wanted === "number") hasCode(this, wanted);
      else hasReason(this, wanted);
    });
    for (const name of Object.keys(REASONS)) {
      const [code] = REASONS[name];
      property(name, function () {
        hasCode(this, code);
      });
    }
    Assertion.overwriteProperty("ok", (original) =>
      function () {
        if (!isResponse(this._obj)) return original.call(this);
        hasReason(this, "OK", (text) => text.toUpperCase());
      },
    );

    method("header", function (key, value) {
      new Assertion(this._obj).to.be.postmanRequestOrResponse;
      const what = isRequest(this._obj) ? "request" : "response";
      const { headers } = this._obj;
      this.assert(
        headers.has(key),
        "expected " + what + " to have header with key #{exp}",
        "expected " + what + " to not have header with key #{exp}",
        key,
      );
      if (arguments.length < 2) return;
      const found = headers.get(key);
      this.assert(
        found === value,
        "expected '" + key + "' " + what + " header to be #{exp} but got #{act}",
        "expected '" + key + "' " + what + " header to not be #{act}",
        value,
        found,
      );
    });

    function hasBody(assertion) {
      assertion.assert(
        response(assertion).text().length > 0,
        "expected response to have content in body",
        "expected response to not have content in body",
      );
    }
    function parsed(assertion) {
      try {
        return { value: response(assertion).json() };
      } catch (thrown) {
        return { problem: thrown.message.split("\n")[0] };
      }
    }
    function isJson(assertion, { problem }) {
      assertion.assert(
        problem === undefined,
        "expected response body to be a valid json but got error " + problem,
        "expected response body not to be a valid json",
      );
    }
    property("withBody", function () {
      hasBody(this);
    });
    property("json", function () {
      isJson(this, parsed(this));
    });
    method("body", function (content) {
      if (arguments.length === 0) return hasBody(this);
      if (content instanceof RegExp) {
        const text = response(this).text();
        this.assert(
          content.exec(text) !== null,
          "expected response body text to match #{exp} but got #{act}",
          "expected response body text #{act} to not match #{exp}",
          content,
          text,
        );
        return;
      }
      const isObject = typeof content === "object" && content !== null;
      const found = isObject ? parsed(this).value : response(this).text();
      this.assert(
        isObject ? util.eql(found, content) : found === content,
        "expected response body" + (isObject ? " json" : "") + " to equal #{exp} but got #{act}",
        "expected response body" + (isObject ? " json" : "") + " to not equal #{exp}",
        content,
        found,
      );
    });
    method("jsonBody", function (path, value) {
      const json = parsed(this);
      if (arguments.length === 0) return isJson(this, json);
      if (typeof path === "object") {
        this.assert(util.eql(json.value, path), "expected response body json to equal #{exp} but got #{act}", "expected response body json to not equal #{exp}", path, json.value);
        return;
      }
      const steps = String(path).replace(/\[(["']?)(.*?)\1\]/g, ".$2").split(".").filter((step) => step !== "");
      let found = json.value;
      let there = true;
      for (const step of steps) {
        there = there && found !== null && typeof found === "object" && Object.hasOwn(found, step);
        found = there ? found[step] : undefined;
      }
      this.assert(
        there,
        "expected #{act} in response to contain property #{exp}",
        "expected #{act} in response to not contain property #{exp}",
        path,
        json.value,
      );
      if (arguments.length < 2) return;
      this.assert(
        util.eql(found, value),
        'expected response body json at "' + path + '" to contain #{exp} but got #{act}',
        'expected response body json at "' + path + '" to not contain #{exp} but got #{act}',
        value,
        found,
      );
    });
    method("jsonSchema", function (schema, options) {
      const Ajv = inner.require("ajv");
      const validate = new Ajv({ allErrors: true, logger: false, ...options }).compile(schema);
      const { value } = parsed(this);
      const valid = validate(value);
      const problems = (validate.errors ?? []).map((error) => "data" + (error.dataPath ?? "") + " " + error.message);
      this.assert(
        valid,
        "expected data to satisfy schema but found following errors: \n" + problems.join(", \n"),
        "expected data to not satisfy schema",
        true,
        valid,
      );
    });

    function measured(name, measure, wording) {
      Assertion.addChainableMethod(
        name,
        function (value) {
          if (arguments.length === 0) return;
          this.assert(this._obj === value, "expected response " + wording + " to equal #{exp} but got #{act}", "expected response " + wording + " to not equal #{exp}", value, this._obj);
        },
        function () {
          this._obj = measure(response(this));
          util.flag(this, "object", this._obj);
        },
      );
    }
    measured("responseTime", (value) => value.responseTime, "time");
    measured("responseSize", (value) => value.size().total, "size");
  }
})
