export { History, history, provideHistory } from "./history.svelte";
export { default as HistoryList } from "./HistoryList.svelte";
export { default as HistoryPane } from "./HistoryPane.svelte";
