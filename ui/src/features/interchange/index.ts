export { ImportDialogState } from "./import-dialog.svelte";
export { default as ImportDialog } from "./ImportDialog.svelte";
