import type { JsonValue } from "../../ipc";
import type { NodeEditor } from "../request-editor";

/** What was set under the kinds that are not chosen at the moment, until the tab is closed. Never secrets. */
const remembered = new WeakMap<NodeEditor, Map<string, Record<string, JsonValue>>>();

/** Chooses another kind of authorization; null inherits. What was set under it before comes back. */
export function changeType(editor: NodeEditor, kind: string | null): Promise<void> {
  return editor.choose(() => change(editor, kind));
}

async function change(editor: NodeEditor, kind: string | null): Promise<void> {
  const before = editor.detail?.auth ?? null;
  if ((before?.type ?? null) === kind) return;
  await editor.saver.flush();
  const kinds = remembered.get(editor) ?? new Map<string, Record<string, JsonValue>>();
  remembered.set(editor, kinds);
  const current = editor.detail?.auth;
  if (current) kinds.set(current.type, plainParams(current.params, current.secrets));
  await editor.setAuth(kind);
  const params = kind === null ? undefined : kinds.get(kind);
  if (params && Object.keys(params).length > 0) editor.setAuthParams(params);
}

/** Sets what is inherited on the node itself, to be changed there. Secrets have to be entered again. */
export function overrideHere(editor: NodeEditor): Promise<void> {
  return editor.choose(async () => {
    const inherited = editor.detail?.effectiveAuth.auth;
    if (!inherited) return;
    await editor.setAuth(inherited.type);
    editor.setAuthParams(plainParams(inherited.params, inherited.secrets));
    await editor.saver.flush();
  });
}

/** The parameters without those that hold a secret somewhere inside. */
export function plainParams(
  params: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): Record<string, JsonValue> {
  const hidden = new Set(secrets.map((place) => place.split("/")[0]));
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => !hidden.has(name) && value !== ""),
  ) as Record<string, JsonValue>;
}
