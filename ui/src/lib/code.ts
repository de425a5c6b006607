/** Code for a request in other languages, made by well-kept generators that are loaded when somebody asks. */

/** A request as the native side composes it for code. */
export interface RequestForCode {
  method: string;
  url: string;
  headers: { name: string; value: string }[];
  mimeType: string | null;
  /** The body, if it is text. */
  text: string | null;
  /** The body, if it is a file: its path. */
  file: string | null;
  /** The body, if it is a form with parts. */
  parts: { name: string; value: string | null; file: string | null; contentType: string | null }[];
}

export interface CodeLanguage {
  id: string;
  label: string;
  /** For the code field's colours. */
  syntax: "shell" | "python" | "javascript" | "go" | "java" | "csharp" | "php" | "rust";
}

export const codeLanguages: readonly CodeLanguage[] = [
  { id: "curl", label: "cURL", syntax: "shell" },
  { id: "httpie", label: "HTTPie", syntax: "shell" },
  { id: "python-requests", label: "Python (requests)", syntax: "python" },
  { id: "javascript-fetch", label: "JavaScript (fetch)", syntax: "javascript" },
  { id: "node-axios", label: "Node.js (axios)", syntax: "javascript" },
  { id: "go", label: "Go", syntax: "go" },
  { id: "java-okhttp", label: "Java (OkHttp)", syntax: "java" },
  { id: "csharp", label: "C# (HttpClient)", syntax: "csharp" },
  { id: "php", label: "PHP (cURL)", syntax: "php" },
  { id: "rust-reqwest", label: "Rust (reqwest)", syntax: "rust" },
];

/** Our names for what the generator calls a target and its client. */
const targets: Record<string, readonly [target: string, client: string]> = {
  curl: ["shell", "curl"],
  httpie: ["shell", "httpie"],
  "python-requests": ["python", "requests"],
  "javascript-fetch": ["javascript", "fetch"],
  "node-axios": ["node", "axios"],
  go: ["go", "native"],
  "java-okhttp": ["java", "okhttp"],
  csharp: ["csharp", "httpclient"],
  php: ["php", "curl"],
};

/** The code that sends a request. `language` is an id of `codeLanguages`. */
export async function codeFor(language: string, request: RequestForCode): Promise<string> {
  if (language === "rust-reqwest") {
    const { rustReqwest } = await import("@scalar/snippetz/plugins/rust/reqwest");
    return rustReqwest.generate(harOf(request) as Parameters<typeof rustReqwest.generate>[0]);
  }
  const target = targets[language];
  if (target === undefined) throw new Error(`There is no language “${language}”.`);
  const { HTTPSnippet } = await import("@readme/httpsnippet");
  const snippet = new HTTPSnippet(harOf(request) as ConstructorParameters<typeof HTTPSnippet>[0]);
  const converted = snippet.convert(target[0] as "shell", target[1]);
  const code = Array.isArray(converted) ? converted[0] : converted;
  if (typeof code !== "string") throw new Error("This request cannot be written in that language.");
  return code;
}

/** The request in the form that generators read (HTTP Archive 1.2). */
function harOf(request: RequestForCode) {
  const headers = request.headers.filter(
    // The boundary is made by whatever sends the form.
    ({ name }) => request.parts.length === 0 || name.toLowerCase() !== "content-type",
  );
  return {
    method: request.method,
    url: request.url,
    httpVersion: "HTTP/1.1",
    headers,
    queryString: [],
    cookies: [],
    headersSize: -1,
    bodySize: -1,
    ...(hasBody(request) && { postData: bodyOf(request) }),
  };
}

function hasBody(request: RequestForCode): boolean {
  return request.parts.length > 0 || request.text !== null || request.file !== null;
}

function bodyOf(request: RequestForCode) {
  if (request.parts.length > 0) {
    const params = request.parts.map(({ name, value, file, contentType }) => ({
      name,
      ...(file === null ? { value: value ?? "" } : { fileName: file }),
      ...(contentType !== null && { contentType }),
    }));
    return { mimeType: "multipart/form-data", params };
  }
  const mimeType = request.mimeType ?? "application/octet-stream";
  // No generator reads a file as the body; its place is shown.
  return { mimeType, text: request.text ?? `<the content of ${request.file ?? ""}>` };
}
