/** Turns what the mouse, pen or finger does into presses of a hand, or into moves of the view. */
import { imagePoint, screenPoint, toImage, type ImagePoint, type ScreenPoint } from "@/shapes/imageView";

import type { Touch } from "./hands/hand";
import type { Board } from "./board";

const LEFT = 0;
const MIDDLE = 1;
const RIGHT = 2;
const MIDDLE_HELD = 4;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, button, a, [contenteditable=true], [role=dialog], [role=menu]") !==
    null;

export class Pointer {
  private spaceHeld = false;
  private pressed = false;
  private panned: ScreenPoint | null = null;

  constructor(
    private readonly element: HTMLElement,
    private readonly board: Board,
  ) {
    element.addEventListener("pointerdown", this.down);
    element.addEventListener("pointermove", this.move);
    element.addEventListener("pointerup", this.up);
    element.addEventListener("pointercancel", this.drop);
    element.addEventListener("pointerleave", this.leave);
    element.addEventListener("wheel", this.wheel, { passive: false });
    element.addEventListener("contextmenu", this.noMenu);
    window.addEventListener("keydown", this.key);
    window.addEventListener("keyup", this.key);
    window.addEventListener("blur", this.release);
  }

  free(): void {
    const { element } = this;
    element.removeEventListener("pointerdown", this.down);
    element.removeEventListener("pointermove", this.move);
    element.removeEventListener("pointerup", this.up);
    element.removeEventListener("pointercancel", this.drop);
    element.removeEventListener("pointerleave", this.leave);
    element.removeEventListener("wheel", this.wheel);
    element.removeEventListener("contextmenu", this.noMenu);
    window.removeEventListener("keydown", this.key);
    window.removeEventListener("keyup", this.key);
    window.removeEventListener("blur", this.release);
  }

  private place(event: MouseEvent): ScreenPoint {
    const { left, top } = this.element.getBoundingClientRect();
    return screenPoint(event.clientX - left, event.clientY - top);
  }

  private touch(event: PointerEvent): Touch {
    const screen = this.place(event);
    const view = this.board.sight.view;
    const at = toImage(view, screen);
    const between = event.getCoalescedEvents().map((each): ImagePoint => toImage(view, this.place(each)));
    return {
      screen,
      at,
      trail: between.length > 0 ? between : [imagePoint(at.x, at.y)],
      pressed: this.pressed,
      shift: event.shiftKey,
      alt: event.altKey,
      time: event.timeStamp,
    };
  }

  private readonly down = (event: PointerEvent): void => {
    this.element.focus({ preventScroll: true });
    if (event.button > RIGHT) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    this.board.press(event.ctrlKey || event.metaKey);
    const pans = event.button === MIDDLE || (event.button === LEFT && (this.spaceHeld || this.board.pans));
    if (pans) this.panned = this.place(event);
    else if (event.button === RIGHT) this.board.hand.aside?.(this.touch(event));
    else {
      this.pressed = true;
      this.board.hand.down?.(this.touch(event));
    }
    this.board.point(this.touch(event), this.panned !== null);
  };

  private readonly move = (event: PointerEvent): void => {
    const touch = this.touch(event);
    // A second button that is pressed while the first one draws comes as a move.
    const pansNow = (event.buttons & MIDDLE_HELD) !== 0 || (this.spaceHeld && this.pressed);
    if (pansNow && this.panned === null) this.panned = touch.screen;
    if (!pansNow && this.pressed) this.panned = null;
    if (this.panned !== null) {
      this.board.sight.pan(touch.screen.x - this.panned.x, touch.screen.y - this.panned.y);
      this.panned = touch.screen;
      this.board.point(touch, true);
      return;
    }
    if (!this.pressed) this.board.lean(event.ctrlKey || event.metaKey);
    this.board.hand.move?.(touch);
    this.board.point(touch, this.spaceHeld);
  };

  private readonly up = (event: PointerEvent): void => {
    const touch = this.touch(event);
    if (event.button === LEFT && this.pressed) {
      this.pressed = false;
      this.board.hand.up?.(touch);
    }
    this.panned = null;
    this.board.point(touch, this.spaceHeld);
  };

  private readonly drop = (): void => {
    this.pressed = false;
    this.panned = null;
    this.board.hand.cancel?.();
  };

  private readonly leave = (): void => {
    if (!this.pressed) this.board.point(null, false);
  };

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    // A pinch comes as a wheel with Ctrl, in small steps.
    const factor = Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 120 : 480));
    this.board.sight.zoomAt(factor, this.place(event));
  };

  private readonly noMenu = (event: Event): void => event.preventDefault();

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== " " || isTyping(event.target)) return;
    event.preventDefault();
    this.spaceHeld = event.type === "keydown";
    this.board.showCursor(this.spaceHeld);
  };

  private readonly release = (): void => {
    this.spaceHeld = false;
    this.board.showCursor(false);
  };
}
