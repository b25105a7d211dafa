/** Hears the keyboard and calls the handler of the action that a chord means on the screen that is shown. */
import { useEffect, useRef } from "react";

import { Cell } from "@/store/observable";
import type { ActionId, Scope } from "./actions";
import { chordOf, type Chord } from "./chord";
import { actionFor, PROFILE_NAMES, type ProfileName } from "./profiles";

/** What a handler gives where the key has nothing to do here: the browser does with it what it does elsewhere. */
export const NOT_MEANT = Symbol("the key is not meant for us");

type Handler = (event: KeyboardEvent) => unknown;
type Handlers = Readonly<Partial<Record<ActionId, Handler>>>;
type ChordHandlers = ReadonlyMap<Chord, Handler>;

interface Listening {
  scope: Scope;
  handlers: () => Handlers;
  /** Keys of the project's classes. */
  classes: () => ChordHandlers;
}

const NO_CLASSES: ChordHandlers = new Map();

const KEPT_AS = "labelgraft-keys";

const keptProfile = (): ProfileName => {
  const kept = globalThis.localStorage.getItem(KEPT_AS);
  return PROFILE_NAMES.find((name) => name === kept) ?? "Labelgraft";
};

export class KeyBoard {
  readonly profile = new Cell<ProfileName>(keptProfile());
  private listening: readonly Listening[] = [];

  /** Calls `handlers` for the actions of a scope, until the returned function is called. The latest scope holds. */
  listen(listening: Listening): () => void {
    this.listening = [...this.listening, listening];
    return () => (this.listening = this.listening.filter((each) => each !== listening));
  }

  choose(profile: ProfileName): void {
    globalThis.localStorage.setItem(KEPT_AS, profile);
    this.profile.set(profile);
  }

  /** Whether the press meant something here. */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing || isWriting(event)) return false;
    const scope = this.listening.findLast((each) => each.scope !== "global")?.scope ?? "global";
    const chord = chordOf(event);
    const action = actionFor(this.profile.get(), scope, chord);
    const handlers = action === null ? this.classHandlersOf(chord) : this.handlersOf(action as ActionId);
    const meant = handlers.some((handler) => handler(event) !== NOT_MEANT);
    if (meant) event.preventDefault();
    return meant;
  }

  /** The latest first. */
  private handlersOf(action: ActionId): Handler[] {
    return present(this.listening.map((each) => each.handlers()[action]));
  }

  private classHandlersOf(chord: Chord): Handler[] {
    return present(this.listening.map((each) => each.classes().get(chord)));
  }
}

const present = (handlers: readonly (Handler | undefined)[]): Handler[] =>
  handlers.filter((handler) => handler !== undefined).reverse();

const NOT_TEXT = new Set(["button", "checkbox", "radio", "range", "color", "file", "submit"]);

/** Keys belong to a text that is being written, to a dialog on top, and to a button that Enter or Space would press. */
const isWriting = (event: KeyboardEvent): boolean => {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  ) {
    return true;
  }
  if (target instanceof HTMLInputElement && !NOT_TEXT.has(target.type)) return true;
  if (target.closest("[role=dialog], [role=menu], [role=listbox]") !== null) return true;
  if (event.key.startsWith("Arrow") && target.closest("[role=slider]") !== null) return true;
  const pressed = event.key === "Enter" || event.key === " ";
  return pressed && target.closest("button, a, input, [role=button], [role=tab], [role=switch]") !== null;
};

export const keyBoard = new KeyBoard();

/** Keys of a screen, as long as it is shown. Both may change with every render. */
export const useKeys = (scope: Scope, handlers: Handlers, classes: ChordHandlers = NO_CLASSES): void => {
  const latest = useRef({ handlers, classes });
  useEffect(() => {
    latest.current = { handlers, classes };
  });
  useEffect(
    () =>
      keyBoard.listen({
        scope,
        handlers: () => latest.current.handlers,
        classes: () => latest.current.classes,
      }),
    [scope],
  );
};
