/** Draws shapes on a canvas: outlines with their dark halo, fills, masks, skeletons. */
import type { ScreenPoint, Viewport } from "@/shapes/imageView";
import { cornersOf, isSeen, ringsOf } from "@/shapes/measure";
import type { Edges, KeypointsShape, MaskShape, Point, PolygonShape, Shape, Skeleton } from "@/shapes/shape";
import { LOOK } from "@/editor/look";

import type { MaskPicture, MaskPictures } from "./maskPictures";

export type State = "settled" | "chosen" | "hovered" | "offered";

const paths = new WeakMap<PolygonShape, Path2D>();

const ringPath = (path: Path2D, ring: readonly Point[]): void => {
  ring.forEach(([x, y], i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  path.closePath();
};

/** A polygon in image pixels; made once for each value. */
const polygonPath = (shape: PolygonShape): Path2D => {
  const before = paths.get(shape);
  if (before !== undefined) return before;
  const path = new Path2D();
  for (const ring of ringsOf(shape)) ringPath(path, ring);
  paths.set(shape, path);
  return path;
};

/** A polygon of more vertices is drawn roughly while the view moves. */
const MANY_VERTICES = 500;

export const isLarge = (shape: Shape): boolean =>
  shape.kind === "polygon" &&
  shape.parts.reduce((sum, { outline }) => sum + outline.length, 0) > MANY_VERTICES;

export class Pen {
  /** Something was drawn without halo, fill or smoothing, because the view moves. */
  isRough = false;

  /** visible: the part of the image in view. hurried: the view moves; what costs time and is hardly seen is left out. */
  constructor(
    readonly context: CanvasRenderingContext2D,
    readonly view: Viewport,
    private readonly density: number,
    readonly visible: Edges,
    private readonly masks: MaskPictures,
    readonly hurried = false,
  ) {}

  /** Coordinates are screen pixels from here on. */
  onScreen(): void {
    this.context.setTransform(this.density, 0, 0, this.density, 0, 0);
  }

  /** Coordinates are image pixels from here on. */
  private onImage(): void {
    const { zoom, corner } = this.view;
    const scale = zoom * this.density;
    this.context.setTransform(scale, 0, 0, scale, corner.x * this.density, corner.y * this.density);
  }

  x(image: number): number {
    return image * this.view.zoom + this.view.corner.x;
  }

  y(image: number): number {
    return image * this.view.zoom + this.view.corner.y;
  }

  at([x, y]: readonly [number, number, ...unknown[]]): ScreenPoint {
    return { x: this.x(x), y: this.y(y) } as ScreenPoint;
  }

  private boxPath([left, top, right, bottom]: Edges): void {
    const { context } = this;
    context.strokeRect(
      this.x(left),
      this.y(top),
      (right - left) * this.view.zoom,
      (bottom - top) * this.view.zoom,
    );
  }

  /** Strokes the outline with what is set; masks have theirs in their picture. */
  private stroke(shape: Shape, width: number): void {
    const { context, view } = this;
    context.lineWidth = width;
    switch (shape.kind) {
      case "box": {
        this.boxPath(shape.box);
        return;
      }
      case "rotated-box": {
        context.beginPath();
        for (const corner of cornersOf(shape)) context.lineTo(this.x(corner[0]), this.y(corner[1]));
        context.closePath();
        context.stroke();
        return;
      }
      case "polygon": {
        this.onImage();
        // A line of one pixel is a good deal cheaper than a stroke.
        context.lineWidth = (this.leavesOut(shape) ? 1 / this.density : width) / view.zoom;
        context.lineJoin = isLarge(shape) ? "bevel" : "round";
        const dash = context.getLineDash();
        if (dash.length > 0) context.setLineDash(dash.map((each) => each / view.zoom));
        context.stroke(polygonPath(shape));
        if (dash.length > 0) context.setLineDash(dash);
        this.onScreen();
        return;
      }
      case "mask":
        return;
      case "keypoints":
        if (shape.box !== undefined) this.boxPath(shape.box);
    }
  }

  /** Halos under outlines of many shapes. */
  halos(shapes: readonly Shape[], linePx: number): void {
    this.context.strokeStyle = LOOK.halo;
    for (const shape of shapes) if (!this.leavesOut(shape)) this.stroke(shape, linePx + 2 * LOOK.haloPx);
  }

  /** What costs most of a shape is left out while the view moves. */
  private leavesOut(shape: Shape): boolean {
    if (!this.hurried || !isLarge(shape)) return false;
    this.isRough = true;
    return true;
  }

  outlines(shapes: readonly Shape[], colour: string, linePx: number): void {
    this.context.strokeStyle = colour;
    for (const shape of shapes) this.stroke(shape, linePx);
  }

  fill(shape: Shape, colour: string, opacity: number): void {
    const { context } = this;
    if (this.leavesOut(shape)) return;
    context.globalAlpha = opacity;
    context.fillStyle = colour;
    if (shape.kind === "polygon") {
      this.onImage();
      context.fill(polygonPath(shape), "evenodd");
      this.onScreen();
    } else if (shape.kind === "box") {
      const [left, top, right, bottom] = shape.box;
      const { zoom } = this.view;
      context.fillRect(this.x(left), this.y(top), (right - left) * zoom, (bottom - top) * zoom);
    } else if (shape.kind === "rotated-box") {
      context.beginPath();
      for (const corner of cornersOf(shape)) context.lineTo(this.x(corner[0]), this.y(corner[1]));
      context.fill();
    }
    context.globalAlpha = 1;
  }

  mask(shape: MaskShape, colour: string, state: State): void {
    const fill =
      state === "offered" ? LOOK.offeredFill : state === "settled" ? LOOK.fill : LOOK.chosenFill + 0.1;
    const look = { colour, fill, line: 0.95, dashed: state === "offered" };
    this.maskPicture(this.masks.of(shape, this.visible, this.view.zoom, look));
  }

  maskPicture(picture: MaskPicture): void {
    this.onImage();
    this.context.imageSmoothingEnabled = this.view.zoom < 1 && !this.hurried;
    this.isRough ||= this.hurried;
    picture.draw(this.context);
    this.onScreen();
  }

  skeleton(shape: KeypointsShape, colour: string, skeleton: Skeleton | undefined, linePx: number): void {
    const { context } = this;
    const seen = (at: number) => {
      const point = shape.points[at];
      return point !== undefined && isSeen(point) ? this.at(point) : null;
    };
    for (const [width, style] of [
      [linePx + 2 * LOOK.haloPx, LOOK.halo],
      [linePx, colour],
    ] as const) {
      context.beginPath();
      for (const [a, b] of skeleton?.limbs ?? []) {
        const [from, to] = [seen(a), seen(b)];
        if (from === null || to === null) continue;
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
      }
      context.lineWidth = width;
      context.strokeStyle = style;
      context.stroke();
    }
    for (const point of shape.points)
      if (isSeen(point)) this.keypoint(this.at(point), colour, point[2] === 1);
  }

  /** A hidden one is hollow. */
  keypoint(at: ScreenPoint, colour: string, isHidden: boolean, radius: number = LOOK.keypointPx): void {
    const { context } = this;
    context.beginPath();
    context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    context.lineWidth = 4;
    context.strokeStyle = LOOK.halo;
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = isHidden ? colour : "#ffffff";
    context.fillStyle = isHidden ? "rgb(0 0 0 / 35%)" : colour;
    context.fill();
    context.stroke();
  }

  /** Squares at places, in one go. */
  vertices(points: readonly ScreenPoint[], colour: string, half: number = LOOK.vertexPx): void {
    const { context } = this;
    const squares = (grown: number) => {
      for (const { x, y } of points) {
        context.fillRect(x - half - grown, y - half - grown, 2 * (half + grown), 2 * (half + grown));
      }
    };
    context.fillStyle = LOOK.halo;
    squares(1.5);
    context.fillStyle = colour;
    squares(0.5);
    context.fillStyle = "#ffffff";
    squares(-1);
  }

  /** A line through places. */
  line(points: readonly ScreenPoint[], colour: string, dashed = false): void {
    const { context } = this;
    context.setLineDash(dashed ? [...LOOK.dash] : []);
    context.beginPath();
    for (const { x, y } of points) context.lineTo(x, y);
    context.lineJoin = "round";
    context.lineWidth = LOOK.chosenPx + 2 * LOOK.haloPx;
    context.strokeStyle = LOOK.halo;
    context.stroke();
    context.lineWidth = LOOK.chosenPx;
    context.strokeStyle = colour;
    context.stroke();
    context.setLineDash([]);
  }

  /** A word on a dark ground with the class's colour before it; its lower left corner at a place. */
  tag(at: ScreenPoint, words: string, colour: string, widthPx: number): void {
    const { context } = this;
    context.font = "500 12px 'Inter Variable', 'Inter fallback', sans-serif";
    const width = context.measureText(words).width + 24;
    const left = Math.min(Math.max(at.x, 2), Math.max(widthPx - width - 2, 2));
    const top = Math.max(at.y - 22, 2);
    context.fillStyle = "rgb(0 0 0 / 78%)";
    context.beginPath();
    context.roundRect(left, top, width, 20, 4);
    context.fill();
    context.fillStyle = colour;
    context.beginPath();
    context.arc(left + 10, top + 10, 4, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = "#ffffff";
    context.textBaseline = "middle";
    context.fillText(words, left + 18, top + 10.5);
  }
}
