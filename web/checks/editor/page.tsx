/** The editor alone on a page, with a store of a few lines: for the benchmark and the browser tests of the drawing. */
import { useLayoutEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import Editor from "@/editor/Editor";
import type { EditorHandle, EditorProps, Tool } from "@/editor/handle";
import { TOOLS } from "@/editor/handle";
import { applied, type Contents } from "@/editor/scene";
import { offeredKey, type Edit } from "@/shapes/edit";
import type { ProjectClass } from "@/store/classes";
import "@/ui/tokens.css";

import "./page.css";
import { shapesOf } from "./shapes";

const asked = new URLSearchParams(location.search);
const number = (name: string, otherwise: number) => Number(asked.get(name) ?? otherwise);

const COLOURS = ["#e45756", "#4c78a8", "#54a24b", "#eeca3b", "#b279a2"];
const CLASSES: ProjectClass[] = COLOURS.map((colour, i) => ({
  id: i + 1,
  name: `class ${i + 1}`,
  colour,
  key: `${i + 1}`,
  position: i,
  label_count: 0,
  skeleton:
    i === 0
      ? {
          names: ["nose", "left eye", "right eye"],
          limbs: [
            [0, 1],
            [0, 2],
          ],
        }
      : null,
}));
const edits: Seen["edits"] = [];

const NONE: ReadonlySet<string> = new Set();

/** What tests and the benchmark see of the page. */
export interface Seen {
  contents: Contents;
  selected: ReadonlySet<string>;
  edits: { edit: Edit; words: string }[];
  tool: (tool: Tool) => void;
  classId: (id: number | null) => void;
  peek: (peek: boolean) => void;
  keys: (name: "hidden" | "locked", keys: string[]) => void;
  handle: EditorHandle | null;
  needed: number;
  picture: boolean | null;
}

declare global {
  interface Window {
    seen: Seen;
  }
}

const Page = () => {
  const [contents, setContents] = useState<Contents>(() => ({
    ...shapesOf(asked, number("width", 4000), number("height", 3000)),
    hidden: NONE,
    locked: NONE,
  }));
  const [selected, setSelected] = useState<ReadonlySet<string>>(NONE);
  const [tool, setTool] = useState<Tool>("select");
  const [classId, setClassId] = useState<number | null>(1);
  const [peek, setPeek] = useState(false);
  const handle = (made: EditorHandle | null) => {
    window.seen.handle = made;
  };
  const props: EditorProps = {
    picture: {
      url: asked.get("picture") ?? "picture.webp",
      widthPx: number("width", 4000),
      heightPx: number("height", 3000),
    },
    nextUrl: null,
    ...contents,
    classes: CLASSES,
    classId,
    tools: TOOLS,
    tool,
    onTool: setTool,
    selected,
    onSelect: setSelected,
    peek,
    onEdit: (edit, words) => {
      edits.push({ edit, words });
      // The store names new ones anew after a while, as the server's answer does.
      setContents((before) => applied(before, edit));
      setSelected(
        (before) => new Set([...before].filter((key) => !edit.rejected.some((id) => key === offeredKey(id)))),
      );
    },
    onNeedClass: () => {
      window.seen.needed += 1;
    },
    onPicture: (shown) => {
      window.seen.picture = shown;
    },
    handle,
  };
  useLayoutEffect(() => {
    Object.assign(window.seen, {
      contents,
      selected,
      edits,
      tool: setTool,
      classId: setClassId,
      peek: setPeek,
      keys: (name, keys) => setContents((before) => ({ ...before, [name]: new Set(keys) })),
    } satisfies Partial<Seen>);
  }, [contents, selected]);
  return <Editor {...props} />;
};

window.seen = { handle: null, needed: 0, picture: null } as unknown as Seen;
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<Page />);
