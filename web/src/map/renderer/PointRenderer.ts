/** Draws the points of one map on one canvas, up to some hundred thousand of them, whenever something changed. */
import type { Viewport } from "@/shapes/mapViewport";

import { POINT_FRAGMENT, POINT_VERTEX, SELECTED } from "./pointShaders";
import { Attribute, linked, openContext } from "./program";

const UNIFORMS = ["centre", "clipPerUnit", "progress", "size", "anySelected", "rimColour"] as const;
type Uniform = (typeof UNIFORMS)[number];

const ATTRIBUTES = {
  from: { name: "from", size: 2, type: "float" },
  to: { name: "to", size: 2, type: "float" },
  colour: { name: "colour", size: 4, type: "byte", normalised: true },
  mark: { name: "mark", size: 1, type: "byte" },
} as const;

const onCard = (gl: WebGL2RenderingContext) => {
  const program = linked(gl, POINT_VERTEX, POINT_FRAGMENT);
  gl.useProgram(program);
  gl.bindVertexArray(gl.createVertexArray());
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniforms = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
  return {
    program,
    uniforms: uniforms as Record<Uniform, WebGLUniformLocation | null>,
    from: new Attribute(gl, program, ATTRIBUTES.from),
    to: new Attribute(gl, program, ATTRIBUTES.to),
    colour: new Attribute(gl, program, ATTRIBUTES.colour),
    mark: new Attribute(gl, program, ATTRIBUTES.mark),
    order: gl.createBuffer(),
  };
};

type OnCard = ReturnType<typeof onCard>;

/** Indices with the selected points last, so that they lie on top; null where none is selected. */
const drawOrder = (marks: Uint8Array): Uint32Array | null => {
  const order = new Uint32Array(marks.length);
  let [back, front] = [0, marks.length];
  marks.forEach((mark, point) => {
    if ((mark & SELECTED) === 0) order[back++] = point;
    else order[--front] = point;
  });
  return front === marks.length ? null : order;
};

interface Movement {
  readonly from: Float32Array;
  readonly startedAt: number;
  readonly milliseconds: number;
}

export class PointRenderer {
  private readonly gl: WebGL2RenderingContext;
  private card: OnCard;
  private xy: Float32Array = new Float32Array(0);
  private colours: Uint8Array = new Uint8Array(0);
  private marks: Uint8Array = new Uint8Array(0);
  private anySelected = false;
  private rimColour: readonly [number, number, number] = [0, 0, 0];
  private view: Viewport | null = null;
  private size = 4;
  private movement: Movement | null = null;
  private frame = 0;
  /** Called after each drawn frame with how far a movement has come, 0..1. */
  onDrawn: ((progress: number) => void) | null = null;

  /** Throws NoWebGL. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.gl = openContext(canvas);
    this.card = onCard(this.gl);
    canvas.addEventListener("webglcontextlost", this.whenLost);
    canvas.addEventListener("webglcontextrestored", this.whenRestored);
  }

  /** xy: x0, y0, ... in map radii, colours: RGBA, marks: bits; all of the same points. */
  setPoints(xy: Float32Array, colours: Uint8Array, marks: Uint8Array): void {
    this.movement = null;
    this.xy = xy;
    this.card.from.fill(xy);
    this.card.to.fill(xy);
    this.setColours(colours);
    this.setMarks(marks);
  }

  /** Moves the same points from where `from` says to where they are now. */
  moveFrom(from: Float32Array, milliseconds: number): void {
    this.card.from.fill(from);
    this.movement = { from, startedAt: performance.now(), milliseconds };
    this.redraw();
  }

  setColours(colours: Uint8Array): void {
    this.colours = colours;
    this.card.colour.fill(colours);
    this.redraw();
  }

  setMarks(marks: Uint8Array): void {
    this.marks = marks;
    this.card.mark.fill(marks);
    const order = drawOrder(marks);
    this.anySelected = order !== null;
    if (order !== null) {
      this.gl.bindBuffer(this.gl.ELEMENT_ARRAY_BUFFER, this.card.order);
      this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, order, this.gl.DYNAMIC_DRAW);
    }
    this.redraw();
  }

  /** size: diameter of a point in CSS pixels. rimColour: around selected points, 0..1 each. */
  setLook(size: number, rimColour: readonly [number, number, number]): void {
    this.size = size;
    this.rimColour = rimColour;
    this.redraw();
  }

  setView(view: Viewport): void {
    this.view = view;
    this.redraw();
  }

  redraw(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(this.draw);
  }

  free(): void {
    cancelAnimationFrame(this.frame);
    this.canvas.removeEventListener("webglcontextlost", this.whenLost);
    this.canvas.removeEventListener("webglcontextrestored", this.whenRestored);
    for (const each of [this.card.from, this.card.to, this.card.colour, this.card.mark]) each.free();
    this.gl.deleteBuffer(this.card.order);
    this.gl.deleteProgram(this.card.program);
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private readonly whenLost = (event: Event): void => event.preventDefault();

  private readonly whenRestored = (): void => {
    this.card = onCard(this.gl);
    this.setPoints(this.xy, this.colours, this.marks);
  };

  private progress(): number {
    if (this.movement === null) return 1;
    return Math.min(1, (performance.now() - this.movement.startedAt) / this.movement.milliseconds);
  }

  private readonly draw = (): void => {
    this.frame = 0;
    if (this.view === null || this.gl.isContextLost()) return;
    const progress = this.progress();
    this.clear(this.view);
    this.setUniforms(this.view, progress);
    const count = this.xy.length / 2;
    if (this.anySelected) this.gl.drawElements(this.gl.POINTS, count, this.gl.UNSIGNED_INT, 0);
    else this.gl.drawArrays(this.gl.POINTS, 0, count);
    this.onDrawn?.(progress);
    if (progress < 1) this.redraw();
    else this.movement = null;
  };

  private clear(view: Viewport): void {
    const pixels = window.devicePixelRatio;
    const [width, height] = [Math.round(view.width * pixels), Math.round(view.height * pixels)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.gl.viewport(0, 0, width, height);
    this.gl.clearColor(0, 0, 0, 0);
    this.gl.clear(this.gl.COLOR_BUFFER_BIT);
  }

  private setUniforms(view: Viewport, progress: number): void {
    const { gl } = this;
    const at = this.card.uniforms;
    gl.uniform2f(at.centre, view.centre.x, view.centre.y);
    gl.uniform2f(at.clipPerUnit, (2 * view.scale) / view.width, (2 * view.scale) / view.height);
    gl.uniform1f(at.progress, progress);
    gl.uniform1f(at.size, this.size * window.devicePixelRatio);
    gl.uniform1f(at.anySelected, this.anySelected ? 1 : 0);
    gl.uniform3f(at.rimColour, ...this.rimColour);
  }
}
