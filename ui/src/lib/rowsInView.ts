/** What a list of rows of one height has to draw. */
export interface ListView {
  count: number;
  rowHeight: number;
  /** Rows drawn beyond each edge, so that scrolling never shows a gap. */
  overscan: number;
  /** How far it is scrolled, and how high it is, in px. */
  scrolled: number;
  height: number;
}

/** The rows from `start` up to, and without, `end`. */
export function rowsInView({ count, rowHeight, overscan, scrolled, height }: ListView) {
  const first = Math.floor(scrolled / rowHeight);
  const end = Math.min(count, first + Math.ceil(height / rowHeight) + 1 + overscan);
  return { start: Math.max(0, Math.min(first - overscan, end)), end };
}
