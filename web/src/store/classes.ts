/** The classes of a project and every change to them. A change is one operation, told before it is done. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answered, type Schemas } from "@/api/client";
import { NoAnswer } from "@/api/errors";

export type ProjectClass = Schemas["ProjectClass"];
export type ClassesChanged = Schemas["ClassesChanged"];
export type ClassEffect = Schemas["Effect"];

/** The key under which the classes of a project are kept; a change's answer is put there at once. */
export const classesKey = (projectId: number) => ["project", projectId, "classes"] as const;

export const classListQuery = (projectId: number) =>
  queryOptions({
    queryKey: classesKey(projectId),
    queryFn: async () =>
      // The generated client forgets that a limb has two ends.
      (await unwrap(
        client.GET("/api/v1/projects/{project_id}/classes", { params: { path: { project_id: projectId } } }),
      )) as ProjectClass[],
  });

/** A change of classes. */
export type ClassWish =
  | { kind: "add"; names: string[] }
  | { kind: "rename"; id: number; name: string }
  | { kind: "recolour"; id: number; colour: string }
  | { kind: "key"; id: number; key: string | null }
  | { kind: "order"; ids: number[] }
  | { kind: "merge"; id: number; into: number }
  | { kind: "delete"; id: number };

const ask = (projectId: number, wish: ClassWish, dry_run: boolean, once: string) => {
  const path = { project_id: projectId };
  const header = { "Idempotency-Key": once };
  switch (wish.kind) {
    case "add":
      return client.POST("/api/v1/projects/{project_id}/classes/several", {
        params: { path, header },
        body: { names: wish.names, dry_run },
      });
    case "order":
      return client.PUT("/api/v1/projects/{project_id}/classes/order", {
        params: { path, header },
        body: { class_ids: wish.ids, dry_run },
      });
    case "merge":
      return client.POST("/api/v1/projects/{project_id}/classes/{class_id}/merge", {
        params: { path: { ...path, class_id: wish.id }, header },
        body: { into: wish.into, dry_run },
      });
    case "delete":
      return client.DELETE("/api/v1/projects/{project_id}/classes/{class_id}", {
        params: { path: { ...path, class_id: wish.id }, query: { dry_run }, header },
      });
    case "rename":
    case "recolour":
    case "key": {
      const { kind: _kind, id, ...body } = wish;
      return client.PATCH("/api/v1/projects/{project_id}/classes/{class_id}", {
        params: { path: { ...path, class_id: id }, header },
        body: { ...body, dry_run },
      });
    }
  }
};

const asked = async (projectId: number, wish: ClassWish, dry_run: boolean, once: string) =>
  (await unwrap(ask(projectId, wish, dry_run, once) as Promise<Answered<unknown>>)) as ClassesChanged;

const TRIES = 3;
const PAUSE_MS = 500;

/** Does it. A lost answer is asked for again under the same key, so that it is still done once. */
export const changeClasses = async (projectId: number, wish: ClassWish): Promise<ClassesChanged> => {
  const once = crypto.randomUUID();
  for (let tries = 1; ; tries++) {
    try {
      return await asked(projectId, wish, false, once);
    } catch (error) {
      if (!(error instanceof NoAnswer) || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, tries * PAUSE_MS));
    }
  }
};

/** What a merge or a deletion would do; nothing is changed. */
export const classPlanQuery = (projectId: number, wish: ClassWish) =>
  queryOptions({
    queryKey: ["project", projectId, "class-plan", wish],
    queryFn: () => asked(projectId, wish, true, crypto.randomUUID()),
    gcTime: 0,
    staleTime: 0,
  });
