export { Theme, provideTheme, theme, type ThemeChoice } from "./theme.svelte";
export { default as ThemeMenu } from "./ThemeMenu.svelte";
