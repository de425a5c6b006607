export { provideRuns, Runs, runs } from "./runs.svelte";
export { default as RunItem } from "./RunItem.svelte";
export { default as RunPane } from "./RunPane.svelte";
