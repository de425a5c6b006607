export { Exchanges, exchanges, provideExchanges } from "./exchanges.svelte";
export { default as ResponsePane } from "./ResponsePane.svelte";
