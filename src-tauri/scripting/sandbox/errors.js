// What went wrong, as a report tells it. Scripts are compiled under names that begin with `script-`, so that their
// lines are found in any stack; the line that wraps them is taken off again.
(function (inner) {
  "use strict";

  const PLACE = /script-(\d+):(\d+)(?::(\d+))?/;
  const PLACES = /script-(\d+):(\d+)(?::(\d+))?/g;
  // Lines of libraries and of this sandbox tell an author nothing.
  const OURS = /\((?:gatepass|library):[^)]*\)|<anonymous>|\(native\)/;
  const WRAPPING_LINES = 1;

  function place(stack) {
    const found = PLACE.exec(stack);
    // A loop that is stopped has no place but that of the function around it, and of a script as a whole none.
    if (!found || Number(found[2]) <= WRAPPING_LINES) return { line: null, column: null };
    return { line: Number(found[2]) - WRAPPING_LINES, column: found[3] === undefined ? null : Number(found[3]) };
  }

  function readable(stack) {
    return stack
      .split("\n")
      .filter((line) => line.trim() !== "" && (PLACE.test(line) || !OURS.test(line)))
      .map((line) =>
        line.replace(PLACES, (_, script, number, column) => {
          const at = Math.max(1, Number(number) - WRAPPING_LINES);
          return inner.scriptName(Number(script)) + ":" + at + (column === undefined ? "" : ":" + column);
        }),
      )
      .join("\n");
  }

  /// JSON that other languages can read: half a pair of surrogates is no character to them.
  inner.json = function (value) {
    const text = JSON.stringify(value);
    if (!text.includes("\\ud")) return text;
    return text.replace(/\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g, (escape) => (/^\\u[dD][89a-fA-F]/.test(escape) ? "\\ufffd" : escape));
  };

  /// Anything thrown, as name, message, stack, line and column.
  inner.describe = function (thrown) {
    if (thrown === null || (typeof thrown !== "object" && typeof thrown !== "function")) {
      return { name: "", message: String(thrown), stack: "", line: null, column: null };
    }
    let name = "Error";
    let message = "";
    let stack = "";
    try {
      name = String(thrown.name || (thrown.constructor && thrown.constructor.name) || "Error");
      message = thrown.message === undefined ? inner.inspect(thrown) : String(thrown.message);
      stack = typeof thrown.stack === "string" ? thrown.stack : "";
    } catch {
      message = "an error that cannot be looked at";
    }
    return Object.assign({ name, message, stack: readable(stack) }, place(stack));
  };
})
