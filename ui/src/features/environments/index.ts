export { Environments, environments, GLOBALS, provideEnvironments } from "./environments.svelte";
export { colourOf, isProduction } from "./colour";
export { default as EnvironmentEditor } from "./EnvironmentEditor.svelte";
export { default as EnvironmentList } from "./EnvironmentList.svelte";
export { default as QuickLook } from "./QuickLook.svelte";
export { default as GlobalsEditor } from "./GlobalsEditor.svelte";
export { default as EnvironmentSelect } from "./EnvironmentSelect.svelte";
