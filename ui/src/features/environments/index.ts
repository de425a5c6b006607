export { Environments, environments, provideEnvironments } from "./environments.svelte";
export { isProduction } from "./colour";
export { default as EnvironmentEditor } from "./EnvironmentEditor.svelte";
export { default as EnvironmentList } from "./EnvironmentList.svelte";
export { default as EnvironmentSelect } from "./EnvironmentSelect.svelte";
