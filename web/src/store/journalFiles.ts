/** Where gestures lie on this machine: IndexedDB. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

import type { Gesture, GestureState } from "./gesture";

interface Schema extends DBSchema {
  gestures: {
    key: number;
    value: Gesture;
    indexes: { key: string; state: [GestureState, number] };
  };
}

/** Saved gestures are kept this long, for undo. */
const KEPT_MS = 24 * 3600 * 1000;
const KEPT_COUNT = 1000;

export class GestureFiles {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(name = "labelgraft"): Promise<GestureFiles> {
    const database = await openDB<Schema>(name, 1, {
      upgrade: (fresh) => {
        const store = fresh.createObjectStore("gestures", { keyPath: "number", autoIncrement: true });
        store.createIndex("key", "key", { unique: true });
        store.createIndex("state", ["state", "number"]);
      },
    });
    return new GestureFiles(database);
  }

  /** Resolves when the gesture is on disk, not only in the browser's memory. */
  async append(gesture: Omit<Gesture, "number">): Promise<Gesture> {
    const written = this.database.transaction("gestures", "readwrite", { durability: "strict" });
    // The database itself gives the number: the order over all tabs.
    const number = await written.store.add(gesture as Gesture);
    await written.done;
    return { ...gesture, number };
  }

  put = (gesture: Gesture): Promise<number> => this.database.put("gestures", gesture);

  get = (key: string): Promise<Gesture | undefined> => this.database.getFromIndex("gestures", "key", key);

  all = (): Promise<Gesture[]> => this.database.getAll("gestures");

  withState = (state: GestureState, most?: number): Promise<Gesture[]> =>
    this.database.getAllFromIndex("gestures", "state", ofState(state), most);

  count = (state: GestureState): Promise<number> =>
    this.database.countFromIndex("gestures", "state", ofState(state));

  /** The newest saved gesture that fits. */
  async newestSaved(fits: (gesture: Gesture) => boolean): Promise<Gesture | undefined> {
    const index = this.database.transaction("gestures").store.index("state");
    for await (const { value } of index.iterate(ofState("saved"), "prev")) if (fits(value)) return value;
    return undefined;
  }

  async remove(key: string): Promise<void> {
    const number = await this.database.getKeyFromIndex("gestures", "key", key);
    if (number !== undefined) await this.database.delete("gestures", number);
  }

  /** Drops what is settled and too old to take back by undo; the history on the server has it all. */
  async forget(now: Date): Promise<void> {
    const oldest = new Date(now.getTime() - KEPT_MS).toISOString();
    const settled = [...(await this.withState("saved")), ...(await this.withState("refused"))];
    const over = settled.length - KEPT_COUNT;
    const old = settled.filter((gesture, at) => gesture.made_at < oldest || at < over);
    await Promise.all(old.map((gesture) => this.database.delete("gestures", gesture.number)));
  }

  close(): void {
    this.database.close();
  }
}

const ofState = (state: GestureState): IDBKeyRange => IDBKeyRange.bound([state, 0], [state, Infinity]);
