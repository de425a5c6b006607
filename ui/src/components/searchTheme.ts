import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

const field = {
  height: "24px",
  margin: "0",
  border: "none",
  borderRadius: "var(--r-s)",
  fontFamily: "var(--font-ui)",
  fontSize: "var(--t-small)",
  color: "var(--fg-1)",
};

/** The search panel of an editor, in the words and clothes of the window. */
export const searchTheme = [
  EditorState.phrases.of({
    next: "Next",
    previous: "Previous",
    all: "Select all",
    "match case": "Match case",
    regexp: "Regular expression",
    "by word": "Whole words",
    replace: "Replace",
    "replace all": "Replace all",
  }),
  EditorView.theme({
    ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line-1)" },
    ".cm-panel.cm-search": {
      display: "flex",
      flexWrap: "wrap",
      alignItems: "center",
      gap: "6px",
      padding: "5px 34px 5px 10px",
      fontFamily: "var(--font-ui)",
      fontSize: "var(--t-small)",
    },
    ".cm-panel.cm-search br": { display: "none" },
    ".cm-panel.cm-search .cm-textfield": {
      ...field,
      width: "200px",
      padding: "0 8px",
      backgroundColor: "var(--bg-inset)",
      boxShadow: "0 0 0 1px var(--line-2) inset",
    },
    ".cm-panel.cm-search .cm-button": {
      ...field,
      padding: "0 8px",
      backgroundColor: "var(--bg-btn)",
      backgroundImage: "none",
      boxShadow: "0 0 0 1px var(--line-2) inset",
    },
    ".cm-panel.cm-search .cm-button:hover": { backgroundColor: "var(--bg-hover)" },
    ".cm-panel.cm-search label": {
      display: "inline-flex",
      alignItems: "center",
      gap: "4px",
      fontSize: "var(--t-small)",
      color: "var(--fg-2)",
    },
    ".cm-panel.cm-search input[type=checkbox]": { margin: "0", accentColor: "var(--accent-solid)" },
    ".cm-panel.cm-search button[name=close]": {
      top: "5px",
      right: "8px",
      width: "24px",
      height: "24px",
      borderRadius: "var(--r-s)",
      color: "var(--fg-3)",
      fontSize: "16px",
    },
    ".cm-panel.cm-search button[name=close]:hover": {
      backgroundColor: "var(--bg-hover)",
      color: "var(--fg-1)",
    },
    ".cm-searchMatch.cm-searchMatch-selected": {
      outline: "1px solid var(--warn)",
      backgroundColor: "var(--c-match)",
    },
  }),
];
