import {
  acceptCompletion,
  autocompletion,
  completionKeymap,
  type Completion,
  type CompletionContext,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";

/** A name that can stand between double braces. */
export interface VariableChoice {
  name: string;
  /** Shown muted behind the name: the value, and where it comes from. */
  detail: string;
}

/** Offers the variables after `{{`. Tab or Enter inserts one with its closing braces; Esc keeps the text. */
export function variableCompletion(choices: () => VariableChoice[]): Extension {
  return [
    autocompletion({
      override: [(context) => completions(context, choices())],
      icons: false,
      defaultKeymap: false,
    }),
    keymap.of([...completionKeymap, { key: "Tab", run: acceptCompletion }]),
  ];
}

function completions(context: CompletionContext, choices: VariableChoice[]) {
  const typed = context.matchBefore(/\{\{\s*[^{}\s]*/);
  if (!typed) return null;
  const from = typed.from + 2 + (/^\{\{(\s*)/.exec(typed.text)?.[1]?.length ?? 0);
  return {
    from,
    options: choices.map(({ name, detail }): Completion => ({
      label: name,
      detail,
      apply: (view, _completion, start, end) => insert(view, name, start, end),
    })),
    validFor: /^[^{}\s]*$/,
  };
}

function insert(view: EditorView, name: string, from: number, to: number): void {
  const closed = /^\s*\}\}/.test(view.state.sliceDoc(to, to + 12));
  const text = closed ? name : `${name}}}`;
  view.dispatch({
    changes: { from, to, insert: text },
    selection: { anchor: from + name.length + 2 },
    userEvent: "input.complete",
  });
}
