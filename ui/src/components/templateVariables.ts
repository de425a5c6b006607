import { hoverTooltip, Decoration, MatchDecorator, ViewPlugin, type EditorView } from "@codemirror/view";
import { VARIABLE } from "../lib/template";

/** What is known of a variable; null says that no scope defines it. */
export type VariableLookup = (name: string) => { value: string; source: string } | null;

/**
 * Tints every `{{name}}`; one that no scope defines gets a wavy line. Hovering shows the value and where it
 * comes from. Without a lookup, nothing is said to be missing.
 */
export function templateVariables(lookup: VariableLookup | undefined) {
  const known = Decoration.mark({ class: "var" });
  const unknown = Decoration.mark({ class: "var is-bad" });
  const matcher = new MatchDecorator({
    regexp: new RegExp(VARIABLE, "g"),
    decoration: (match) => (lookup && !lookup(match[1] ?? "") ? unknown : known),
  });
  const plugin = ViewPlugin.define(
    (view) => ({
      decorations: matcher.createDeco(view),
      update(update) {
        this.decorations = matcher.updateDeco(update, this.decorations);
      },
    }),
    { decorations: (plugin) => plugin.decorations },
  );
  return lookup ? [plugin, explanation(lookup)] : plugin;
}

function explanation(lookup: VariableLookup) {
  return hoverTooltip((view: EditorView, at: number) => {
    const line = view.state.doc.lineAt(at);
    for (const match of line.text.matchAll(new RegExp(VARIABLE, "g"))) {
      const from = line.from + match.index;
      const to = from + match[0].length;
      if (at < from || at > to) continue;
      const name = match[1] ?? "";
      const found = lookup(name);
      return {
        pos: from,
        end: to,
        create: () => {
          const dom = document.createElement("div");
          dom.className = "tip";
          dom.textContent = found
            ? `${name}: ${found.value || "(empty)"}, from ${found.source}`
            : `No scope defines ${name}. It is sent as it stands.`;
          return { dom };
        },
      };
    }
    return null;
  });
}
