/** A value that tells when it changes; the whole reactive machinery of the store. */
import { useRef, useSyncExternalStore } from "react";

export interface Observable<T> {
  get: () => T;
  /** Calls back after every change; returns how to stop. */
  subscribe: (listener: () => void) => () => void;
}

export class Cell<T> implements Observable<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  get = (): T => this.value;

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.value));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** The value, and a fresh render when it changes. */
export const useObservable = <T>(observable: Observable<T>): T =>
  useSyncExternalStore(observable.subscribe, observable.get);

/** A part of the value, and a fresh render only when that part changes; `pick` gives an equal part the same identity. */
export const useSelected = <T, P>(observable: Observable<T>, pick: (value: T) => P): P => {
  const last = useRef<{ value: T; pick: (value: T) => P; part: P } | null>(null);
  return useSyncExternalStore(observable.subscribe, () => {
    const value = observable.get();
    if (last.current?.value !== value || last.current.pick !== pick) {
      last.current = { value, pick, part: pick(value) };
    }
    return last.current.part;
  });
};
