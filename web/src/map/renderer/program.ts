/** Thin words over WebGL2, which needs no code made at run time and so runs under the page's strict policy. */

export class NoWebGL extends Error {
  constructor(detail: string) {
    super(
      `The map needs WebGL2, which this browser does not give (${detail}). The gallery shows the same images.`,
    );
    this.name = "NoWebGL";
  }
}

export const openContext = (canvas: HTMLCanvasElement): WebGL2RenderingContext => {
  const gl = canvas.getContext("webgl2", { antialias: false, alpha: true, premultipliedAlpha: true });
  if (gl === null) throw new NoWebGL("no context");
  return gl;
};

const compiled = (gl: WebGL2RenderingContext, kind: GLenum, source: string): WebGLShader => {
  const shader = gl.createShader(kind);
  if (shader === null) throw new NoWebGL("no shader");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
};

/** Throws NoWebGL with the driver's words where it will not take our shaders. */
export const linked = (gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram => {
  const program = gl.createProgram();
  gl.attachShader(program, compiled(gl, gl.VERTEX_SHADER, vertex));
  gl.attachShader(program, compiled(gl, gl.FRAGMENT_SHADER, fragment));
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true && !gl.isContextLost()) {
    throw new NoWebGL(gl.getProgramInfoLog(program) ?? "shaders refused");
  }
  return program;
};

export interface AttributeKind {
  name: string;
  size: number;
  type: "float" | "byte";
  /** Whether bytes 0..255 become 0..1. */
  normalised?: boolean;
}

/** One array on the graphics card, read as one attribute of every point. */
export class Attribute {
  private readonly buffer: WebGLBuffer;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    program: WebGLProgram,
    kind: AttributeKind,
  ) {
    this.buffer = gl.createBuffer();
    const place = gl.getAttribLocation(program, kind.name);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.enableVertexAttribArray(place);
    const type = kind.type === "float" ? gl.FLOAT : gl.UNSIGNED_BYTE;
    gl.vertexAttribPointer(place, kind.size, type, kind.normalised ?? false, 0, 0);
  }

  fill(values: Float32Array | Uint8Array): void {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, values, this.gl.DYNAMIC_DRAW);
  }

  free(): void {
    this.gl.deleteBuffer(this.buffer);
  }
}

/** Whether this browser can draw the map at all; a context is made and given back at once. */
export const drawsWebGL2 = (): boolean => {
  const gl = document.createElement("canvas").getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return gl !== null;
};
