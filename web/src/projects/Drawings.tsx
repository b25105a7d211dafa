/** The three drawings of the first run: points of a map, a lasso around some, points that have got their colours. */

/** Three heaps of points; the numbers were drawn once from three normal distributions. */
const HEAPS: readonly (readonly [number, number][])[] = [
  [
    [48, 40], [60, 34], [38, 50], [55, 52], [66, 46], [44, 28], [70, 36], [52, 62], [34, 38], [62, 60], [46, 46], [58, 42],
  ],
  [
    [142, 34], [152, 44], [132, 42], [148, 56], [160, 34], [138, 54], [156, 26], [126, 32], [166, 48], [145, 44], [136, 26],
  ],
  [
    [96, 96], [108, 90], [84, 92], [100, 106], [116, 100], [90, 108], [106, 80], [78, 102], [120, 88], [94, 84], [110, 110],
  ],
]; // prettier-ignore

const LASSO = "M24 40C24 20 48 14 64 20S86 40 80 56 58 76 42 70 24 56 24 40Z";

const Points = ({ colours }: { colours: readonly string[] }) => (
  <>
    {HEAPS.map((heap, at) => (
      <g key={colours[at] ?? at} fill={colours[at]}>
        {heap.map(([x, y]) => (
          <circle key={`${x} ${y}`} cx={x} cy={y} r="3" />
        ))}
      </g>
    ))}
  </>
);

const Drawing = ({ children }: { children: React.ReactNode }) => (
  <svg viewBox="0 0 200 128" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

const GREY = "var(--line-strong)";

export const DrawnMap = () => (
  <Drawing>
    <Points colours={[GREY, GREY, GREY]} />
  </Drawing>
);

export const DrawnGroup = () => (
  <Drawing>
    <path
      d={LASSO}
      fill="var(--accent-soft)"
      stroke="var(--accent)"
      strokeWidth="1.5"
      strokeDasharray="4 3"
    />
    <Points colours={["#4c78a8", GREY, GREY]} />
  </Drawing>
);

export const DrawnProposals = () => (
  <Drawing>
    <Points colours={["#4c78a8", "#f58518", "#54a24b"]} />
  </Drawing>
);
