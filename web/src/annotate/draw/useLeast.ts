import { useState } from "react";

const nameOf = (projectId: number): string => `labelgraft-least-${projectId}`;

const kept = (projectId: number): number => {
  const least = Number(localStorage.getItem(nameOf(projectId)) ?? 0);
  return least >= 0 && least <= 1 ? least : 0;
};

/** The least confidence of the proposals that are shown; this browser remembers it for the project. */
export const useLeast = (projectId: number): [number, (least: number) => void] => {
  const [least, setLeast] = useState(() => kept(projectId));
  return [
    least,
    (wanted) => {
      localStorage.setItem(nameOf(projectId), String(wanted));
      setLeast(wanted);
    },
  ];
};
