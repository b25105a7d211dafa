import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";

import { Board } from "./board";
import { Commands } from "./commands";
import classes from "./editor.module.css";
import type { EditorHandle, EditorProps } from "./handle";
import { Pointer } from "./pointer";
import { statusOf } from "./status";

/** An image with its shapes, to be drawn on. Give it `key={imageId}`: it holds the view and what is not finished. */
const Editor = (props: EditorProps) => {
  const host = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  const settled = useRef<HTMLCanvasElement>(null);
  const active = useRef<HTMLCanvasElement>(null);
  const first = useRef(props);
  const [made, setMade] = useState<{ board: Board; commands: Commands } | null>(null);

  useLayoutEffect(() => {
    if (!host.current || !picture.current || !settled.current || !active.current) return;
    const board = new Board(
      { host: host.current, picture: picture.current, settled: settled.current, active: active.current },
      first.current,
    );
    const commands = new Commands(board);
    const pointer = new Pointer(host.current, board);
    const leave = () => {
      if (document.visibilityState === "hidden") commands.flush();
    };
    document.addEventListener("visibilitychange", leave);
    setMade({ board, commands });
    return () => {
      commands.flush();
      document.removeEventListener("visibilitychange", leave);
      pointer.free();
      board.free();
    };
  }, []);

  useLayoutEffect(() => made?.board.show(props));
  useImperativeHandle(props.handle, (): EditorHandle => made?.commands ?? NOT_YET, [made]);

  useEffect(() => {
    if (props.nextUrl === null) return;
    const next = new Image();
    next.src = props.nextUrl;
    // Whether it comes is seen when it is shown.
    next.decode().catch(() => undefined);
  }, [props.nextUrl]);

  return (
    <div
      ref={host}
      className={classes.editor}
      role="application"
      aria-label="Drawing on the image"
      aria-roledescription="drawing"
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it takes keys, as its role says
      tabIndex={0}
    >
      <img ref={picture} className={classes.picture} alt="" draggable={false} decoding="sync" />
      <canvas ref={settled} className={classes.layer} aria-hidden />
      <canvas ref={active} className={classes.layer} aria-hidden />
      <p className={classes.status} role="status">
        {statusOf(props)}
      </p>
    </div>
  );
};

const nothing = (): boolean => false;
const never = (): void => undefined;

/** Before the first paint there is nothing to ask. */
const NOT_YET: EditorHandle = {
  isDrawing: nothing,
  flush: never,
  finish: nothing,
  cancel: nothing,
  undoVertex: nothing,
  placeHidden: nothing,
  deleteSelected: nothing,
  acceptSelected: nothing,
  rejectSelected: nothing,
  giveClass: nothing,
  nextShape: nothing,
  selectAll: never,
  nudge: nothing,
  copy: () => 0,
  paste: nothing,
  duplicate: nothing,
  raise: nothing,
  resizeBrush: never,
  zoom: never,
  fit: never,
  oneToOne: never,
  reveal: never,
  focus: never,
};

export default Editor;
