import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { graphql } from "./graphqlLanguage";

/** The longest text that the content element carries in `data-value`. */
const DATA_VALUE_MAX = 10_000;

/** Keys that belong to the window: Send must work from inside every editor. */
const TAKEN = new Set(["Mod-Enter", "Ctrl-Enter", "Shift-Mod-Enter"]);

export type CodeLanguage = "json" | "text" | "xml" | "html" | "javascript" | "graphql";

/** Languages that are fetched when the first text in them is shown: the window starts without them. */
const FETCHED: Partial<Record<CodeLanguage, () => Promise<Extension>>> = {
  xml: async () => (await import("@codemirror/lang-xml")).xml(),
  html: async () => (await import("@codemirror/lang-html")).html(),
  javascript: async () => (await import("@codemirror/lang-javascript")).javascript(),
};

/** The keys of a field: CodeMirror's own, without those that the window needs. */
const fieldKeymap = [...defaultKeymap, ...historyKeymap].filter((binding) => !TAKEN.has(binding.key ?? ""));

/** Name, test id and whole text on the element that holds the focus. */
export function contentAttributes(label: string, testid: string | undefined): Extension {
  return EditorView.contentAttributes.of((view) => ({
    "aria-label": label,
    // Also a text that is only read is reached by keyboard, to be scrolled and searched.
    tabindex: "0",
    ...(testid ? { "data-testid": testid } : {}),
    "data-value": view.state.sliceDoc(0, DATA_VALUE_MAX),
  }));
}

/** One line: Enter calls `onenter`, pasted line breaks disappear. */
export function oneLine(onenter: (() => void) | undefined): Extension {
  return [
    EditorState.transactionFilter.of((transaction) =>
      transaction.newDoc.lines > 1
        ? [transaction, { changes: lineBreaks(transaction.newDoc.toString()), sequential: true }]
        : transaction,
    ),
    history(),
    drawSelection(),
    keymap.of([
      {
        key: "Enter",
        run: () => {
          onenter?.();
          return true;
        },
      },
      ...fieldKeymap,
    ]),
  ];
}

function lineBreaks(text: string) {
  return [...text.matchAll(/[\r\n]+[ \t]*/g)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/** Several lines to write in. */
export function editing(): Extension {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    EditorState.tabSize.of(2),
    EditorView.lineWrapping,
    search({ top: true }),
    keymap.of([...fieldKeymap, ...searchKeymap, ...foldKeymap, indentWithTab]),
  ];
}

/** Several lines to read: folds, search and selection, no caret. */
export function reading(): Extension {
  return [
    EditorState.readOnly.of(true),
    lineNumbers(),
    drawSelection(),
    codeFolding(),
    foldGutter({ markerDOM: foldMarker }),
    highlightSelectionMatches(),
    search({ top: true }),
    keymap.of([...fieldKeymap, ...searchKeymap, ...foldKeymap]),
  ];
}

/** What colours and folds a language, at once or as soon as it has been fetched. */
export function languageSupport(language: CodeLanguage): Extension | Promise<Extension> {
  if (language === "json") return json();
  if (language === "graphql") return graphql();
  return FETCHED[language]?.() ?? [];
}

function foldMarker(open: boolean): HTMLElement {
  const marker = document.createElement("span");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i i-12");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", open ? "#i-chev-d" : "#i-chev-r");
  svg.append(use);
  marker.append(svg);
  marker.title = open ? "Fold" : "Unfold";
  return marker;
}
