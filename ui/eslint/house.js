// The rules that keep the house (docs/architecture.md), as a small ESLint plugin:
//   rooms            who may import whom
//   no-cycles        no file may reach itself through imports
//   no-module-state  no $state, $derived or `new` singleton outside of a class or a component
//   max-svelte-lines a component that outgrows a screenful is two components
import fs from "node:fs";
import path from "node:path";

const SRC = path.resolve(import.meta.dirname, "../src");
const EXTENSIONS = ["", ".ts", ".svelte", ".svelte.ts", "/index.ts"];

/** The file that a relative import names, or null for a package or an asset. */
export function resolveImport(from, source) {
  if (!source.startsWith(".")) return null;
  const base = path.resolve(path.dirname(from), source);
  for (const extension of EXTENSIONS) {
    const candidate = base + extension;
    if (fs.existsSync(candidate) && fs.statSync(candidate).isFile()) return candidate;
  }
  return null;
}

/** The room and, for features, the feature that a file of src/ belongs to. */
export function roomOf(file, src = SRC) {
  const [room, name] = path.relative(src, file).split(path.sep);
  if (room === "features") return { room, feature: name };
  return { room: room?.includes(".") ? "root" : room };
}

/** Why `from` may not import `source`, or null when it may. */
export function forbidden(from, source, src = SRC) {
  const here = roomOf(from, src);
  const test = /\.test\.ts$/.test(from);
  if (source.startsWith("@tauri-apps/")) {
    return here.room === "ipc" || test ? null : "Only ipc/ talks to Tauri: add a command or an event there.";
  }
  const target = resolveImport(from, source);
  if (!target || !target.startsWith(src + path.sep)) return null;
  const there = roomOf(target, src);
  const allowed = {
    lib: ["lib"],
    components: ["components", "lib"],
    ipc: ["ipc", "lib"],
    features: ["features", "components", "lib", "ipc"],
    screens: ["screens", "features", "components", "lib", "ipc"],
    root: ["screens", "features", "components", "lib", "ipc", "styles", "root"],
  }[here.room];
  if (allowed && !allowed.includes(there.room)) return `${here.room}/ must not import ${there.room}/.`;
  const foreign = there.room === "features" && there.feature !== here.feature;
  if (foreign && path.basename(target) !== "index.ts") {
    return `Import features/${there.feature} through its index.ts only.`;
  }
  return null;
}

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s(?!type\s)[^"';]*?from\s*["']([^"']+)["']|import\s*["']([^"']+)["']/g;

/** The files of ours that a file imports. Types do not count: they are gone after compiling. */
function importsOf(file) {
  const text = fs.readFileSync(file, "utf8");
  return [...text.matchAll(IMPORT)].flatMap((match) => resolveImport(file, match[1] ?? match[2]) ?? []);
}

/** The shortest import path from `file` back to itself, or null. */
export function cycleThrough(file, cache = new Map()) {
  const importsOnce = (name) => {
    if (!cache.has(name)) cache.set(name, /\.(ts|svelte)$/.test(name) ? importsOf(name) : []);
    return cache.get(name);
  };
  const cameFrom = new Map();
  const queue = [file];
  for (let at = queue.shift(); at; at = queue.shift()) {
    for (const next of importsOnce(at)) {
      if (next === file) {
        const way = [file];
        for (let back = at; back && back !== file; back = cameFrom.get(back)) way.unshift(back);
        return [file, ...way];
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, at);
        queue.push(next);
      }
    }
  }
  return null;
}

const rooms = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const check = (node) => {
      const reason = node.source && forbidden(context.filename, node.source.value);
      if (reason) context.report({ node: node.source, message: reason });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};

const importCache = new Map();
const noCycles = {
  meta: { type: "problem", schema: [] },
  create(context) {
    return {
      Program(node) {
        if (!context.filename.startsWith(SRC)) return;
        const cycle = cycleThrough(context.filename, importCache);
        if (!cycle) return;
        const way = cycle.map((file) => path.relative(SRC, file)).join(" → ");
        context.report({ node, loc: { line: 1, column: 0 }, message: `Import cycle: ${way}` });
      },
    };
  },
};

const RUNES = new Set(["$state", "$derived", "$effect"]);
const PLAIN = new Set(["Map", "Set", "RegExp", "Intl", "URL", "Compartment", "WeakMap"]);
const noModuleState = {
  meta: { type: "problem", schema: [] },
  create(context) {
    if (context.filename.endsWith(".svelte")) return {};
    return {
      "Program > VariableDeclaration > VariableDeclarator, Program > ExportNamedDeclaration > VariableDeclaration > VariableDeclarator"(
        node,
      ) {
        const value = node.init;
        const callee = value?.callee?.object ?? value?.callee;
        if (value?.type === "CallExpression" && RUNES.has(callee?.name)) {
          context.report({
            node,
            message: "No runes at module level: put the state in a class given by context.",
          });
        }
        if (value?.type === "NewExpression" && !PLAIN.has(callee?.name)) {
          context.report({
            node,
            message: "No singleton at module level: make it where the window is made.",
          });
        }
      },
      "Program > VariableDeclaration[kind='let']"(node) {
        context.report({ node, message: "No mutable variable at module level." });
      },
    };
  },
};

const maxSvelteLines = {
  meta: { type: "suggestion", schema: [] },
  create(context) {
    return {
      Program(node) {
        const lines = context.sourceCode.lines.length;
        if (context.filename.endsWith(".svelte") && lines > 300) {
          context.report({
            node,
            loc: { line: 300, column: 0 },
            message: `${lines} lines: split this component (300).`,
          });
        }
      },
    };
  },
};

export default {
  rules: {
    rooms,
    "no-cycles": noCycles,
    "no-module-state": noModuleState,
    "max-svelte-lines": maxSvelteLines,
  },
};
