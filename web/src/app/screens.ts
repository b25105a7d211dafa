/** The screens of a project, in the order of the rail. A new screen is one line here and one route in router.tsx. */
import {
  ChartScatter,
  Download,
  Grid3x3,
  History,
  LayoutDashboard,
  ScanEye,
  Sprout,
  Tags,
  type LucideIcon,
} from "lucide-react";

export interface ScreenEntry {
  to: `/projects/$projectId${string}`;
  words: string;
  icon: LucideIcon;
}

export const SCREENS = [
  { to: "/projects/$projectId", words: "Overview", icon: LayoutDashboard },
  { to: "/projects/$projectId/map", words: "Map", icon: ChartScatter },
  { to: "/projects/$projectId/gallery", words: "Gallery", icon: Grid3x3 },
  { to: "/projects/$projectId/annotate", words: "Annotate", icon: ScanEye },
  { to: "/projects/$projectId/models", words: "Models", icon: Sprout },
  { to: "/projects/$projectId/history", words: "History", icon: History },
  { to: "/projects/$projectId/classes", words: "Classes", icon: Tags },
  { to: "/projects/$projectId/export", words: "Export", icon: Download },
] as const satisfies readonly ScreenEntry[];
