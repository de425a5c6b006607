import type { IconName } from "./icons";

/** One line of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  shortcut?: string[];
  /** Muted words at the end of the line, where there is no shortcut. */
  detail?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Shown with a tick. */
  checked?: boolean;
  testid?: string;
  onselect: () => void;
}

/** A menu is a list of lines, headings and hairlines. */
export type MenuEntry = MenuItem | { heading: string } | "separator";
