// Values as the console shows them, and the console itself.
(function (inner) {
  "use strict";

  const DEPTH = 4;
  const LENGTH = 100_000;
  const MEMBERS = 200;
  const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

  function show(value, depth, above) {
    switch (typeof value) {
      case "string":
        return depth === 0 ? value : "'" + value.replace(/\\/g, "\\\\").replace(/'/g, "\\'").replace(/\n/g, "\\n") + "'";
      case "bigint":
        return value + "n";
      case "symbol":
        return value.toString();
      case "function":
        return "[" + (/^class\b/.test(Function.prototype.toString.call(value)) ? "class " : "Function: ") + (value.name || "(anonymous)") + "]";
      case "object":
        return value === null ? "null" : object(value, depth, above);
      default:
        return Object.is(value, -0) ? "-0" : String(value);
    }
  }

  function object(value, depth, above) {
    if (above.includes(value)) return "[Circular]";
    if (value instanceof Error) return String(value.stack ? value.name + ": " + value.message : value);
    if (value instanceof Date) return isNaN(value) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return "Promise {}";
    if (typeof value.toJSON === "function" && value[inner.SHOWN_AS_JSON]) value = value.toJSON();
    if (depth > DEPTH) return Array.isArray(value) ? "[Array]" : "[Object]";
    const inside = above.concat([value]);
    const next = (item) => show(item, depth + 1, inside);
    if (value instanceof Map) {
      return "Map(" + value.size + ") " + braces([...value].map(([key, item]) => next(key) + " => " + next(item)));
    }
    if (value instanceof Set) return "Set(" + value.size + ") " + braces([...value].map(next));
    if (ArrayBuffer.isView(value)) {
      const items = Array.from(value.subarray ? value.subarray(0, MEMBERS) : []);
      return value.constructor.name + "(" + value.length + ") [ " + items.join(", ") + " ]";
    }
    if (value instanceof ArrayBuffer) return "ArrayBuffer { byteLength: " + value.byteLength + " }";
    if (Array.isArray(value)) {
      const items = value.slice(0, MEMBERS).map(next);
      if (value.length > MEMBERS) items.push("… " + (value.length - MEMBERS) + " more");
      return items.length === 0 ? "[]" : fit("[", items, "]");
    }
    const keys = Object.keys(value);
    const members = keys.slice(0, MEMBERS).map((key) => {
      return (IDENTIFIER.test(key) ? key : "'" + key + "'") + ": " + next(value[key]);
    });
    if (keys.length > MEMBERS) members.push("… " + (keys.length - MEMBERS) + " more");
    const maker = Object.getPrototypeOf(value)?.constructor?.name;
    const prefix = maker && maker !== "Object" ? maker + " " : "";
    return prefix + braces(members);
  }

  const braces = (members) => (members.length === 0 ? "{}" : fit("{", members, "}"));

  function fit(open, members, close) {
    const line = open + " " + members.join(", ") + " " + close;
    if (line.length <= 76 && !line.includes("\n")) return line;
    return open + "\n  " + members.map((member) => member.replace(/\n/g, "\n  ")).join(",\n  ") + "\n" + close;
  }

  /// On objects of ours whose inside is nobody's business.
  inner.SHOWN_AS_JSON = Symbol("shown as JSON");

  inner.inspect = function (value) {
    let text;
    try {
      text = show(value, 0, []);
    } catch (thrown) {
      text = "[a value that cannot be shown: " + String(thrown && thrown.message) + "]";
    }
    return text.length > LENGTH ? text.slice(0, LENGTH) + "…" : text;
  };

  const MOST_LINES = 2_000;
  const MOST_TEXT = 4_000_000;

  function write(level, values) {
    const { report, script } = inner.current;
    if (report.console.length > MOST_LINES || inner.current.consoleText > MOST_TEXT) return;
    let text = inner.current.indent + format(values);
    inner.current.consoleText += text.length;
    if (report.console.length === MOST_LINES || inner.current.consoleText > MOST_TEXT) {
      level = "warn";
      text = "The console is full; what comes behind this line is left out.";
    }
    report.console.push({ level, text, script: script.name, event: inner.job.event });
  }

  function format(values) {
    if (typeof values[0] === "string" && values.length > 1 && /%[sdifjoOc%]/.test(values[0])) {
      const rest = values.slice(1);
      const text = values[0].replace(/%([sdifjoOc%])/g, (whole, kind) => {
        if (kind === "%") return "%";
        if (rest.length === 0) return whole;
        const value = rest.shift();
        if (kind === "s") return typeof value === "string" ? value : inner.inspect(value);
        if (kind === "d" || kind === "f") return String(Number(value));
        if (kind === "i") return String(parseInt(value, 10));
        if (kind === "j") return JSON.stringify(value);
        return kind === "c" ? "" : inner.inspect(value);
      });
      return [text, ...rest.map(inner.inspect)].join(" ");
    }
    return values.map((value) => (typeof value === "string" ? value : inner.inspect(value))).join(" ");
  }

  const clocks = new Map();
  const counts = new Map();
  const console = {
    group(...values) {
      if (values.length > 0) write("log", values);
      inner.current.indent += "  ";
    },
    groupEnd() {
      inner.current.indent = inner.current.indent.slice(2);
    },
    assert(condition, ...values) {
      if (!condition) write("error", ["Assertion failed" + (values.length > 0 ? ":" : ""), ...values]);
    },
    count(label = "default") {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      write("log", [label + ": " + counts.get(label)]);
    },
    time(label = "default") {
      clocks.set(label, Date.now());
    },
    timeEnd(label = "default") {
      if (clocks.has(label)) write("log", [label + ": " + (Date.now() - clocks.get(label)) + "ms"]);
      clocks.delete(label);
    },
    trace(...values) {
      write("debug", ["Trace:", ...values]);
    },
    clear() {},
  };
  for (const level of ["debug", "log", "info", "warn", "error"]) {
    console[level] = (...values) => write(level, values);
  }
  console.dir = console.table = console.dirxml = (value) => write("log", [value]);
  console.groupCollapsed = console.group;
  inner.globals.console = console;
})
