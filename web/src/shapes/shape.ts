/** What an annotation covers, as it goes over the wire: float64 pixels of the upright image, origin its top left corner. */

/** x, y. */
export type Point = readonly [x: number, y: number];
/** Left, top, right, bottom; right > left and bottom > top. */
export type Edges = readonly [left: number, top: number, right: number, bottom: number];
/** Three or more vertices; the last is joined to the first and does not repeat it. */
export type Ring = readonly Point[];
/** 0 absent (and then at 0, 0), 1 hidden, 2 visible. */
export type Visibility = 0 | 1 | 2;
export type Keypoint = readonly [x: number, y: number, visibility: Visibility];

export interface BoxShape {
  readonly kind: "box";
  readonly box: Edges;
}

export interface RotatedBoxShape {
  readonly kind: "rotated-box";
  readonly centre: Point;
  /** Width and height; width lies along x at 0 degrees. */
  readonly size: Point;
  /** Clockwise on the screen, 0 to below 360. */
  readonly degrees: number;
}

export interface PolygonPart {
  readonly outline: Ring;
  /** Left out where there is none. */
  readonly holes?: readonly Ring[];
}

export interface PolygonShape {
  readonly kind: "polygon";
  readonly parts: readonly PolygonPart[];
}

export interface MaskShape {
  readonly kind: "mask";
  /** Width and height of the image. */
  readonly size: Point;
  /** Run lengths down the columns, as COCO compresses them. */
  readonly counts: string;
}

export interface KeypointsShape {
  readonly kind: "keypoints";
  /** In the order of the class's skeleton. */
  readonly points: readonly Keypoint[];
  /** Around the whole object; left out where nobody drew one. */
  readonly box?: Edges;
}

export type Shape = BoxShape | RotatedBoxShape | PolygonShape | MaskShape | KeypointsShape;
export type ShapeKind = Shape["kind"];

/** What is said of an instance beside its class and shape. */
export interface Traits {
  readonly occluded: boolean;
  readonly truncated: boolean;
  readonly crowd: boolean;
  readonly difficult: boolean;
  /** Higher lies on top. */
  readonly z: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export const PLAIN: Traits = {
  occluded: false,
  truncated: false,
  crowd: false,
  difficult: false,
  z: 0,
  attributes: {},
};

/** What the keypoints of a class are. */
export interface Skeleton {
  /** Of the points, in their order. */
  readonly names: readonly string[];
  /** Pairs of places in `names`, drawn as lines. */
  readonly limbs?: readonly Point[];
}
