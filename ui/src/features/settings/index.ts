export { KeyStore, keyStore, provideKeyStore } from "./key-store.svelte";
export { default as KeyStoreDialog } from "./KeyStoreDialog.svelte";
export { provideSettingsPage, SettingsPage, settingsPage } from "./settings-page.svelte";
export { shownSettings } from "./send-settings";
export { default as SettingRow } from "./SettingRow.svelte";
export { default as SettingsDialog } from "./SettingsDialog.svelte";
export { Theme, provideTheme, theme, type ThemeChoice } from "./theme.svelte";
export { default as ThemeMenu } from "./ThemeMenu.svelte";
export { provideZoom, Zoom, zoom } from "./zoom.svelte";
