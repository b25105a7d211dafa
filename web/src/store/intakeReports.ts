/** What an import did, as its finished job tells it. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { client, unwrap } from "@/api/client";

import { jobsQuery, type Job } from "./jobs";

export interface RefusedFile {
  path: string;
  reason: string;
}

export interface IntakeReport {
  added: number;
  known: number;
  moved: number;
  copies: number;
  labelled: number;
  refused: readonly RefusedFile[];
}

const INTAKES = new Set(["import", "demo"]);

/** Whether a job brought images in and is over, so that it has a report. */
export const hasReport = ({ kind, state }: Job): boolean => INTAKES.has(kind) && state === "finished";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const count = (value: unknown): number => (typeof value === "number" ? value : 0);

const isRefused = (value: unknown): value is RefusedFile =>
  isRecord(value) && typeof value.path === "string" && typeof value.reason === "string";

/** The report in a job's result; null where there is none. */
export const reportIn = (result: unknown): IntakeReport | null => {
  if (!isRecord(result) || !Array.isArray(result.refused)) return null;
  return {
    added: count(result.added),
    known: count(result.known),
    moved: count(result.moved),
    copies: Array.isArray(result.duplicates) ? result.duplicates.length : 0,
    labelled: count(result.labelled),
    refused: result.refused.filter(isRefused),
  };
};

/** The report of a finished job. It never changes, so it is asked for once. */
export const reportQuery = (number: number) =>
  queryOptions({
    queryKey: ["intake-report", number],
    queryFn: async () =>
      reportIn((await unwrap(client.GET("/api/v1/jobs/{number}", { params: { path: { number } } }))).result),
    staleTime: Infinity,
  });

/** The report of the last import into a project; null while there is none. */
export const useLastReport = (projectId: number): IntakeReport | null => {
  const { data: jobs } = useQuery(jobsQuery());
  const last = jobs?.find((job) => job.project_id === projectId && hasReport(job));
  const { data } = useQuery({ ...reportQuery(last?.number ?? 0), enabled: last !== undefined });
  return data ?? null;
};

const some = (number: number, words: string): string[] =>
  number === 0 ? [] : [`${number.toLocaleString("en")} ${words}`];

/** "183 images added, 5 copies left out, 23 files not taken". */
export const reportWords = ({ added, known, moved, copies, labelled, refused }: IntakeReport): string =>
  [
    `${added === 0 ? "no" : added.toLocaleString("en")} ${added === 1 ? "image" : "images"} added`,
    ...some(labelled, "with labels"),
    ...some(known, "here already"),
    ...some(moved, "found at a new place"),
    ...some(copies, copies === 1 ? "copy left out" : "copies left out"),
    ...some(refused.length, refused.length === 1 ? "file not taken" : "files not taken"),
  ].join(", ");

export interface RefusedGroup {
  reason: string;
  /** Below the folder that all refused files share. */
  names: readonly string[];
}

/** Refused files by reason, the commonest reason first. */
export const byReason = (refused: readonly RefusedFile[]): RefusedGroup[] => {
  const cut = sharedFolder(refused.map(({ path }) => path)).length;
  const groups = new Map<string, string[]>();
  for (const { path, reason } of refused) {
    const names = groups.get(reason) ?? [];
    names.push(path.slice(cut));
    groups.set(reason, names);
  }
  return [...groups]
    .map(([reason, names]) => ({ reason, names }))
    .sort((a, b) => b.names.length - a.names.length);
};

/** The longest folder that all paths begin with, with its last slash; "" where there is none. */
const sharedFolder = (paths: readonly string[]): string => {
  const [first = [], ...others] = paths.map((path) => path.split("/").slice(0, -1));
  const differs = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  const shared = differs === -1 ? first : first.slice(0, differs);
  return shared.map((part) => `${part}/`).join("");
};
