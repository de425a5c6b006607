// One event of one request: its scripts one after the other, and the report on them.
(function (inner) {
  "use strict";

  const { native, globals } = inner;

  // Everything that is there before any script. A script that puts something else in its place has it for itself.
  for (const name of Object.keys(globals)) define(name, globals[name]);
  const ours = new Set(Object.keys(globals));

  function define(name, value) {
    Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
  }

  const COMPILED = 500;
  const compiled = new Map();

  function compile(source, number) {
    const known = compiled.get(source);
    if (known) return known;
    const made = native.compile(source, "script-" + number);
    if (compiled.size >= COMPILED) compiled.clear();
    compiled.set(source, { run: made, number });
    return compiled.get(source);
  }

  // Scripts keep the number that they were compiled under, for their lines to be found in a stack.
  const names = new Map();
  let lastNumber = 0;
  inner.scriptName = (number) => names.get(number) ?? "script";

  let watched = null;
  inner.watchRequest = function (request) {
    watched = { request, before: JSON.stringify(inner.writeRequest(request)) };
  };

  /// Begins an event. What it is given is JSON; how long each script may take is in milliseconds.
  inner.begin = function (text, deadline) {
    const job = JSON.parse(text);
    inner.tooLong = "the script ran longer than the " + deadline + " ms that it may, and was ended";
    inner.job = job;
    inner.changes = new Map();
    watched = null;
    inner.variables = inner.readVariables(job.variables);
    inner.report = { assertions: [], console: [], errors: [], visualization: null };
    inner.consoleText = 0;
    inner.pm = inner.makePm(job);
    return job.scripts.length;
  };

  const EVENTS = { prerequest: "pre-request script of ", test: "test script of " };

  /// Starts a script. It is over when `inner.isDone()` says so.
  inner.start = function (at) {
    inner.at = at;
    const { node, name } = { node: inner.job.scripts[at].name, name: EVENTS[inner.job.event] + inner.job.scripts[at].name };
    const { report } = inner;
    const current = { report, script: { node, name }, assertions: 0, waiting: new Set(), indent: "", consoleText: 0, done: false, own: new Map() };
    inner.current = current;
    rejections.clear();
    for (const name of ours) if (globalThis[name] !== globals[name]) define(name, globals[name]);
    define("pm", inner.pm);
    define("require", inner.require);
    let script;
    try {
      script = compile(inner.job.scripts[at].source, lastNumber + 1);
      if (script.number > lastNumber) lastNumber = script.number;
    } catch (thrown) {
      lastNumber += 1;
      names.set(lastNumber, name);
      inner.fail(thrown, "syntax");
      current.done = true;
      return;
    }
    names.set(script.number, name);
    const end = (thrown, failed) => {
      if (failed && !(thrown instanceof inner.SkipRequest)) inner.fail(thrown);
      current.done = true;
    };
    script.run.call(globalThis).then(
      () => end(),
      (thrown) => end(thrown, true),
    );
  };

  /// Whether the script at hand has come to its end, and nothing of it is left to wait for.
  inner.isDone = function () {
    if (inner.report.skipRequest) return true;
    const { current } = inner;
    return current.done && current.waiting.size === 0 && inner.openQuestions() === 0 && inner.untilNextTimer() < 0;
  };

  /// What it waits for although nothing can come any more.
  inner.stuck = function () {
    const { current } = inner;
    for (const assertion of current.waiting) {
      assertion.passed = false;
      assertion.error = { name: "", message: "the test waits for something that never comes", stack: "", line: null, column: null };
    }
    if (!current.done) {
      inner.failWith("stuck", { name: "", message: "the script awaits something that never comes", stack: "", line: null, column: null });
    }
  };

  /// Ends the script at hand, whatever state it is in.
  inner.finish = function () {
    for (const thrown of rejections.values()) inner.fail(thrown);
    rejections.clear();
    inner.clearTimers();
    inner.forgetQuestions();
    const tests = inner.current.own.get("tests");
    if (tests && typeof tests === "object") inner.takeLegacyTests(tests);
    return Boolean(inner.report.skipRequest);
  };

  /// The report, as JSON.
  inner.conclude = function () {
    const { report } = inner;
    report.changes = Array.from(inner.changes.values());
    if (watched !== null) {
      try {
        const request = inner.pm.request === watched.request ? inner.pm.request : new inner.sdk.Request(inner.pm.request);
        const after = inner.writeRequest(request);
        if (JSON.stringify(after) !== watched.before) report.request = after;
      } catch (thrown) {
        inner.fail(thrown);
      }
    }
    const text = inner.json(report);
    inner.report = inner.pm = inner.variables = inner.job = null;
    return text;
  };

  inner.fail = function (thrown, kind = "thrown") {
    if (thrown instanceof inner.SkipRequest) return;
    const error = inner.describe(thrown);
    // Where there is no memory left for an error, the engine throws null.
    const isMemory = thrown === null || (error.name === "InternalError" && error.message.includes("out of memory"));
    if (error.name === "InternalError" && error.message === "interrupted") {
      inner.failWith("deadline", { ...error, name: "", message: inner.tooLong });
    } else if (isMemory) {
      // It meets whatever runs next as well; once is enough.
      const { name } = inner.current.script;
      if (inner.report.errors.some((told) => told.kind === "memory" && told.script === name)) return;
      inner.failWith("memory", { ...error, name: "", message: "the script asked for more memory than it may have" });
    } else {
      inner.failWith(kind, error);
    }
  };

  /// The time of the script at hand is up. What is known of the place where it was comes from the engine.
  inner.overrun = function (thrown) {
    const { name } = inner.current.script;
    const rest = inner.job.scripts.length - 1 - inner.at;
    if (rest > 0) inner.tooLong += "; " + (rest === 1 ? "the script" : "the " + rest + " scripts") + " behind it did not run";
    const told = inner.report.errors.find((error) => error.kind === "deadline" && error.script === name);
    if (told) {
      told.message = inner.tooLong;
      return;
    }
    const place = thrown === undefined ? { stack: "", line: null, column: null } : inner.describe(thrown);
    inner.failWith("deadline", { ...place, name: "", message: inner.tooLong });
  };

  inner.failWith = function (kind, error) {
    if (inner.report.errors.length >= 100) return;
    inner.report.errors.push({ kind, ...error, script: inner.current.script.name, event: inner.job.event });
  };

  // Promises that were rejected and that nobody has looked after, as far as is known.
  const rejections = new Map();
  inner.rejected = function (promise, reason, handled) {
    if (handled) rejections.delete(promise);
    else rejections.set(promise, reason);
  };
})
