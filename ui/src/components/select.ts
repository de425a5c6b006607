import type { IconName } from "./icons";

/** One choice of a Select. */
export interface SelectOption<Value extends string = string> {
  value: Value;
  label: string;
  /** Muted words at the end of the line. */
  detail?: string;
  icon?: IconName;
  /** Options of one heading stand together under it. */
  group?: string;
  disabled?: boolean;
}

/** The options in their order, cut wherever the heading changes. */
export function grouped<Value extends string>(options: readonly SelectOption<Value>[]) {
  const groups: { heading: string | undefined; options: SelectOption<Value>[] }[] = [];
  for (const option of options) {
    const last = groups.at(-1);
    if (last && last.heading === option.group) last.options.push(option);
    else groups.push({ heading: option.group, options: [option] });
  }
  return groups;
}
