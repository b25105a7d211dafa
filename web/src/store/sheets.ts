/** Small pictures of many images in one file each: what a grid shows at once, before the sharper ones have come. */
import { queryOptions } from "@tanstack/react-query";

import { getColumns } from "@/api/operations";

import { decodeColumns, type NumberColumn } from "./columns";

/** Cells in a row and in a column of a sheet. */
const CELLS = 16;

/** Part of a sheet that shows one image. */
export interface SheetCell {
  sheet: number;
  url: string;
  /** Place in the sheet, counted in cells. */
  column: number;
  row: number;
}

export class Sheets {
  /** One object per image, so that a cell that has not changed is not painted again. */
  private readonly made = new Map<number, SheetCell | null>();

  constructor(
    private readonly projectId: number,
    private readonly names: readonly string[],
    /** Ascending. */
    private readonly imageIds: Uint32Array,
    private readonly sheets: NumberColumn,
    private readonly cells: NumberColumn,
  ) {}

  /** Where an image is shown, null for one that has no small picture yet. */
  cellOf(imageId: number): SheetCell | null {
    const known = this.made.get(imageId);
    if (known !== undefined) return known;
    const cell = this.find(imageId);
    this.made.set(imageId, cell);
    return cell;
  }

  private find(imageId: number): SheetCell | null {
    const at = this.indexOf(imageId);
    const sheet = this.sheets[at] ?? -1;
    const name = this.names[sheet];
    if (name === undefined) return null;
    const cell = this.cells[at] ?? 0;
    const url = `/api/v1/projects/${this.projectId}/sheets/${name}.webp`;
    return { sheet, url, column: cell % CELLS, row: Math.floor(cell / CELLS) };
  }

  private indexOf(imageId: number): number {
    let low = 0;
    let high = this.imageIds.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.imageIds[middle] ?? 0;
      if (found === imageId) return middle;
      if (found < imageId) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

/** Style that shows one cell of a sheet on a square of any size. */
export const sheetStyle = ({ url, column, row }: SheetCell): Record<string, string> => ({
  backgroundImage: `url("${url}")`,
  backgroundSize: `${CELLS * 100}% ${CELLS * 100}%`,
  backgroundPosition: `${(column * 100) / (CELLS - 1)}% ${(row * 100) / (CELLS - 1)}%`,
});

export const sheetsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["sheets", projectId],
    queryFn: async ({ signal }) => {
      const columns = decodeColumns(await getColumns(`/projects/${projectId}/sheets`, signal));
      return new Sheets(
        projectId,
        columns.facts.names as readonly string[],
        Uint32Array.from(columns.ids("image_ids")),
        columns.numbers("sheets"),
        columns.numbers("cells"),
      );
    },
    // New images bring new sheets; until then their cells wait for the sharper picture.
    staleTime: 60_000,
    structuralSharing: false,
  });
