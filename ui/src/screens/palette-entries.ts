import { colourOf } from "../features/environments";
import type { PaletteEntry } from "../features/command-palette";
import { healthOf } from "../features/tokens";
import { keysOf } from "../lib/shortcuts";
import { roughly } from "../lib/timeLeft";
import type { Action } from "./actions";
import type { Desk } from "./desk.svelte";

/** Everything that the palette finds. */
export function paletteEntries(desk: Desk, actions: readonly Action[]): PaletteEntry[] {
  return [
    ...actions.filter((action) => !action.silent).map(ofAction),
    ...ofTokens(desk),
    ...ofRequests(desk),
    ...ofEnvironments(desk),
    ...desk.settings
      .entries()
      .map((setting): PaletteEntry => ({ ...setting, group: "Settings", icon: "gear" })),
  ];
}

function ofAction({ id, label, icon, keys, current, also, run }: Action): PaletteEntry {
  const [shown] = keys ?? [];
  return {
    id: `action ${id}`,
    group: "Actions",
    label,
    icon,
    current,
    also,
    shortcut: shown ? keysOf(shown) : undefined,
    run,
  };
}

function ofTokens(desk: Desk): PaletteEntry[] {
  return desk.tokens.list.map((token) => {
    const left = token.expiresAt === null ? "" : token.expiresAt - Date.now();
    return {
      id: `token ${token.key}`,
      group: "Tokens",
      label: token.name,
      health: healthOf(token.status),
      detail: [token.clientId, typeof left === "number" && left > 0 ? `${roughly(left)} left` : token.status]
        .filter(Boolean)
        .join(", "),
      also: `token ${token.provider}`,
      run: () => desk.openToken(token.key),
    };
  });
}

function ofRequests(desk: Desk): PaletteEntry[] {
  const { byId } = desk.tree;
  return desk.tree.nodes.map((node): PaletteEntry => {
    const above = node.parent === null ? undefined : byId.get(node.parent);
    return {
      id: `node ${node.id}`,
      group: "Requests",
      label: node.name,
      method: node.method ?? undefined,
      icon: node.kind === "folder" ? "folder" : "box",
      detail: above?.name ?? "",
      also: node.method ?? node.kind,
      run: () => desk.open(node.id),
    };
  });
}

function ofEnvironments(desk: Desk): PaletteEntry[] {
  const choose = (id: string | null) => () => void desk.problems.attempt(() => desk.environments.choose(id));
  const { list, chosen } = desk.environments;
  return [
    ...list.map((environment): PaletteEntry => ({
      id: `environment ${environment.id}`,
      group: "Environments",
      label: environment.name,
      colour: colourOf(environment),
      detail: environment.id === chosen ? "Chosen" : "",
      also: "environment",
      run: choose(environment.id),
    })),
    {
      id: "environment",
      group: "Environments",
      label: "No environment",
      colour: colourOf(undefined),
      run: choose(null),
    },
  ];
}
