export { default as FlowLog } from "./FlowLog.svelte";
