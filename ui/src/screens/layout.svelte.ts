import { createContext } from "svelte";
import { keep, readKept } from "../lib/persisted";

const SIDEBAR = { initial: 256, min: 208, max: 440 } as const;
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

/** How the window is divided. Kept for the next start. */
export class Layout {
  readonly sidebarLimits = SIDEBAR;
  sidebarWidth = $state(readKept("sidebar.width", SIDEBAR.initial as number, isNumber));
  sidebarShown = $state(readKept("sidebar.shown", true, isBoolean));
  /** The response's share of the panes' height, or of their width when it stands at the right. */
  responseShare = $state(readKept("response.share", 0.285, isNumber));
  responseRight = $state(readKept("response.right", false, isBoolean));

  setSidebarWidth(width: number): void {
    this.sidebarWidth = width;
    keep("sidebar.width", width);
  }

  toggleSidebar(): void {
    this.sidebarShown = !this.sidebarShown;
    keep("sidebar.shown", this.sidebarShown);
  }

  setResponseShare(share: number): void {
    this.responseShare = share;
    keep("response.share", share);
  }

  toggleSplit(): void {
    this.responseRight = !this.responseRight;
    this.setResponseShare(this.responseRight ? 0.465 : 0.285);
    keep("response.right", this.responseRight);
  }
}

export const [layout, provideLayout] = createContext<Layout>();
