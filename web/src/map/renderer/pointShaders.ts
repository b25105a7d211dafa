/** Shaders of the points: a round spot each, moved from its last place to its new one. */

/** Bits of a point's mark. */
export const SELECTED = 1;
export const FADED = 2;

export const POINT_VERTEX = `#version 300 es
precision highp float;
in vec2 from;
in vec2 to;
in vec4 colour;
in float mark;
uniform vec2 centre;
uniform vec2 clipPerUnit;
uniform float progress;
uniform float size;
uniform float anySelected;
out vec4 tint;
out float radius;
out float rim;

void main() {
  float selected = mod(mark, 2.0);
  float faded = mod(floor(mark / 2.0), 2.0);
  // Points leave and arrive slowly, so that the eye keeps hold of them.
  float eased = progress * progress * (3.0 - 2.0 * progress);
  gl_Position = vec4((mix(from, to, eased) - centre) * clipPerUnit, 0.0, 1.0);
  float drawn = size * (selected == 1.0 ? 1.5 : 1.0);
  gl_PointSize = drawn + 1.0;
  radius = drawn * 0.5;
  // Among many small points rims would hide the colours; there full strength says enough.
  rim = selected * smoothstep(5.0, 8.0, drawn);
  float quiet = anySelected * (1.0 - selected);
  tint = vec4(colour.rgb, colour.a * min(faded == 1.0 ? 0.2 : 1.0, quiet == 1.0 ? 0.35 : 1.0));
}`;

export const POINT_FRAGMENT = `#version 300 es
precision highp float;
in vec4 tint;
in float radius;
in float rim;
uniform vec3 rimColour;
out vec4 painted;

void main() {
  float away = length(gl_PointCoord - 0.5) * (2.0 * radius + 1.0);
  float cover = clamp(radius - away + 0.5, 0.0, 1.0);
  if (cover == 0.0) discard;
  float inRim = rim * clamp(away - radius + max(0.9, radius * 0.26) + 0.5, 0.0, 1.0);
  vec3 rgb = mix(tint.rgb, rimColour, inRim);
  float alpha = cover * max(tint.a, inRim);
  painted = vec4(rgb * alpha, alpha);
}`;
