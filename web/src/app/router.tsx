/** Where each address leads. Screens are loaded when first needed; what an address holds is typed per screen. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type ErrorComponentProps,
} from "@tanstack/react-router";

import { readSearch as readAnnotateSearch } from "@/annotate/search";
import { readSearch as readGallerySearch } from "@/gallery/search";
import { readSearch as readHistorySearch } from "@/history/search";
import { readSearch as readMapSearch } from "@/map/search";
import { readSearch as readModelsSearch } from "@/models/search";

import { ErrorScreen } from "./ErrorScreen";
import { Frame } from "./Frame";
import { NotFound } from "./NotFound";
import { ProjectFrame } from "./ProjectFrame";
import { ScreenSkeleton } from "./ScreenSkeleton";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const projects = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("@/projects/Screen")),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/settings/Screen")),
});

const project = createRoute({
  getParentRoute: () => root,
  path: "/projects/$projectId",
  params: {
    parse: ({ projectId }) => ({ projectId: Number(projectId) }),
    stringify: ({ projectId }) => ({ projectId: String(projectId) }),
  },
  component: ProjectFrame,
});

const overview = createRoute({
  getParentRoute: () => project,
  path: "/",
  component: lazyRouteComponent(() => import("@/overview/Screen")),
});

const map = createRoute({
  getParentRoute: () => project,
  path: "/map",
  validateSearch: readMapSearch,
  component: lazyRouteComponent(() => import("@/map/Screen")),
});

const gallery = createRoute({
  getParentRoute: () => project,
  path: "/gallery",
  validateSearch: readGallerySearch,
  component: lazyRouteComponent(() => import("@/gallery/Screen")),
});

const annotate = createRoute({
  getParentRoute: () => project,
  path: "/annotate",
  validateSearch: readAnnotateSearch,
  component: lazyRouteComponent(() => import("@/annotate/Screen")),
});

const models = createRoute({
  getParentRoute: () => project,
  path: "/models",
  validateSearch: readModelsSearch,
  component: lazyRouteComponent(() => import("@/models/Screen")),
});

const history = createRoute({
  getParentRoute: () => project,
  path: "/history",
  validateSearch: readHistorySearch,
  component: lazyRouteComponent(() => import("@/history/Screen")),
});

const classes = createRoute({
  getParentRoute: () => project,
  path: "/classes",
  component: lazyRouteComponent(() => import("@/classes/Screen")),
});

const exports = createRoute({
  getParentRoute: () => project,
  path: "/export",
  component: lazyRouteComponent(() => import("@/export/Screen")),
});

const routeTree = root.addChildren([
  projects,
  settings,
  project.addChildren([overview, map, gallery, annotate, models, history, classes, exports]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPendingMs: 150,
  defaultPendingComponent: ScreenSkeleton,
  defaultErrorComponent: ({ error, reset }: ErrorComponentProps) => (
    <ErrorScreen error={error} onRetry={reset} />
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
