/** Where the cells of the grid lie. Cells are square and alike, so a million of them need no measuring. All lengths in CSS pixels. */

export interface GridLayout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Side of a cell. */
  readonly cell: number;
  readonly gap: number;
  /** Free space around the grid. */
  readonly margin: number;
  /** Height of the whole grid with its margins; may be more than a browser can scroll, see tallScroll.ts. */
  readonly height: number;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Positions from `from` up to, not including, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** As many columns of about `wanted` as fit into `width`; the cells then fill the width exactly. */
export const layOut = (count: number, width: number, wanted: number, gap = 8, margin = 16): GridLayout => {
  const inner = Math.max(width - 2 * margin, 1);
  const columns = Math.max(1, Math.floor((inner + gap) / (wanted + gap)));
  const cell = Math.max(1, Math.floor((inner - (columns - 1) * gap) / columns));
  const rows = Math.ceil(count / columns);
  return {
    count,
    columns,
    rows,
    cell,
    gap,
    margin,
    height: 2 * margin + Math.max(rows * (cell + gap) - gap, 0),
  };
};

export const rectOf = (grid: GridLayout, position: number): Rect => {
  const step = grid.cell + grid.gap;
  const left = grid.margin + (position % grid.columns) * step;
  const top = grid.margin + Math.floor(position / grid.columns) * step;
  return { left, top, right: left + grid.cell, bottom: top + grid.cell };
};

/** Whole rows that touch the stretch from `top` to `bottom`, as positions. */
export const positionsBetween = (grid: GridLayout, top: number, bottom: number): Span => {
  const step = grid.cell + grid.gap;
  const first = clamp(Math.floor((top - grid.margin + grid.gap) / step), 0, grid.rows);
  const last = clamp(Math.ceil((bottom - grid.margin) / step), first, grid.rows);
  return { from: first * grid.columns, to: Math.min(last * grid.columns, grid.count) };
};

/** The cell at a point, null in the gaps and beyond the last one. */
export const positionAt = (grid: GridLayout, x: number, y: number): number | null => {
  const step = grid.cell + grid.gap;
  const column = Math.floor((x - grid.margin) / step);
  const row = Math.floor((y - grid.margin) / step);
  if (column < 0 || column >= grid.columns || row < 0) return null;
  if (x - grid.margin - column * step >= grid.cell || y - grid.margin - row * step >= grid.cell) return null;
  const position = row * grid.columns + column;
  return position < grid.count ? position : null;
};

/** Every cell that a rubber band touches: one span per row. */
export const spansInBand = (grid: GridLayout, band: Rect): Span[] => {
  const step = grid.cell + grid.gap;
  const firstColumn = Math.max(Math.floor((band.left - grid.margin + grid.gap) / step), 0);
  const afterColumn = Math.min(Math.ceil((band.right - grid.margin) / step), grid.columns);
  if (afterColumn <= firstColumn) return [];
  const { from, to } = positionsBetween(grid, band.top, band.bottom);
  const spans: Span[] = [];
  for (let start = from; start < to; start += grid.columns) {
    const span = { from: start + firstColumn, to: Math.min(start + afterColumn, grid.count) };
    if (span.from < span.to) spans.push(span);
  }
  return spans;
};

/** The rectangle between two corners, whichever was first. */
export const bandBetween = (x0: number, y0: number, x1: number, y1: number): Rect => ({
  left: Math.min(x0, x1),
  top: Math.min(y0, y1),
  right: Math.max(x0, x1),
  bottom: Math.max(y0, y1),
});

export type Step = "left" | "right" | "up" | "down" | "home" | "end" | "page-up" | "page-down";

/** Where a key leads from `position`; never out of the grid. */
export const stepFrom = (grid: GridLayout, position: number, step: Step, viewHeight: number): number => {
  const page = Math.max(1, Math.floor(viewHeight / (grid.cell + grid.gap))) * grid.columns;
  const moved = {
    left: position - 1,
    right: position + 1,
    up: position - grid.columns < 0 ? position : position - grid.columns,
    down: position + grid.columns,
    home: 0,
    end: grid.count - 1,
    "page-up": position - page,
    "page-down": position + page,
  }[step];
  return clamp(moved, 0, Math.max(grid.count - 1, 0));
};

/** The least scrolling that shows a cell whole in a view of `viewHeight` that now begins at `top`. */
export const topToShow = (grid: GridLayout, position: number, top: number, viewHeight: number): number => {
  const { top: upper, bottom: lower } = rectOf(grid, position);
  if (upper - grid.gap < top) return Math.max(upper - grid.margin, 0);
  if (lower + grid.gap > top + viewHeight) return lower + grid.margin - viewHeight;
  return top;
};
