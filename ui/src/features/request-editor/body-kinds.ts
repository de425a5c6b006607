import type { SelectOption } from "../../components/select";
import type { BodyView } from "../../ipc";

/** What the body can be chosen to be: a raw one by its language. */
export const BODY_KINDS: SelectOption[] = [
  { value: "none", label: "No body" },
  { value: "json", label: "JSON", group: "Raw" },
  { value: "xml", label: "XML", group: "Raw" },
  { value: "text", label: "Text", group: "Raw" },
  { value: "html", label: "HTML", group: "Raw" },
  { value: "javascript", label: "JavaScript", group: "Raw" },
  { value: "formdata", label: "Form data", detail: "multipart", group: "Form" },
  { value: "urlencoded", label: "Form, URL-encoded", group: "Form" },
  { value: "graphql", label: "GraphQL", group: "Other" },
  { value: "file", label: "Binary file", group: "Other" },
];

/** The choice that a body stands for. */
export function kindOf(body: BodyView): string {
  return body.kind === "raw" ? body.language : body.kind;
}

type Of<Kind extends BodyView["kind"]> = Extract<BodyView, { kind: Kind }>;

/** What was typed under the kinds that are not chosen at the moment. */
export class Remembered {
  #text = "";
  #bodies: Partial<{ [Kind in BodyView["kind"]]: Of<Kind> }> = {};

  /** Keeps a body that is about to be replaced. */
  keep(body: BodyView): void {
    if (body.kind === "raw") this.#text = body.text;
    else this.#bodies = { ...this.#bodies, [body.kind]: body };
  }

  /** The body of another kind: between raw kinds the text stays, and what was typed before comes back. */
  as(kind: string): BodyView {
    switch (kind) {
      case "none":
        return { kind };
      case "urlencoded":
      case "formdata":
        return this.#bodies[kind] ?? { kind, fields: [] };
      case "file":
        return this.#bodies[kind] ?? { kind, path: "" };
      case "graphql":
        return this.#bodies[kind] ?? { kind, query: "", variables: "" };
      default:
        return { kind: "raw", language: kind, text: this.#text };
    }
  }
}
