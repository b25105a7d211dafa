/** The server's binary columns: a length, a JSON header padded to 8 bytes, then little-endian arrays. */

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type DType = keyof typeof ARRAYS;
export type NumberColumn = InstanceType<(typeof ARRAYS)[DType]>;

interface ColumnHeader {
  name: string;
  dtype: DType;
  shape: number[];
  /** Bytes from the start of the data, a multiple of 8. */
  offset: number;
}

interface Header {
  columns: ColumnHeader[];
  facts: Record<string, unknown>;
}

export class BadColumns extends Error {
  constructor(found: string) {
    super(`Columns from the server: ${found}. Nothing was shown of them. Reload the page.`);
    this.name = "BadColumns";
  }
}

/** Named arrays of one answer; views of its bytes, not copies. */
export class Columns {
  constructor(
    readonly facts: Readonly<Record<string, unknown>>,
    private readonly arrays: ReadonlyMap<string, NumberColumn>,
  ) {}

  /** The array called `name` in the given kind. Throws BadColumns where it is missing or of another kind. */
  get<K extends DType>(name: string, dtype: K): InstanceType<(typeof ARRAYS)[K]> {
    const found = this.arrays.get(name);
    if (found === undefined) throw new BadColumns(`found no column "${name}"`);
    if (!(found instanceof ARRAYS[dtype])) throw new BadColumns(`column "${name}" is not ${dtype}`);
    return found as InstanceType<(typeof ARRAYS)[K]>;
  }

  /** Ids, which come as uint32 where they fit and as float64 where not. */
  ids(name: string): Uint32Array | Float64Array {
    const found = this.arrays.get(name);
    if (found instanceof Uint32Array || found instanceof Float64Array) return found;
    throw new BadColumns(`column "${name}" holds no ids`);
  }

  /** The array called `name`, of whatever kind the server chose for it. */
  numbers(name: string): NumberColumn {
    const found = this.arrays.get(name);
    if (found === undefined) throw new BadColumns(`found no column "${name}"`);
    return found;
  }

  has(name: string): boolean {
    return this.arrays.has(name);
  }
}

const readHeader = (bytes: ArrayBuffer): { header: Header; start: number } => {
  if (bytes.byteLength < 4) throw new BadColumns(`found ${bytes.byteLength} bytes, expected at least 4`);
  const length = new DataView(bytes).getUint32(0, true);
  const start = 4 + length;
  if (start > bytes.byteLength) throw new BadColumns("the header is cut off");
  const text = new TextDecoder().decode(new Uint8Array(bytes, 4, length));
  return { header: JSON.parse(text) as Header, start };
};

export const decodeColumns = (bytes: ArrayBuffer): Columns => {
  const { header, start } = readHeader(bytes);
  const arrays = new Map<string, NumberColumn>();
  for (const { name, dtype, shape, offset } of header.columns) {
    const kind = ARRAYS[dtype] as (typeof ARRAYS)[DType] | undefined;
    if (kind === undefined) throw new BadColumns(`column "${name}" is of unknown kind ${dtype}`);
    const count = shape.reduce((product, size) => product * size, 1);
    const from = start + offset;
    if (from + count * kind.BYTES_PER_ELEMENT > bytes.byteLength) {
      throw new BadColumns(`column "${name}" is cut off`);
    }
    // A view needs a start that its kind divides; the padding of the header sees to that, a copy to the rest.
    const aligned = from % kind.BYTES_PER_ELEMENT === 0;
    arrays.set(
      name,
      aligned
        ? new kind(bytes, from, count)
        : new kind(bytes.slice(from, from + count * kind.BYTES_PER_ELEMENT)),
    );
  }
  return new Columns(header.facts, arrays);
};
