/** The history of a project: every operation, newest first, in pages. */
import { infiniteQueryOptions, queryOptions, type InfiniteData } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

export type Operation = Schemas["Operation"];
export type Cause = Operation["cause"];
export type OperationPage = Schemas["OperationPage"];
export type RevertPlan = Schemas["Reverted"];

const PAGE = 50;

const fetchPage = (projectId: number, cause: Cause | null, before: number | null): Promise<OperationPage> =>
  unwrap(
    client.GET("/api/v1/projects/{project_id}/operations", {
      params: {
        path: { project_id: projectId },
        query: { limit: PAGE, ...(before === null ? {} : { before }), ...(cause === null ? {} : { cause }) },
      },
    }),
  );

/**
 * Pages are not asked again when something happens, however many were read: `fetchNewest` and `withNewest` put what is
 * new on top. So the key does not begin with the project.
 */
export const historyQuery = (projectId: number, cause: Cause | null) =>
  infiniteQueryOptions({
    queryKey: ["history", projectId, cause],
    queryFn: ({ pageParam }) => fetchPage(projectId, cause, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_before,
    staleTime: 0,
    refetchOnMount: "always",
    gcTime: 0,
  });

export const fetchNewest = (projectId: number, cause: Cause | null): Promise<OperationPage> =>
  fetchPage(projectId, cause, null);

export type History = InfiniteData<OperationPage>;

/**
 * Operations, newest first and without gaps, with the marks that they give each other: what takes an operation back is
 * always newer, and counts as long as it is not taken back itself.
 */
const marked = (operations: readonly Operation[]): Operation[] => {
  const takenBackBy = new Map<number, number>();
  return operations.map((each) => {
    const by = takenBackBy.get(each.id) ?? null;
    if (by === null && each.reverts !== null) takenBackBy.set(each.reverts, each.id);
    return by === each.reverted_by ? each : { ...each, reverted_by: by };
  });
};

/**
 * The pages with what is new on top of them. Null where so much happened that operations between the newest page and
 * the known ones may be missing: then all is to be read again.
 */
export const withNewest = (known: History, newest: OperationPage): History | null => {
  const latest = known.pages[0]?.operations[0]?.id ?? 0;
  const fresh = newest.operations.filter(({ id }) => id > latest);
  if (fresh.length === newest.operations.length && newest.next_before !== null) return null;
  const all = marked([...fresh, ...known.pages.flatMap(({ operations }) => operations)]);
  let from = 0;
  const pages = known.pages.map((page, at) => {
    const until = from + page.operations.length + (at === 0 ? fresh.length : 0);
    const operations = all.slice(from, until);
    from = until;
    return { ...page, operations };
  });
  return { ...known, pages };
};

/** The first few images that an operation touched; they never change. */
export const operationImagesQuery = (projectId: number, operationId: number, limit: number) =>
  queryOptions({
    queryKey: ["operation-images", projectId, operationId, limit],
    queryFn: ({ signal }) => fetchImages(projectId, operationId, limit, signal),
    staleTime: Infinity,
  });

const fetchImages = async (
  projectId: number,
  operationId: number,
  limit: number | null,
  signal?: AbortSignal,
): Promise<number[]> => {
  const answer = await unwrap(
    client.GET("/api/v1/projects/{project_id}/operations/{number}/images", {
      params: {
        path: { project_id: projectId, number: operationId },
        query: limit === null ? {} : { limit },
      },
      signal: signal ?? null,
    }),
  );
  return answer.image_ids;
};

/** All images that an operation touched. */
export const fetchTouched = async (projectId: number, operationId: number): Promise<Uint32Array> =>
  Uint32Array.from(await fetchImages(projectId, operationId, null));

/** What taking an operation back would do now; nothing is changed. */
export const revertPlanQuery = (projectId: number, operationId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "revert-plan", operationId],
    queryFn: () =>
      unwrap(
        client.POST("/api/v1/projects/{project_id}/operations/{number}/revert", {
          params: { path: { project_id: projectId, number: operationId } },
          body: { dry_run: true },
        }),
      ),
    gcTime: 0,
    staleTime: 0,
  });
