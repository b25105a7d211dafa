/** The tabs of one browser: who they are, how they talk, and how only one of them does a thing at a time. */

/** Kept over a reload of the tab, forgotten when it is closed. */
export const tabName = (): string => {
  const kept = sessionStorage.getItem("labelgraft-tab");
  const name = kept ?? crypto.randomUUID();
  sessionStorage.setItem("labelgraft-tab", name);
  return name;
};

/** Runs `work` while no other tab runs work of that name. Where the browser has no locks, at once: the server does
 * nothing twice anyway. */
export const aloneAmongTabs =
  (name: string) =>
  async (work: () => Promise<void>): Promise<void> => {
    const locks = navigator.locks as LockManager | undefined;
    if (locks === undefined) await work();
    else await locks.request(name, work);
  };

/** Talks to the other tabs; what they say comes to `hear`. */
export const channel = <M>(name: string, hear: (message: M) => void): ((message: M) => void) => {
  const opened = new BroadcastChannel(name);
  opened.onmessage = (event: MessageEvent<M>) => hear(event.data);
  return (message) => opened.postMessage(message);
};

export const wait = (milliseconds: number, wake?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
