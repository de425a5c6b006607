import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView, tooltips } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** CodeMirror in the colours of tokens.css, so that it follows the theme by itself. */
export const codeTheme = [
  // In the body: the panes clip what sticks out of them.
  tooltips({ parent: document.body }),
  EditorView.theme({
    "&": { height: "100%", color: "var(--fg-1)", backgroundColor: "transparent" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": {
      fontFamily: "var(--font-mono)",
      fontSize: "var(--t-mono)",
      lineHeight: "var(--lh-mono)",
      fontFeatureSettings: '"calt" 0, "liga" 0',
      scrollbarWidth: "thin",
      scrollbarColor: "var(--bg-active) transparent",
    },
    ".cm-content": { padding: "5px 0", caretColor: "var(--fg-1)" },
    ".cm-cursor": { borderLeftColor: "var(--fg-1)" },
    ".cm-gutters": { backgroundColor: "transparent", color: "var(--c-line)", border: "none" },
    ".cm-lineNumbers .cm-gutterElement": { minWidth: "38px", padding: "0 6px 0 0" },
    ".cm-foldGutter .cm-gutterElement": {
      width: "16px",
      color: "var(--fg-3)",
      display: "grid",
      placeItems: "center",
    },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
    "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": { backgroundColor: "var(--bg-card)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "var(--accent-line)",
    },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
      backgroundColor: "var(--bg-active)",
      color: "inherit",
    },
    ".cm-placeholder": { color: "var(--fg-3)" },
    ".cm-foldPlaceholder": {
      background: "var(--bg-hover)",
      color: "var(--fg-2)",
      border: "none",
      borderRadius: "var(--r-xs)",
      padding: "0 5px",
      margin: "0 2px",
    },
    ".cm-searchMatch": { backgroundColor: "var(--c-match)" },
    ".cm-panels": { backgroundColor: "var(--bg-card)", color: "var(--fg-1)", borderColor: "var(--line-1)" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {
      fontFamily: "var(--font-ui)",
      maxHeight: "260px",
      padding: "5px",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
      display: "flex",
      alignItems: "baseline",
      gap: "16px",
      height: "var(--h-row)",
      lineHeight: "var(--h-row)",
      padding: "0 8px",
      borderRadius: "var(--r-s)",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
      background: "var(--bg-active)",
      color: "var(--fg-1)",
    },
    ".cm-completionLabel": { fontFamily: "var(--font-mono)", fontSize: "var(--t-mono)", color: "var(--var)" },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "var(--w-semi)" },
    ".cm-completionDetail": {
      marginLeft: "auto",
      fontStyle: "normal",
      fontSize: "var(--t-small)",
      color: "var(--fg-3)",
      maxWidth: "320px",
      overflow: "hidden",
      textOverflow: "ellipsis",
    },
    ".cm-tooltip": {
      backgroundColor: "var(--bg-pop)",
      color: "var(--fg-1)",
      border: "none",
      borderRadius: "var(--r-l)",
      boxShadow: "var(--shadow-pop)",
    },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.propertyName, color: "var(--c-key)" },
      { tag: tags.string, color: "var(--c-string)" },
      { tag: tags.number, color: "var(--c-number)" },
      { tag: [tags.bool, tags.null, tags.keyword], color: "var(--c-const)" },
      { tag: [tags.separator, tags.punctuation], color: "var(--c-punct)" },
      { tag: tags.comment, color: "var(--c-comment)" },
    ]),
  ),
];
