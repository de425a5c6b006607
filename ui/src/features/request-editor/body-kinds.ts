import type { SelectOption } from "../../components/select";
import type { BodyView } from "../../ipc";

/** What the body can be chosen to be: a raw one by its language. */
export const BODY_KINDS: SelectOption[] = [
  { value: "none", label: "No body" },
  { value: "json", label: "JSON", group: "Raw" },
  { value: "text", label: "Text", group: "Raw" },
  { value: "xml", label: "XML", group: "Raw" },
  { value: "html", label: "HTML", group: "Raw" },
  { value: "javascript", label: "JavaScript", group: "Raw" },
  { value: "urlencoded", label: "Form, URL-encoded", group: "Form" },
];

/** The choice that a body stands for. */
export function kindOf(body: BodyView): string {
  if (body.kind === "raw") return body.language;
  return body.kind === "other" ? body.name : body.kind;
}

/** What was typed under the kinds that are not chosen at the moment. */
export interface Remembered {
  text: string;
  fields: Extract<BodyView, { kind: "urlencoded" }>["fields"];
}

/** The body of another kind: between raw kinds the text stays, and what was typed before comes back. */
export function bodyOfKind(kind: string, remembered: Remembered): BodyView {
  if (kind === "none") return { kind: "none" };
  if (kind === "urlencoded") return { kind: "urlencoded", fields: remembered.fields };
  return { kind: "raw", language: kind, text: remembered.text };
}
