/** COCO's compressed run lengths: differences of counts, five bits per character. Source: cocoapi, common/maskApi.c. */

const BITS = 32;
const MORE = 0x20;
const SIGN = 0x10;
const ZERO = 48;
const FROM_BEFORE_LAST = 2;

/** Lengths of the runs, the first outside of the object. Throws where the text is not COCO's. */
export const countsOfText = (text: string): number[] => {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, place, code] = [0, 1, MORE];
    while ((code & MORE) !== 0) {
      code = text.charCodeAt(at++) - ZERO;
      if (!(code >= 0 && code < 2 * MORE)) throw new Error("These are not COCO's compressed counts.");
      value += (code & (BITS - 1)) * place;
      place *= BITS;
    }
    if ((code & SIGN) !== 0) value -= place;
    const before = counts.length > FROM_BEFORE_LAST ? (counts[counts.length - 2] ?? 0) : 0;
    counts.push(value + before);
  }
  return counts;
};

/** Character by character what pycocotools writes. */
export const textOfCounts = (counts: ArrayLike<number>): string => {
  const codes = new Uint8Array(counts.length * 8);
  let length = 0;
  for (let i = 0; i < counts.length; i++) {
    let value = (counts[i] ?? 0) - (i > FROM_BEFORE_LAST ? (counts[i - 2] ?? 0) : 0);
    for (let more = true; more;) {
      const low = value - Math.floor(value / BITS) * BITS;
      value = Math.floor(value / BITS);
      more = (low & SIGN) !== 0 ? value !== -1 : value !== 0;
      codes[length++] = ZERO + low + (more ? MORE : 0);
    }
  }
  return new TextDecoder("ascii").decode(codes.subarray(0, length));
};
