export { Authorization } from "./authorization.svelte";
export { default as AuthorizationPanel } from "./AuthorizationPanel.svelte";
export { default as AuthorizationSendLine } from "./AuthorizationSendLine.svelte";
export { default as AuthorizationWatch } from "./AuthorizationWatch.svelte";
export { Discoveries, provideDiscoveries } from "./discoveries.svelte";
