export { asCurl, CodePage, provideCodePage } from "./code-page.svelte";
export { default as CodeDialog } from "./CodeDialog.svelte";
export { provideScriptTrust, ScriptTrust } from "./trust.svelte";
export { default as TrustDialog } from "./TrustDialog.svelte";
export { NodeEditor } from "./node-editor.svelte";
export { OpenTabs, openTabs, provideOpenTabs } from "./open-tabs.svelte";
export { default as NodePane } from "./NodePane.svelte";
export { default as TabStrip } from "./TabStrip.svelte";
