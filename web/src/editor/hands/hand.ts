/** What a tool does with the pointer. One hand per tool; what it has begun and not finished lives in it. */
import type { ClassLooks } from "@/editor/paint/layers";
import type { Pen } from "@/editor/paint/pen";
import type { Item, Scene } from "@/editor/scene";
import type { EditorProps } from "@/editor/handle";
import type { Edit } from "@/shapes/edit";
import type { ImagePoint, ScreenPoint, Viewport } from "@/shapes/imageView";
import type { Shape } from "@/shapes/shape";

/** Where the pointer is. */
export interface Touch {
  readonly screen: ScreenPoint;
  /** May be outside of the image. */
  readonly at: ImagePoint;
  /** Everything between the last event and this one, this one last. */
  readonly trail: readonly ImagePoint[];
  /** The main button is held. */
  readonly pressed: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Milliseconds. */
  readonly time: number;
}

/** What a hand works on. */
export interface Desk {
  readonly props: () => EditorProps;
  readonly scene: () => Scene;
  readonly view: () => Viewport;
  readonly selected: () => ReadonlySet<string>;
  readonly looks: ClassLooks;
  /** Radius of brush and eraser, screen pixels. */
  readonly brushPx: () => number;
  /** Something that is not settled has to be drawn again. */
  readonly redraw: () => void;
  /** Other shapes than before are drawn by the hand: `replaces` has changed. */
  readonly resettle: () => void;
  readonly select: (keys: ReadonlySet<string>) => void;
  /** A finished gesture; `select` is what is chosen after it. */
  readonly tell: (edit: Edit, words: string, select?: ReadonlySet<string>) => void;
}

/** A hand says only what it does. */
export interface Hand {
  /** Keys of the shapes that this hand draws itself just now, with what they are meanwhile. */
  readonly replaces?: ReadonlyMap<string, Shape>;
  /** Keys among them that `paint` draws too. */
  readonly paints?: ReadonlySet<string>;
  readonly crosshair?: boolean;
  down?: (touch: Touch) => void;
  move?: (touch: Touch) => void;
  up?: (touch: Touch) => void;
  /** The right button. */
  aside?: (touch: Touch) => void;
  isBusy?: () => boolean;
  finish?: () => boolean;
  cancel?: () => boolean;
  undoVertex?: () => boolean;
  placeHidden?: (touch: Touch | null) => boolean;
  /** What lies over the shapes; screen pixels. */
  paint?: (pen: Pen, touch: Touch | null) => void;
  /** The CSS cursor. */
  cursor?: (touch: Touch | null) => string;
  /** The item that would be meant by a press. */
  hovered?: (touch: Touch) => Item | null;
}

/** What hands that draw share. */
export abstract class DeskHand {
  constructor(protected readonly desk: Desk) {}

  /** Screen pixels as image pixels at the zoom. */
  protected inImage(screenPx: number): number {
    return screenPx / this.desk.view().zoom;
  }

  /** The point of the image that is nearest. */
  protected clamped({ x, y }: ImagePoint): ImagePoint {
    const { widthPx, heightPx } = this.desk.props().picture;
    return {
      x: Math.min(Math.max(x, 0), widthPx),
      y: Math.min(Math.max(y, 0), heightPx),
    } as ImagePoint;
  }

  /** The class of what is drawn next; null, and said so, where none is chosen. */
  protected classId(): number | null {
    const { classId, onNeedClass } = this.desk.props();
    if (classId === null) onNeedClass();
    return classId;
  }

  protected colour(): string {
    const { classId } = this.desk.props();
    return classId === null ? "#ffffff" : this.desk.looks.colour(classId);
  }
}
