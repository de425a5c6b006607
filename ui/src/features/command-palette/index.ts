export { default as CommandPalette } from "./CommandPalette.svelte";
export { Palette, palette, providePalette, type PaletteEntry } from "./palette.svelte";
