export { default as FirstStart } from "./FirstStart.svelte";
