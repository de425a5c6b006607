export { exchanges, Exchanges, provideExchanges } from "./exchanges.svelte";
export { default as HeaderTable } from "./HeaderTable.svelte";
export { default as ResponsePane } from "./ResponsePane.svelte";
export { statusTone } from "./wording";
