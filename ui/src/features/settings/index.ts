export { KeyStore, keyStore, provideKeyStore } from "./key-store.svelte";
export { default as KeyStoreDialog } from "./KeyStoreDialog.svelte";
export { Theme, provideTheme, theme, type ThemeChoice } from "./theme.svelte";
export { default as ThemeMenu } from "./ThemeMenu.svelte";
