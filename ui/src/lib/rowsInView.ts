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

/** Browsers draw no element that is higher than about twice this, in px. */
const HIGHEST = 15_000_000;

/**
 * How high the element is that is scrolled for rows of this height in all, and how many px of rows one px of
 * scrolling stands for: 1, unless no element can be so high.
 */
export function scrollScale(total: number, height: number): { inner: number; ratio: number } {
  if (total <= HIGHEST) return { inner: total, ratio: 1 };
  return { inner: HIGHEST, ratio: (total - height) / (HIGHEST - height) };
}
