/** What this page holds as long as it lives: the journal, the events, and the answers of the server. */
import { QueryClient } from "@tanstack/react-query";

import { ApiError, NoAnswer } from "@/api/errors";

import { EventStream, type EventMessage } from "./events";
import { Freshness } from "./freshness";
import { Journal, type JournalEvent } from "./journal";
import { GestureFiles } from "./journalFiles";
import { sendGesture, type OperationAnswer } from "./sending";
import { aloneAmongTabs, channel, tabName, wait } from "./tabs";

export interface Session {
  journal: Journal<OperationAnswer>;
  events: EventStream;
  queries: QueryClient;
  tab: string;
}

/** Errors of the server's making will not go away by asking again; a lost connection may. */
const mayRetry = (failures: number, error: Error): boolean =>
  failures < 3 && (error instanceof NoAnswer || (error instanceof ApiError && error.status === 503));

export const newQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: mayRetry, staleTime: 30_000, refetchOnWindowFocus: false, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });

export const startSession = async (): Promise<Session> => {
  const tab = tabName();
  const toJournals = channel<JournalEvent<OperationAnswer> | { kind: "hurry" }>(
    "labelgraft-journal",
    (event) => {
      if (event.kind === "hurry") journal.hurry();
      else void journal.hear(event);
    },
  );
  const journal = new Journal<OperationAnswer>({
    files: await GestureFiles.open(),
    send: sendGesture,
    alone: aloneAmongTabs("labelgraft-journal"),
    wait,
    newKey: () => crypto.randomUUID(),
    now: () => new Date(),
    tab,
    toOtherTabs: toJournals,
  });
  const hurryAll = () => {
    journal.hurry();
    toJournals({ kind: "hurry" });
  };
  const toStreams = channel<EventMessage>("labelgraft-events", (message) => events.hear(message));
  const events = new EventStream({
    openSource: () => new EventSource("/api/v1/events"),
    alone: aloneAmongTabs("labelgraft-events"),
    toOtherTabs: toStreams,
    wait,
  });
  const queries = newQueries();
  const freshness = new Freshness(queries);
  events.listen((event) => freshness.hear(event));
  // A connection that opens is the surest sign that the server is back.
  events.connection.subscribe(() => {
    if (events.connection.get() === "open") hurryAll();
  });
  window.addEventListener("online", hurryAll);
  await journal.start();
  void events.start();
  return { journal, events, queries, tab };
};
