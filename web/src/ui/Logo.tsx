/** A twig grafted on a stock: two strokes and a leaf, told apart at 16 px. */
export const Logo = ({ size = 20 }: { size?: number }) => (
  <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
    <g fill="none" strokeWidth="2" strokeLinecap="round">
      <path stroke="var(--ink-quiet)" d="M5 15V7.5" />
      <path stroke="var(--accent)" d="M5 11.2 9.3 6.9" />
    </g>
    <path fill="var(--accent)" d="M8.2 8C7.4 4 9.8 1.2 14.6 1 14.8 5.9 12.2 8.4 8.2 8Z" />
  </svg>
);
