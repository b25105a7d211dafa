/** What lies on the image: instances and proposals in the order in which they are drawn, found by place. */
import { BoxGrid } from "@/shapes/boxGrid";
import { offeredKey, type Drawn, type Edit, type Offered } from "@/shapes/edit";
import { boundsOf } from "@/shapes/measure";
import { under } from "@/shapes/picking";
import { PLAIN, type Edges, type Shape, type Traits } from "@/shapes/shape";

export interface Item {
  readonly key: string;
  readonly classId: number;
  readonly shape: Shape;
  readonly traits: Traits;
  readonly z: number;
  /** Of a proposal; null for an instance. */
  readonly offered: Offered | null;
  readonly locked: boolean;
}

export interface Contents {
  readonly drawn: readonly Drawn[];
  readonly offered: readonly Offered[];
  readonly hidden: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
}

const itemsOf = ({ drawn, offered, hidden, locked }: Contents): Item[] => {
  const items: Item[] = [];
  for (const each of offered) {
    const key = offeredKey(each.id);
    if (hidden.has(key)) continue;
    const { classId, shape } = each;
    items.push({ key, classId, shape, traits: PLAIN, z: 0, offered: each, locked: locked.has(key) });
  }
  const instances: Item[] = [];
  for (const each of drawn) {
    if (hidden.has(each.key)) continue;
    const { key, classId, shape, traits } = each;
    instances.push({ key, classId, shape, traits, z: traits.z, offered: null, locked: locked.has(key) });
  }
  // The sort keeps the order of equals: what came later lies on top.
  return [...items, ...instances.sort((a, b) => a.z - b.z)];
};

export class Scene {
  readonly items: readonly Item[];
  private readonly byKey: ReadonlyMap<string, Item>;
  private readonly grid: BoxGrid;

  constructor(contents: Contents, widthPx: number, heightPx: number) {
    this.items = itemsOf(contents);
    this.byKey = new Map(this.items.map((item) => [item.key, item]));
    this.grid = new BoxGrid(
      this.items.map((item) => boundsOf(item.shape)),
      widthPx,
      heightPx,
    );
  }

  get(key: string): Item | undefined {
    return this.byKey.get(key);
  }

  /** The item now, also where its key has changed since: the server gives new ones their number. */
  again(item: Item): Item | undefined {
    return this.byKey.get(item.key) ?? this.items.find(({ shape }) => shape === item.shape);
  }

  /** Items whose bounds meet a part of the image, lowest first. */
  within(part: Edges): Item[] {
    return this.grid.within(part).flatMap((i) => this.items[i] ?? []);
  }

  /** Unlocked items under a point, the one that is meant first. `reach` in image pixels. */
  under(x: number, y: number, reach: number): Item[] {
    const near = this.within([x - reach, y - reach, x + reach, y + reach]);
    return under(
      near.filter(({ locked }) => !locked),
      x,
      y,
      reach,
    );
  }
}

/** What an edit makes of the contents, to show it before the store has answered. */
export const applied = (contents: Contents, edit: Edit): Contents => {
  const changed = new Map(edit.changed.map((each) => [each.key, each]));
  const removed = new Set(edit.removed);
  const answered = new Set([...edit.accepted, ...edit.rejected, ...edit.new.map((each) => each.corrects)]);
  const kept = contents.drawn
    .filter(({ key }) => !removed.has(key))
    .map((each): Drawn => ({ ...each, ...changed.get(each.key) }));
  const accepted = contents.offered
    .filter(({ id }) => edit.accepted.includes(id))
    .map(({ id, classId, shape, modelId }): Drawn => ({
      key: offeredKey(id),
      classId,
      shape,
      traits: PLAIN,
      acceptedFrom: modelId,
    }));
  const added = edit.new.map(({ key, classId, shape, traits }): Drawn => ({
    key,
    classId,
    shape,
    traits,
    acceptedFrom: null,
  }));
  return {
    ...contents,
    drawn: [...kept, ...accepted, ...added],
    offered: contents.offered.filter(({ id }) => !answered.has(id)),
  };
};
