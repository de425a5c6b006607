import type { ResponseView } from "../../ipc";

const ENDINGS: Record<string, string> = {
  json: "json",
  xml: "xml",
  html: "html",
  text: "txt",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "image/svg+xml": "svg",
  "application/pdf": "pdf",
  "application/zip": "zip",
};

/** The name that a saved answer gets unless the person gives another: the end of its path, with a fitting ending. */
export function suggestedName({ sentUrl, contentType, bodyKind }: ResponseView): string {
  const path = sentUrl.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").split(/[?#]/)[0] ?? "";
  const last = path.split("/").filter(Boolean).at(-1) ?? "";
  const name = last.replace(/[^\w.-]+/g, "_").slice(0, 80) || "response";
  if (/\.[a-z0-9]{1,5}$/i.test(name)) return name;
  const essence = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  return `${name}.${ENDINGS[essence] ?? ENDINGS[bodyKind] ?? "bin"}`;
}
