import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import house from "./eslint/house.js";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/ipc/bindings.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    files: ["src/**"],
    plugins: { house },
    rules: {
      "house/rooms": "error",
      "house/no-cycles": "error",
      "house/no-module-state": "error",
      "house/max-svelte-lines": "error",
      "svelte/no-at-html-tags": "error",
      "svelte/no-target-blank": "error",
      // Keys make moves cheap and keep the focus where it was.
      "svelte/require-each-key": "error",
      // Plain maps and sets stand inside $derived or hold what no template reads; the screen's are Svelte's.
      "svelte/prefer-svelte-reactivity": "off",
      // `_name` says: taken, and not used.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  { files: ["src/**/*.test.ts"], rules: { "house/no-module-state": "off" } },
  { files: ["public/**"], languageOptions: { sourceType: "script" } },
);
