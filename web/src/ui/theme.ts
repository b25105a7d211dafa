/** The visual language in numbers; docs/decisions/0011-visual-language.md gives the reasons. */
import { createTheme, Modal, Drawer, type MantineColorsTuple } from "@mantine/core";

/** Graft green, the one accent. */
const graft: MantineColorsTuple = [
  "#eef8f2",
  "#d9efe2",
  "#b3dfc6",
  "#84cba4",
  "#52b580",
  "#2f9d65",
  "#238754",
  "#1c7447",
  "#165d39",
  "#0f452a",
];

/** Light ground: 0 behind pictures, 3 hairlines, 6 quiet text (4.9 to 1 on white), 9 ink. */
const gray: MantineColorsTuple = [
  "#f6f7f6",
  "#eff1f0",
  "#e7e9e8",
  "#dee1df",
  "#cbd0cd",
  "#9aa19d",
  "#67706b",
  "#535b57",
  "#343a37",
  "#1b1f1c",
];

/** Dark ground: 0 ink, 2 quiet text (6 to 1 on 7), 4 hairlines, 7 panels, 8 behind pictures. */
const dark: MantineColorsTuple = [
  "#ecefed",
  "#c6ccc8",
  "#9aa29d",
  "#6d7671",
  "#333836",
  "#2a2e2c",
  "#212423",
  "#191b1a",
  "#111312",
  "#0b0d0c",
];

const overlay = "0 0 0 1px rgb(0 0 0 / 6%), 0 8px 32px rgb(0 0 0 / 18%)";

/** What closes a dialog, for who does not see the cross. */
const closeButtonProps = { "aria-label": "Close" };

/** Text on the accent: Mantine chooses it for the light accent only. */
const onAccent = ({ variant, color }: { variant?: unknown; color?: unknown }): Record<string, string> =>
  (variant === undefined || variant === "filled") && color === undefined
    ? { "--button-color": "var(--on-accent)" }
    : {};

/** Heights on the 8 px grid. */
const heightOf = (size: unknown): string => ({ xs: "24px", sm: "32px", md: "40px" })[String(size)] ?? "32px";

/** What lies under a dialog stays readable. */
export const overlayProps = { backgroundOpacity: 0.32, blur: 0 };
const transitionProps = { duration: 80, transition: "fade" } as const;

export const theme = createTheme({
  primaryColor: "graft",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  colors: { graft, gray, dark },
  black: "#1b1f1c",
  fontFamily: "'Inter Variable', 'Inter fallback', system-ui, sans-serif",
  fontSizes: { xs: "12px", sm: "13px", md: "15px", lg: "20px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "20px", md: "24px", lg: "28px", xl: "28px" },
  headings: {
    fontFamily: "'Inter Variable', 'Inter fallback', system-ui, sans-serif",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "15px", lineHeight: "24px" },
      h3: { fontSize: "13px", lineHeight: "20px" },
    },
  },
  spacing: { xs: "4px", sm: "8px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "6px", sm: "6px", md: "6px", lg: "6px", xl: "6px" },
  defaultRadius: "md",
  shadows: { xs: "none", sm: "none", md: overlay, lg: overlay, xl: overlay },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: {
      defaultProps: { size: "sm" },
      vars: (_: unknown, props: { size?: unknown; variant?: unknown; color?: unknown }) => ({
        root: {
          ...onAccent(props),
          "--button-height": heightOf(props.size),
          "--button-fz": "13px",
          "--button-padding-x": "12px",
        },
      }),
      styles: { label: { fontWeight: 500 } },
    },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 32 } },
    Input: {
      defaultProps: { size: "sm" },
      vars: (_: unknown, props: { size?: unknown }) => ({
        wrapper: { "--input-height": heightOf(props.size), "--input-fz": "13px" },
      }),
    },
    InputWrapper: { defaultProps: { size: "sm" } },
    Text: { defaultProps: { size: "sm" } },
    // The page itself never scrolls, and the lock would write a style element that the page's policy forbids.
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        centered: true,
        padding: "lg",
        overlayProps,
        transitionProps,
        closeButtonProps,
      },
      styles: { title: { fontSize: "15px", fontWeight: 600 } },
    }),
    Drawer: Drawer.extend({
      defaultProps: { lockScroll: false, position: "right", overlayProps, closeButtonProps },
      styles: { title: { fontSize: "15px", fontWeight: 600 } },
    }),
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, transitionProps: { duration: 80 } } },
    // The placeholder for the first focus is a nameless item, which a menu may not hold.
    Menu: {
      defaultProps: { shadow: "md", transitionProps: { duration: 80 }, withInitialFocusPlaceholder: false },
    },
    Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Loader: { defaultProps: { size: 20, type: "oval" } },
    Skeleton: { defaultProps: { radius: "md" } },
    Paper: { defaultProps: { withBorder: true, radius: "md" } },
    Badge: { defaultProps: { variant: "light", color: "gray", radius: "md", size: "md" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Progress: { defaultProps: { size: 4, radius: "xl" } },
  },
});
