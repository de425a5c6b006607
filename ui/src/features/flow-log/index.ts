export { default as FlowLog } from "./FlowLog.svelte";
export { failureReport } from "./words";
