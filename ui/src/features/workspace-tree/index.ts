export { WorkspaceTree, provideWorkspaceTree, workspaceTree } from "./workspace-tree.svelte";
export { default as TreeView } from "./TreeView.svelte";
export { default as TreeToolbar } from "./TreeToolbar.svelte";
